"""What X may be: sparse matrices, data frames, lists, arrays of any library; and may not."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.datasets import load_iris

from xpnet import Tensor, nn
from xpnet.backend import to_numpy
from xpnet.sklearn import (
    CNNClassifier,
    LogisticRegression,
    MLPClassifier,
    MLPRegressor,
    NetRegressor,
    PerceptronClassifier,
)
from xpnet.sklearn.features import home_of, is_foreign, like, on_host

X, Y = load_iris(return_X_y=True)
X = np.where(X > 1.5, X, 0.0)  # some zeros
QUICK = {"hidden_layer_sizes": (5,), "random_state": 0, "max_iter": 4, "tol": None}


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil", "dok"])
@pytest.mark.parametrize("make", ["array", "matrix"])
def test_sparse_matrices_train_and_predict_as_their_dense_selves(kind, make):
    thin = getattr(sparse, f"{kind}_{make}")(X)
    dense = MLPClassifier(**QUICK).fit(X, Y)
    model = MLPClassifier(**QUICK).fit(thin, Y)
    np.testing.assert_allclose(model.predict_proba(thin), dense.predict_proba(X), atol=1e-12)
    np.testing.assert_allclose(model.predict_proba(X), dense.predict_proba(X), atol=1e-12)
    np.testing.assert_array_equal(model.predict(thin), dense.predict(X))
    assert model.score(thin, Y) == dense.score(X, Y)


THIN = sparse.csr_array(X)


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (MLPClassifier(**QUICK, early_stopping=True), Y),
        (MLPClassifier(**QUICK, dropout=0.2, batch_norm=True, class_weight="balanced"), Y),
        (MLPClassifier(**{**QUICK, "solver": "lbfgs", "tol": 1.0}), Y),
        (MLPRegressor(**QUICK), X[:, :2]),
        (PerceptronClassifier(random_state=0, max_iter=3, tol=None), Y),
        (LogisticRegression(tol=1e-2), Y == 2),
    ],
    ids=lambda part: type(part).__name__,
)
def test_every_way_of_training_takes_sparse_rows(model, y):
    weight = np.linspace(0.5, 2, len(X))
    dense = to_numpy(model.fit(X, y, weight).predict(X))
    scores = model.validation_scores_
    said = model.fit(THIN, y, weight).predict(THIN)
    np.testing.assert_allclose(said, dense, atol=1e-8)
    assert model.validation_scores_ == scores


def test_sparse_rows_go_on_in_partial_fit_and_are_scored_as_validation_data():
    dense, thin = MLPClassifier(**QUICK), MLPClassifier(**QUICK)
    for _ in range(2):
        dense.partial_fit(X, Y, [0, 1, 2])
        thin.partial_fit(THIN, Y, [0, 1, 2])
    np.testing.assert_allclose(thin.predict_proba(THIN), dense.predict_proba(X), atol=1e-12)
    model = MLPClassifier(**QUICK).fit(THIN, Y, validation_data=(THIN, Y))
    assert model.validation_scores_[-1] == model.score(X, Y)


def test_a_sparse_matrix_trains_a_network_on_another_device(backend):
    model = MLPClassifier(**QUICK, device=backend.device_name).fit(THIN, Y)
    said = model.predict_proba(THIN)
    assert isinstance(said, np.ndarray)
    np.testing.assert_allclose(said, MLPClassifier(**QUICK).fit(X, Y).predict_proba(X), atol=1e-6)


def test_a_sparse_matrix_is_never_dense_as_a_whole():
    rng = np.random.default_rng(0)
    wide = sparse.random_array((6000, 3000), density=0.001, rng=rng, format="csr", dtype=np.float32)
    whole = wide.shape[0] * wide.shape[1] * 4  # 72 MB
    y = rng.integers(2, size=6000)
    options = {"max_iter": 1, "tol": None, "batch_size": 100}
    for model in (
        MLPClassifier((4,), **options),
        MLPClassifier((4,), **options, early_stopping=True),
        LogisticRegression(max_iter=2, tol=1e3),
    ):
        tracemalloc.start()
        model.fit(wide, y)
        model.predict(wide)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 0.75 * whole, type(model)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_names_of_columns_are_kept_and_compared(library):
    frames = pytest.importorskip(library)
    names = ["a", "b", "c", "d"]
    frame = frames.DataFrame({name: X[:, k] for k, name in enumerate(names)})
    model = MLPClassifier(**QUICK).fit(frame, frames.Series([["x", "y", "z"][k] for k in Y]))
    np.testing.assert_array_equal(model.feature_names_in_, names)
    assert set(model.predict(frame)) <= {"x", "y", "z"}
    np.testing.assert_array_equal(
        model.predict_proba(frame), MLPClassifier(**QUICK).fit(X, Y).predict_proba(X)
    )
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[names[::-1]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)
    assert not hasattr(model.fit(X, Y), "feature_names_in_")


@pytest.mark.parametrize("library", ["pandas", "polars", None])
def test_a_column_of_words_is_named(library):
    table, column = [[1.0, "setosa"], [2.0, "virginica"]], 1
    if library is not None:
        frames = pytest.importorskip(library)
        table, column = frames.DataFrame({"width": [1.0, 2.0], "kind": ["setosa", "b"]}), "kind"
    with pytest.raises(ValueError, match=f"got a word in column {column!r}: .*'setosa'; leave the"):
        MLPRegressor(**QUICK).fit(table, [1.0, 2.0])


def test_words_that_are_no_table_are_errors_too():
    with pytest.raises(ValueError, match="X must be numbers, got a word in column 0"):
        MLPRegressor(**QUICK).fit(["a", "b"], [1.0, 2.0])


def test_lists_and_integers_are_taken():
    model = MLPRegressor(**QUICK).fit([[0, 1], [1, 0], [2, 2]], [1, 2, 3])
    assert model.predict([[0, 1]]).dtype == np.float64
    assert model.n_features_in_ == 2


def wrong(xp):
    """Arrays that are no X, by what is said of them."""
    nan, ok = np.ones((6, 4)), np.ones((6, 4))
    nan[2, 1] = np.nan
    return {
        r"NaN": nan,
        r"infinity": np.where(np.isnan(nan), np.inf, ok),
        r"Reshape your data": ok[0],
        r"0 sample\(s\)": ok[:0],
        r"0 feature\(s\)": ok[:, :0],
        r"Complex data not supported": ok + 0j,
        r"4 dim|dim 4|\(N, D\), got|<= 2": np.ones((6, 2, 2, 1)),
    }


@pytest.mark.parametrize("message", wrong(np))
def test_wrong_samples_are_errors_on_every_library(backend, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**QUICK).fit(backend.asarray(wrong(np)[message]), [0, 1, 0, 1, 0, 1])


def test_another_number_of_features_is_an_error_on_every_library(backend):
    model = MLPClassifier(**QUICK).fit(backend.asarray(X), Y)
    for x in (backend.asarray(X[:, :3]), X[:, :3], THIN[:, :3]):
        with pytest.raises(ValueError, match=r"X has 3 features, but MLPClassifier is expecting 4"):
            model.predict(x)


def test_objects_that_are_no_numbers_are_errors():
    with pytest.raises(ValueError, match="could not convert string to float"):
        MLPClassifier().fit(np.asarray([["a"], ["b"]], dtype=object), [0, 1])
    with pytest.raises(ValueError, match=r"dim 3"):
        MLPClassifier().fit(np.ones((4, 2, 2)), [0, 1, 0, 1])


WEIGHTS = {
    r"Sample weights must be 1D": np.ones((150, 1)),
    r"sample_weight must have shape \(150,\), got \(149,\)": np.ones(149),
    r"sample_weight must not be negative, got -1": np.where(Y == 0, -1.0, 1.0),
    r"sample_weight must not be zero for every sample": np.zeros(150),
    r"NaN": np.full(150, np.nan),
}


@pytest.mark.parametrize("message", WEIGHTS)
def test_wrong_weights_are_errors(backend, message):
    with pytest.raises(ValueError, match=message):
        PerceptronClassifier().fit(backend.asarray(X), Y, WEIGHTS[message])
    with pytest.raises(ValueError, match=message):
        MLPRegressor().fit(X, Y, backend.asarray(WEIGHTS[message]))


def test_one_number_is_the_weight_of_all():
    model = MLPClassifier(**QUICK, alpha=0.0)
    np.testing.assert_allclose(
        model.fit(X, Y, 2.0).predict_proba(X), model.fit(X, Y).predict_proba(X), atol=1e-12
    )


def test_tensors_are_taken_as_the_arrays_in_them(backend):
    x, y = Tensor(backend.asarray(X)), Tensor(backend.asarray(X[:, 0]))
    said = MLPRegressor(**QUICK).fit(x, y).predict(x)
    assert home_of(said) == backend.device
    np.testing.assert_allclose(
        to_numpy(said), MLPRegressor(**QUICK).fit(X, X[:, 0]).predict(X), atol=1e-6
    )


def test_images_are_taken_where_the_network_takes_them(backend):
    images = backend.asarray(np.random.default_rng(0).normal(size=(6, 1, 5, 5)))
    model = CNNClassifier((2,), (), max_iter=1).fit(images, [0, 1, 2, 0, 1, 2])
    assert model.n_features_in_ == 1
    assert model.predict(images).shape == (6,)
    with pytest.raises(ValueError, match="X has 2 features"):
        model.predict(backend.asarray(np.ones((6, 2, 5, 5))))


def test_arrays_know_where_they_are(backend):
    x = backend.asarray([1.0])
    assert home_of(x) == backend.device
    assert is_foreign(x) == (backend.device_name != "cpu")
    assert isinstance(on_host(x), np.ndarray)
    assert home_of([1.0]).name == home_of(THIN).name == home_of(np.ones(1)).name
    assert like(np.asarray(["a"]), x).dtype.kind == "U"
    assert home_of(like(np.asarray([1, 2]), x)) == backend.device


def test_a_network_of_ones_own_follows_rows_of_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"), index=np.arange(150) + 7)
    model = NetRegressor(nn.Linear(4, 1), max_iter=2, random_state=0)
    said = model.fit(frame, frame["a"]).predict(frame)
    np.testing.assert_allclose(said, model.fit(X, X[:, 0]).predict(X), rtol=1e-12)
