"""``xpnet predict``: what a model in a file says about samples in files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import backend
from ..serving.files import Refused, Sample, samples
from ..serving.framing import FITS, INVERTS
from ..serving.pixels import ENDINGS
from ..serving.predictor import Predictor
from .parsing import add_output_kind, choice, numbers, whole
from .targets import format_of, require_other, target
from .writers import WRITERS, Writer

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet predict model.safetensors digits/*.png
  xpnet predict model.safetensors photographs --format csv --output answers.csv --on-error skip
  xpnet predict model.safetensors images.npy --format jsonl --top 3 | head
  xpnet predict model.safetensors table.csv more.npz --device cuda
  echo '[5.1, 3.5, 1.4, 0.2]' | xpnet predict model.safetensors -

Images may have any size, grey or coloured. A model that was trained on bright ink on a dark ground,
as MNIST is, gets dark ink on paper inverted, cut out and placed as in its training data; other
images are scaled and padded. Bytes (uint8) are divided as in training: images by 255. Tables have
one sample in each line. Folders, arrays and tables of any size are read batch by batch.

exit code: 0 done, 1 done but for samples that were skipped, 2 an error
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "predict",
        help="apply a model to images, arrays or tables",
        description="Apply a model to images, arrays or tables.",
        epilog=EXAMPLES,
    )
    parser.alone = {"--invert": "yes"}
    parser.add_argument("model", metavar="MODEL", help="the model file, or an ONNX file")
    parser.add_argument("files", metavar="FILE", nargs="+", help=(
        "images, .npy, .npz (array X), .csv or .jsonl files, or folders of them; - is an image, a "
        "table or lines of JSON from standard input"
    ))  # fmt: skip
    parser.add_argument(
        "--input-shape",
        type=numbers(1),
        metavar="SHAPE",
        help="of a sample, as in 1,28,28 (default: what the model file says)",
    )
    add_output_kind(parser)
    parser.add_argument("--invert", type=choice(INVERTS), default="auto", metavar="WHEN", help=(
        "exchange dark and bright of images: auto, yes or no; alone it means yes (default: auto, "
        "dark ink for a model of bright ink)"
    ))  # fmt: skip
    parser.add_argument("--fit", type=choice(FITS), default="auto", metavar="HOW", help=(
        "how images get their size: ink (cut out what is written), pad, stretch or auto (default: "
        "auto, ink for a model of writing)"
    ))  # fmt: skip
    parser.add_argument("--device", default="cpu", metavar="NAME", help="(default: cpu)")
    parser.add_argument("--batch-size", type=whole(1), default=256, metavar="N", help=(
        "samples at a time (default: 256)"
    ))  # fmt: skip
    parser.add_argument("--format", type=choice(WRITERS), metavar="NAME", help=(
        f"{', '.join(WRITERS)} (default: by the ending of --output, else table)"
    ))  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument("--output", metavar="FILE", help=(
        "write there, all or nothing; what is read is never overwritten"
    ))  # fmt: skip
    parser.add_argument("--top", type=whole(1), default=1, metavar="K", help=(
        "tell the K likeliest classes (default: 1)"
    ))  # fmt: skip
    parser.add_argument("--on-error", type=choice(["skip", "stop"]), default="stop", metavar="DO",
        help="skip or stop at a sample that cannot be read; skipped ones are told with the others, "
        "and the exit code is 1 (default: stop)",
    )  # fmt: skip
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Predict, and write answers as they come."""
    name = format_of(options)
    require_other(options.output, [options.model, *options.files])
    with backend.device(options.device):
        predictor = Predictor(
            options.model, input_shape=options.input_shape, output_kind=options.output_kind
        )
    read = samples(options.files, predictor.reading(options.invert, options.fit))
    skipped = 0
    try:
        with target(options.output) as file, _shown(read, options) as shown:
            writer = WRITERS[name](file, options.top)
            try:
                for batch in _batches(shown, options.batch_size):
                    skipped += _write(batch, predictor, writer, options)
            finally:
                writer.end()
    except BrokenPipeError:
        # who reads has seen enough; at the end Python would try to flush once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    if skipped:
        print(f"xpnet: {skipped:,} could not be read", file=sys.stderr)
    return 1 if skipped else 0


def _write(
    batch: list[Sample | Refused], predictor: Predictor, writer: Writer, options: Any
) -> int:
    """Write what the model says about a batch, and return how much of it was skipped."""
    good = [sample for sample in batch if isinstance(sample, Sample)]
    found = predictor.answers(np.stack([s.x for s in good]), options.top) if good else []
    answers = iter(found)
    rows: list[dict[str, Any]] = []
    failed = 0
    for sample in batch:
        answer = sample.error if isinstance(sample, Refused) else next(answers)
        if isinstance(answer, Exception):
            if options.on_error == "stop":
                writer.write(rows)
                raise answer
            failed += 1
            rows.append({"sample": sample.name, "error": str(answer)})
            continue
        row = {"sample": sample.name, **answer}
        if isinstance(sample, Sample) and sample.inverted is not None:
            row["inverted"] = sample.inverted
        rows.append(row)
    writer.write(rows)
    return failed


def _batches(read: Iterable[Sample | Refused], size: int) -> Iterator[list[Sample | Refused]]:
    """Yield lists of samples of one shape."""
    batch: list[Sample | Refused] = []
    shape = None
    for sample in read:
        other = shape
        if isinstance(sample, Sample):
            other = sample.x.shape
        if len(batch) == size or (shape is not None and other != shape):
            yield batch
            batch = []
        shape = other
        batch.append(sample)
    if batch:
        yield batch


def _is_image(path: str) -> bool:
    """Whether it is one sample, to judge by its name."""
    return os.path.splitext(path)[1].lower() in ENDINGS


@contextmanager
def _shown(
    read: Iterable[Sample | Refused], options: argparse.Namespace
) -> Iterator[Iterable[Sample | Refused]]:
    """Give the samples, counted by a bar on standard error if a person sees that and no table."""
    seen = sys.stdout.isatty() and options.output is None
    if seen or not sys.stderr.isatty():
        yield read
        return
    from tqdm import tqdm

    count = len(options.files) if all(map(_is_image, options.files)) else None
    with tqdm(read, total=count, unit=" samples") as bar:
        yield bar
