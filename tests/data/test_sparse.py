from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import device_of, to_numpy
from xpnet.data import ArrayDataset, DataLoader, SparseDataset, split
from xpnet.errors import DataError, DTypeError, ShapeError
from xpnet.training import Trainer

scipy = pytest.importorskip("scipy.sparse")

DENSE = np.asarray([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 3.0], [0.0, 4.0, 5.0]])
Y = np.asarray([0, 1, 1, 0])
FORMS = ["csr_matrix", "csr_array", "csc_matrix", "coo_array", "lil_matrix", "dok_array"]


@pytest.fixture
def rows():
    return SparseDataset(scipy.csr_array(DENSE), Y)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_rows_of_the_dense_matrix(form):
    dataset = SparseDataset(getattr(scipy, form)(DENSE), Y)
    assert dataset.matrix.format == "csr"
    expected = ArrayDataset(DENSE, Y)
    for index in (0, -1, np.int64(2), slice(1, 3), slice(None, None, -1), [3, 0, 3], Y == 1, []):
        for got, wanted in zip(dataset[index], expected[index], strict=True):
            assert isinstance(got, np.ndarray) or np.ndim(wanted) == 0
            np.testing.assert_array_equal(got, wanted)
            assert got.dtype == wanted.dtype
    assert len(dataset) == 4
    assert [int(y) for _, y in dataset] == Y.tolist()


def test_a_csr_matrix_is_held_and_not_copied():
    matrix = scipy.csr_matrix(DENSE)
    assert SparseDataset(matrix).matrix is matrix


@pytest.mark.parametrize(
    ("dtype", "batches"),
    [("float32", "float32"), ("float64", "float64"), ("int64", "float32"), ("bool", "float32")],
)
def test_floats_keep_their_dtype_and_others_become_floats(dtype, batches):
    (x,) = SparseDataset(scipy.csr_matrix(DENSE.astype(dtype)))[:2]
    assert x.dtype == np.dtype(batches)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_loader_gives_the_batches_of_the_dense_matrix(backend, shuffle):
    options = {"batch_size": 3, "shuffle": shuffle, "seed": 1}
    y = backend.asarray(Y)
    sparse = DataLoader((scipy.csr_matrix(DENSE), y), **options)
    assert isinstance(sparse.dataset, SparseDataset)
    for got, wanted in zip(sparse, DataLoader((DENSE, Y), **options), strict=True):
        for a, b in zip(got, wanted, strict=True):
            assert device_of(a) == backend.device
            np.testing.assert_array_equal(to_numpy(a), to_numpy(b))


def test_a_matrix_alone_makes_batches_of_one_array():
    batches = list(DataLoader(scipy.csr_array(DENSE), batch_size=4, prefetch=1))
    np.testing.assert_array_equal(batches[0][0], DENSE)


def test_subsets_stay_sparse(rows):
    named = SparseDataset(rows.matrix, Y, class_names=("a", "b"), name="words")
    for index in ([2, 0], slice(0, 2), Y == 1):
        part = named.subset(index)
        assert scipy.issparse(part.matrix) and part.class_names == ("a", "b")
        np.testing.assert_array_equal(part[:][0], DENSE[index])
    first, second = split(named, 0.5, stratify=True)
    assert [np.bincount(part.arrays[-1]).tolist() for part in (first, second)] == [[1, 1], [1, 1]]
    assert (
        repr(part) == "SparseDataset('words', 2 samples: (3,) float64 with 33.3% stored, () int64)"
    )


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SparseDataset(DENSE), DataError, "must be a sparse matrix of SciPy, got ndarray"),
        (lambda: SparseDataset(), TypeError, "X"),
        (
            lambda: SparseDataset(scipy.csr_array(DENSE), scipy.csr_array(DENSE)),
            DataError,
            "only X may be sparse",
        ),
        (lambda: SparseDataset(scipy.csr_array(DENSE), Y[:3]), ShapeError, "got 4 rows and 3"),
        (lambda: SparseDataset(scipy.coo_array(DENSE[0])), ShapeError, r"X must be \(N, D\), got"),
        (lambda: SparseDataset(scipy.csr_array((0, 3))), DataError, "at least one row"),
        (lambda: SparseDataset(scipy.csr_array(DENSE * 1j)), DTypeError, "real numbers, got compl"),
        (lambda: ArrayDataset(DENSE, scipy.csr_array(DENSE)), DataError, r"SparseDataset\(X, y\)"),
    ],
)
def test_what_makes_no_sparse_data_set_is_an_error(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_sample_that_is_not_there_is_an_index_error(rows):
    for index in (4, -5, [0, 4]):
        with pytest.raises(IndexError, match=r"SparseDataset: ind.*\[-4, 4\)"):
            rows[index]


# ---- training ---------------------------------------------------------------------------------


def make_trainer(dimension=3):
    xn.manual_seed(0)
    model = xn.models.SoftmaxRegression(dimension, 2)
    return Trainer(model, xn.optim.SGD(model.parameters(), lr=0.1))


def test_training_and_predicting_are_those_of_the_dense_matrix(backend):
    x = scipy.random_array((50, 3), density=0.4, rng=np.random.default_rng(0))
    y = np.arange(50) % 2
    sparse, dense = make_trainer(), make_trainer()
    matrix, weights = scipy.csr_matrix(x), np.arange(50) % 3
    options = {"epochs": 2, "batch_size": 8, "progress": False}
    got = sparse.fit((matrix, y, weights), validation=(matrix, y), **options)
    wanted = dense.fit((x.toarray(), y, weights), validation=(x.toarray(), y), **options)
    assert got["loss"] == wanted["loss"] and got["val_loss"] == wanted["val_loss"]
    predicted = sparse.predict(matrix.tocsc(), batch_size=7)
    assert isinstance(predicted, np.ndarray)
    np.testing.assert_allclose(predicted, dense.predict(x.toarray()), rtol=1e-5, atol=1e-6)
    assert sparse.predict(matrix[:0]).shape == (0, 2)
    assert sparse.evaluate((matrix, y)) == dense.evaluate((x.toarray(), y))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_stored_number_that_is_not_finite_is_found(value):
    bad = DENSE.copy()
    bad[3, 1] = value
    with pytest.raises(DataError, match=f"inputs must be finite numbers, got {value} in sample 3"):
        make_trainer().fit((scipy.csr_matrix(bad), Y), progress=False)


def test_a_matrix_without_targets_is_an_error():
    with pytest.raises(DataError, match=r"got one csr_matrix; pass \(X, y\)"):
        make_trainer().fit(scipy.csr_matrix(DENSE), progress=False)
    with pytest.raises(DataError, match=r"pair \(x, y\), got 1 arrays"):
        make_trainer().fit(SparseDataset(scipy.csr_matrix(DENSE)), progress=False)


def test_memory_is_that_of_a_batch_and_not_of_the_matrix():
    n = d = 20_000  # 3.2 GB of float64
    x = scipy.random_array((n, d), density=1e-4, format="csr", rng=np.random.default_rng(0))
    y = np.arange(n) % 2
    trainer = make_trainer(d)
    tracemalloc.start()
    try:
        trainer.fit((x, y), epochs=1, batch_size=100, progress=False)
        trainer.predict(x[:1000], batch_size=100)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6


def test_no_library_is_imported_to_look_for_sparse_matrices_and_frames():
    code = (
        "import sys, numpy as np, xpnet as xn\n"
        "list(xn.data.DataLoader((np.ones((4, 2)), [0, 1, 0, 1])))\n"
        "print({'scipy', 'pandas', 'polars'} & set(sys.modules))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
