"""Time per sample of a training step of LeNet-5 over batch, image and channels.

``python -m benchmarks.scaling [AXIS ...] [--threads N] [--quick] [--no-store]`` runs each point as
`paired` does, xpnet and PyTorch taking turns, and stores ``benchmarks/results/scaling.json`` and,
where Matplotlib is installed, the picture ``scaling.png``. What the axes leave alone is a batch of
64 images of 28x28 and 6 and 16 channels; SGD with momentum, float32. Wanted: a sample of a batch
of 512 takes at most 1.2 times as long as one of a batch of 64.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from functools import partial
from pathlib import Path

from . import networks, steps
from .paired import compare
from .stored import RESULTS, store

PEERS = ("xpnet", "torch")
WANTED = 1.2  # seconds per sample at batch 512, over those at batch 64
BASE = (64, 28, 6, 16)
AXES = {
    "batch": {n: (n, 28, 6, 16) for n in (16, 32, 64, 128, 256, 512, 1024)},
    "image": {s: (64, s, 6, 16) for s in (14, 28, 56, 112)},
    "channels": {c: (64, 28, c, c) for c in (8, 16, 32, 64, 128)},
}
"""Values of an axis, and the (batch, image size, channels, channels) that they stand for."""
TITLES = {
    "batch": "samples in a batch",
    "image": "height and width of the images",
    "channels": "channels of both convolutions",
}


def _case(peer, batch, size, *maps):
    network = partial(networks.lenet, size=size, maps=maps)
    return steps.training(network, batch, (1, size, size))[peer]()


def xpnet(*sizes):
    return _case("xpnet", *sizes)


def torch(*sizes):
    return _case("torch", *sizes)


def run(axes, peers, threads, rounds):
    """Time the points and return a row for each peer at each."""
    rows = []
    for axis, points in axes.items():
        for value, sizes in points.items():
            few = sizes[0] * sizes[1] ** 2 * sizes[2] <= 64 * 28**2 * 6
            results = compare(
                "benchmarks.scaling",
                peers,
                threads=threads,
                rounds=rounds,
                repetitions=10 if few else 3,
                wake=5 if few else 1,
                sizes=sizes,
            )
            medians = {result.peer: result.median for result in results}
            for result in results:
                row = {"axis": axis, "value": value, **result._asdict()}
                row["seconds_per_sample"] = result.median / sizes[0]
                row["xpnet_ratio"] = (
                    None if result.peer == "xpnet" else medians["xpnet"] / result.median
                )
                rows.append(row)
            print(f"  {axis:<8} {value:>5}", *map(_words, rows[-len(results) :]), flush=True)
    return rows


def _words(row):
    ratio = "" if row["xpnet_ratio"] is None else f" (xpnet / it = {row['xpnet_ratio']:.2f})"
    return f"  {row['peer']} {1e6 * row['seconds_per_sample']:9.2f} µs{ratio}"


def growth(rows, large=512, small=64):
    """Return, for each peer, its time per sample at one batch over that at another."""
    seconds = {
        (row["peer"], row["value"]): row["seconds_per_sample"]
        for row in rows
        if row["axis"] == "batch"
    }
    return {
        peer: seconds[peer, large] / seconds[peer, small]
        for peer in PEERS
        if {(peer, large), (peer, small)} <= set(seconds)
    }


def draw(rows, path: Path) -> None:
    """Write the picture: a panel for each axis, a line for each peer."""
    from matplotlib.figure import Figure

    from xpnet.plot.figures import COLOURS

    axes = list(dict.fromkeys(row["axis"] for row in rows))
    figure = Figure(figsize=(3.6 * len(axes), 3.2), layout="constrained")
    for panel, axis in zip(figure.subplots(1, len(axes), squeeze=False)[0], axes, strict=True):
        for peer, colour in zip(PEERS, COLOURS, strict=False):
            points = [row for row in rows if (row["axis"], row["peer"]) == (axis, peer)]
            values = [point["value"] for point in points]
            panel.plot(
                values,
                [1e6 * point["seconds_per_sample"] for point in points],
                "o-" if peer == "xpnet" else "s--",
                color=colour,
                label=peer,
            )
        ticks = list(AXES[axis])
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xticks(ticks, [str(tick) for tick in ticks])
        panel.minorticks_off()
        panel.set_xlabel(TITLES[axis])
        panel.grid(alpha=0.3)
        panel.legend()
    figure.get_axes()[0].set_ylabel("µs per sample")
    figure.suptitle("Training step of LeNet-5: time per sample")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90, pil_kwargs={"optimize": True})


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("axes", nargs="*", choices=[*AXES, []], metavar="AXIS", help=str([*AXES]))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for result files")
    parser.add_argument("--no-store", action="store_true", help="do not write the result files")
    options = parser.parse_args(argv)
    chosen = {axis: AXES[axis] for axis in options.axes or AXES}
    peers = [peer for peer in PEERS if importlib.util.find_spec(peer)]
    print(f"scaling: {__doc__.splitlines()[0]}\n  cpu, {options.threads} threads, medians")
    rows = run(chosen, peers, options.threads, rounds=1 if options.quick else 5)
    grown = growth(rows)
    for peer, ratio in grown.items():
        wanted = f"  (wanted: <= {WANTED})" if peer == "xpnet" else ""
        print(f"  {peer}: time per sample at batch 512 / at batch 64 = {ratio:.2f}{wanted}")
    if not options.no_store:
        words = " ".join(sys.argv[1:] if argv is None else argv)
        head = {
            "benchmark": "scaling",
            "command": f"python -m benchmarks.scaling {words}".strip(),
            "device": "cpu",
            "threads": options.threads,
        }
        figures = {"batch_512_over_64": grown, "wanted": WANTED, "seconds": rows}
        store(options.results, "scaling", head, figures)
        if importlib.util.find_spec("matplotlib"):
            draw(rows, options.results / "scaling.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
