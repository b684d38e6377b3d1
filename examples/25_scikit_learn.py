"""Search for the best network with scikit-learn's tools, over xpnet's networks and over its own.

    python examples/25_scikit_learn.py                  # the picture goes to demo/
    python examples/25_scikit_learn.py --device torch:cpu --epochs 40

The same search, with the same parameters by the same names, for both libraries: a pipeline that
scales and classifies, three-fold cross-validation over a grid, one look at the test data.
"""

import argparse
import time
import warnings
from pathlib import Path

from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import xpnet as xn
from xpnet.sklearn import MLPClassifier

GRID = {
    "mlpclassifier__hidden_layer_sizes": [(8,), (64,)],
    "mlpclassifier__learning_rate_init": [0.001, 0.01, 0.1],
    "mlpclassifier__alpha": [1e-4, 1.0],
}
POINT = {"hidden_layer_sizes": (64,), "learning_rate_init": 0.01, "alpha": 1e-4}  # to be drawn


def searched(network, train):
    """Return the search of all points of the grid, and how many seconds it took."""
    start = time.perf_counter()
    search = GridSearchCV(make_pipeline(MinMaxScaler(), network), GRID, cv=3).fit(*train)
    return search, time.perf_counter() - start


def history_of(network):
    """Return the history of a fitted network: its loss and its score on data held out."""
    history = xn.History()
    rows = zip(network.loss_curve_, network.validation_scores_, strict=True)
    for epoch, (loss, score) in enumerate(rows, start=1):
        history.append({"epoch": epoch, "loss": loss, "val_accuracy": score})
    return history


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15, help="of each training of the search")
    parser.add_argument("--samples", type=int, default=1797, help="digits, at most 1797")
    parser.add_argument("--device", default=None, help="where xpnet's networks train")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are few on purpose

    X, y = load_digits(return_X_y=True)
    X, y = X[: options.samples].astype("float32"), y[: options.samples]
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
    common = {"max_iter": options.epochs, "random_state": 0}
    networks = {
        "xpnet": MLPClassifier(device=options.device, **common),
        "scikit-learn": neural_network.MLPClassifier(**common),
    }

    found, histories = {}, {}
    for name, network in networks.items():
        search, seconds = searched(network, (X, y))
        best = {key.split("__")[1]: value for key, value in search.best_params_.items()}
        found[name] = search.best_score_, search.score(X_test, y_test)
        print(f"{name}: {len(search.cv_results_['params'])} points, 3 folds, {seconds:.1f} s")
        print(f"  best {best}")
        print(f"  {found[name][0]:.1%} in cross-validation, {found[name][1]:.1%} of the test data")
        network.set_params(**POINT, early_stopping=True, tol=0.0)
        histories[name] = history_of(network.fit(MinMaxScaler().fit_transform(X), y))

    print("what scikit-learn's network does not have, in cross-validation:")
    pipeline = make_pipeline(MinMaxScaler(), networks["xpnet"].set_params(early_stopping=False))
    extras = {
        "mlpclassifier__dropout": [0.0, 0.3], "mlpclassifier__batch_norm": [False, True],
    }  # fmt: skip
    more = GridSearchCV(pipeline, extras, cv=3).fit(X, y)
    results = more.cv_results_
    for point, score in zip(results["params"], results["mean_test_score"], strict=True):
        print("  " + ", ".join(f"{k.split('__')[1]}={v}" for k, v in point.items()), f"{score:.1%}")

    figure = xn.plot.learning_curves(histories)
    figure.savefig(options.output / "25_learning_curves.png", dpi=80)
    return found


if __name__ == "__main__":
    main()
