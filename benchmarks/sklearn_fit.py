"""A whole fit of a dense network, seconds and test accuracy: xpnet and scikit-learn.

``python -m benchmarks.sklearn_fit [TABLE ...] [--threads N] [--quick] [--no-store]`` trains one
hidden layer of 100 units on MNIST (10,000 and 60,000 images) and on a table of 100,000 rows, 54
columns and 7 classes, with scikit-learn's defaults: Adam, batches of 200, L2 penalty 1e-4, float32,
and as many epochs for both. A round is one fit of each, taking turns as `paired` does, from other
first weights and in another order than the round before. Stores ``results/sklearn_fit.json``.

Tables whose name ends with ``_doubles`` hold the same numbers in float64, as data usually come.
scikit-learn has to compute with them in float64; of xpnet's network float32 is asked for, so these
rows show what that parameter is worth, and not the same arithmetic.
MNIST is looked for as ``load_mnist`` does. Wanted: half the time, and accuracies within 0.3 points.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import time
import warnings
from itertools import count
from pathlib import Path

import numpy as np

from .paired import take_turns
from .stored import RESULTS, store

PEERS = ("xpnet", "sklearn")
MEASURE = "seconds and accuracy"
SINGLE = ("mnist_10000", "mnist_60000", "table_100000")
TABLES = (*SINGLE, *(f"{table}_doubles" for table in SINGLE))
EPOCHS = 10
HIDDEN = 100
BATCH = 200
WANTED = 0.5  # xpnet's seconds over scikit-learn's
WANTED_DISTANCE = 0.003  # between the two accuracies


def make_table(rows, seed=0):
    """Return a table like that of forest cover types: 10 numbers, 44 indicators, 7 classes.

    The classes are what a random network of 20 hidden units finds most likely, so that their
    borders are curved; every class has a bias of its own, and one row in twenty any class at all.
    """
    rng = np.random.default_rng(seed)
    x = np.zeros((rows, 54), np.float32)
    x[:, :10] = rng.standard_normal((rows, 10))
    for first, size in ((10, 4), (14, 40)):
        x[np.arange(rows), first + rng.integers(0, size, rows)] = 1
    hidden = np.tanh(x @ rng.normal(0, 0.7, (54, 20)) + rng.normal(0, 0.5, 20))
    scores = hidden @ rng.standard_normal((20, 7)) + rng.normal(0, 0.5, 7)
    noise = rng.random(rows) < 0.05
    y = np.where(noise, rng.integers(0, 7, rows), np.argmax(scores, axis=1))
    return x, y


def data(table):
    """Return (x, y) for training and (x, y) for testing: float32 or float64, and integers."""
    if table.endswith("_doubles"):
        parts = data(table.removesuffix("_doubles"))
        return tuple((x.astype(np.float64), y) for x, y in parts)
    name, rows = table.split("_")
    rows = int(rows)
    if name == "mnist":
        import xpnet as xn

        train, test = (part.arrays for part in xn.data.load_mnist(download=False, flatten=True))
        train, test = (
            (np.ascontiguousarray(x, np.float32), np.asarray(y, np.int64)) for x, y in (train, test)
        )
        return (train[0][:rows], train[1][:rows]), test
    x, y = make_table(rows + 20_000)
    return (x[:rows], y[:rows]), (x[rows:], y[rows:])


def _case(fit, table, epochs):
    """Return a step that fits anew, and returns its seconds and its accuracy on other samples."""
    train, (x, y) = data(TABLES[table])
    seeds = count()

    def step():
        start = time.perf_counter()
        predict = fit(*train, epochs, next(seeds))
        seconds = time.perf_counter() - start
        return seconds, float(np.mean(predict(x) == y))

    return step


def xpnet(table, epochs):
    return _case(_fit_xpnet, table, epochs)


def sklearn(table, epochs):
    return _case(_fit_sklearn, table, epochs)


def _fit_xpnet(x, y, epochs, seed):
    from xpnet.sklearn import MLPClassifier

    return _fit(MLPClassifier, x, y, epochs, seed, dtype="float32")


def _fit_sklearn(x, y, epochs, seed):
    from sklearn.neural_network import MLPClassifier

    return _fit(MLPClassifier, x, y, epochs, seed)


def _fit(classifier, x, y, epochs, seed, **options):
    """Fit a class with the parameters that both have, and `options`."""
    model = classifier(
        hidden_layer_sizes=(HIDDEN,),
        solver="adam",
        alpha=1e-4,
        batch_size=BATCH,
        learning_rate_init=1e-3,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        random_state=seed,
        **options,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        return model.fit(x, y).predict


def run(tables, peers, threads, rounds, epochs):
    """Fit on each table and return a row for each peer, with medians of seconds and accuracy."""
    rows = []
    for table in tables:
        figures = take_turns(
            "benchmarks.sklearn_fit",
            peers,
            threads=threads,
            rounds=rounds,
            repetitions=1,
            wake=0,
            sizes=(TABLES.index(table), epochs),
        )
        own = statistics.median(figures["xpnet"][::2])
        for peer, values in figures.items():
            seconds, accuracies = values[::2], values[1::2]
            median = statistics.median(seconds)
            row = {
                "table": table,
                "peer": peer,
                "epochs": epochs,
                "median": median,
                "best": min(seconds),
                "fits": len(seconds),
                "accuracy": statistics.fmean(accuracies),
                "xpnet_ratio": None if peer == "xpnet" else own / median,
            }
            rows.append(row)
            ratio = "" if peer == "xpnet" else f"   xpnet / it = {own / median:.2f}"
            print(
                f"  {table:<21} {peer:<8} {median:7.3f} s (best {row['best']:.3f})  accuracy "
                f"{row['accuracy']:.2%}{ratio}",
                flush=True,
            )
    return rows


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "tables", nargs="*", choices=[*TABLES, []], metavar="TABLE", help=str(TABLES)
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="one fit of two epochs each")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the result file")
    parser.add_argument("--no-store", action="store_true", help="do not write the result file")
    options = parser.parse_args(argv)
    peers = [peer for peer in PEERS if importlib.util.find_spec(peer)]
    print(
        f"sklearn_fit: {__doc__.splitlines()[0]}\n  cpu, {options.threads} threads, medians "
        f"(wanted: <= {WANTED} of the time, accuracies within {WANTED_DISTANCE:.1%})"
    )
    rounds, epochs = (1, 2) if options.quick else (5, EPOCHS)
    rows = run(options.tables or TABLES, peers, options.threads, rounds, epochs)
    if not options.no_store:
        words = " ".join(sys.argv[1:] if argv is None else argv)
        head = {
            "benchmark": "sklearn_fit",
            "command": f"python -m benchmarks.sklearn_fit {words}".strip(),
            "device": "cpu",
            "threads": options.threads,
            "wanted": WANTED,
            "wanted_distance": WANTED_DISTANCE,
        }
        store(options.results, "sklearn_fit", head, {"rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
