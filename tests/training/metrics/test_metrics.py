from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.training import metrics
from xpnet.training.metrics import METRICS, Metric, by_name, lower_is_better

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(60, 4)).astype(np.float32)
LABELS = RNG.integers(0, 4, 60)
LABELS[:30] = SCORES[:30].argmax(axis=1)
PREDICTED = SCORES.argmax(axis=1)
OUTPUTS = RNG.normal(size=(50, 3)).astype(np.float32)
TARGETS = (OUTPUTS + 0.3 * RNG.normal(size=(50, 3))).astype(np.float32)


def counted(y, predicted):
    matrix = np.zeros((4, 4), dtype=int)
    for true, answer in zip(y, predicted, strict=True):
        matrix[true, answer] += 1
    return matrix


MATRIX = counted(LABELS, PREDICTED)
PRECISION = np.diag(MATRIX) / MATRIX.sum(axis=0)
RECALL = np.diag(MATRIX) / MATRIX.sum(axis=1)
CLASSES = {
    "precision": PRECISION,
    "recall": RECALL,
    "f1": 2 * PRECISION * RECALL / (PRECISION + RECALL),
    "iou": np.diag(MATRIX) / (MATRIX.sum(axis=0) + MATRIX.sum(axis=1) - np.diag(MATRIX)),
}
ACCURACY = np.mean(LABELS == PREDICTED)
EXPECTED = {
    "accuracy": ACCURACY,
    "top_3": np.mean([y in np.argsort(-row)[:3] for row, y in zip(SCORES, LABELS, strict=True)]),
    **{name: shares.mean() for name, shares in CLASSES.items()},
    # with one label per sample, each wrong answer is a false positive and a false negative
    **{f"{name}_micro": ACCURACY for name in ("precision", "recall", "f1")},
    "mse": np.mean((OUTPUTS - TARGETS) ** 2),
    "mae": np.mean(np.abs(OUTPUTS - TARGETS)),
    "r2": 1 - np.sum((OUTPUTS - TARGETS) ** 2) / np.sum((TARGETS - TARGETS.mean()) ** 2),
}


def data_for(name):
    return (OUTPUTS, TARGETS) if name in ("mse", "mae", "r2") else (SCORES, LABELS)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_metric_follows_its_definition(backend, name):
    outputs, y = (backend.asarray(x) for x in data_for(name))
    value = by_name(name)(outputs, y)
    assert device_of(value) == backend.device
    np.testing.assert_allclose(to_numpy(value), EXPECTED[name], rtol=1e-5)


@pytest.mark.parametrize("name", EXPECTED)
def test_batches_one_by_one_give_what_all_together_give(backend, name):
    outputs, y = data_for(name)
    metric = by_name(name)
    state = metric.init()
    for start in range(0, outputs.shape[0], 17):
        batch = slice(start, start + 17)
        state = metric.update(state, backend.asarray(outputs[batch]), backend.asarray(y[batch]))
    np.testing.assert_allclose(to_numpy(metric.compute(state)), EXPECTED[name], rtol=1e-5)


def test_every_name_gives_a_metric_of_that_name():
    assert {name: by_name(name).name for name in METRICS} == {name: name for name in METRICS}


def test_a_metric_is_its_own_name():
    metric = by_name("f1")
    assert by_name(metric) is metric


def test_an_unknown_name_is_an_error_that_lists_the_names():
    with pytest.raises(ArgumentError, match="did you mean 'accuracy'"):
        by_name("acuracy")
    with pytest.raises(ArgumentError, match="got 'acc'; did you mean 'accuracy'"):
        by_name("acc")
    with pytest.raises(ArgumentError, match="got ''; choose one of those"):
        by_name("")
    with pytest.raises(ArgumentError, match="must be a name or a Metric"):
        by_name(len)


def test_losses_and_errors_are_better_when_small():
    small = [name for name in (*METRICS, "loss", "val_loss") if lower_is_better(name)]
    assert small == ["mse", "mae", "loss", "val_loss"]


def test_a_metric_of_ones_own_needs_two_methods():
    with pytest.raises(NotImplementedError, match="no method sums"):
        Metric()(SCORES, LABELS)


# ---- forms of outputs and labels --------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("labels", [[0, 1, 1, 0], [-1, 1, 1, -1], [0.0, 1.0, 1.0, 0.0]])
def test_one_score_is_positive_for_class_one(backend, shape, labels):
    outputs = backend.asarray(np.asarray([-1.0, 2.0, -3.0, 4.0], np.float32).reshape(shape))
    y = backend.asarray(labels)
    assert float(metrics.accuracy(outputs, y)) == 0.5
    assert to_numpy(metrics.confusion_matrix(outputs, y)).tolist() == [[1, 1], [1, 1]]


def test_integers_are_classes_already(backend):
    outputs, y = backend.asarray([2, 1, 0]), backend.asarray([2, 1, 1])
    assert float(metrics.accuracy(outputs, y)) == pytest.approx(2 / 3)


def test_labels_may_be_one_hot_rows(backend):
    y = np.eye(4, dtype=np.float32)[LABELS]
    value = metrics.accuracy(backend.asarray(SCORES), backend.asarray(y))
    assert float(value) == pytest.approx(EXPECTED["accuracy"])


def test_classes_may_be_the_second_axis_of_many(backend):
    outputs = backend.asarray(SCORES.reshape(15, 4, 4).transpose(0, 2, 1).copy())
    value = metrics.accuracy(outputs, backend.asarray(LABELS.reshape(15, 4)))
    assert float(value) == pytest.approx(EXPECTED["accuracy"])


@pytest.mark.parametrize("name", ["accuracy", "top_2", "f1", "mse", "r2"])
def test_targets_of_another_number_are_an_error(name):
    with pytest.raises(ShapeError, match="metrics: y must have"):
        by_name(name)(np.zeros((5, 3)), np.zeros(4, dtype=np.int64))


@pytest.mark.parametrize("name", ["mse", "mae", "r2"])
def test_a_column_and_a_vector_are_the_same_and_never_broadcast(name):
    column, vector = OUTPUTS[:, :1], TARGETS[:, 0]
    value = by_name(name)(column, vector)
    assert float(value) == pytest.approx(float(by_name(name)(column[:, 0], vector)))


# ---- corners ----------------------------------------------------------------------------------


def test_a_constant_output_is_in_the_top_k_only_by_class_number():
    flat = np.zeros((4, 4), np.float32)
    assert float(metrics.top_k_accuracy(flat, np.arange(4), k=2)) == 0.5
    assert float(metrics.top_k_accuracy(flat, np.arange(4), k=1)) == float(
        metrics.accuracy(flat, np.arange(4))
    )


def test_outputs_that_are_nan_are_never_in_the_top_k():
    assert float(metrics.top_k_accuracy(np.full((3, 4), np.nan), np.arange(3), k=2)) == 0.0


def test_impossible_scores_do_not_disturb_the_top_k(backend):
    scores = backend.asarray(np.asarray([[-np.inf, 1.0, 0.0]], np.float32))
    assert float(metrics.top_k_accuracy(scores, backend.asarray([2]), k=2)) == 1.0
    assert float(metrics.top_k_accuracy(scores, backend.asarray([0]), k=2)) == 0.0


def test_top_k_needs_scores_and_a_sensible_k():
    with pytest.raises(ShapeError, match=r"scores \(N, K\)"):
        metrics.top_k_accuracy(np.zeros(3), np.zeros(3))
    with pytest.raises(ArgumentError, match="k must be a positive integer"):
        by_name("top_0")


def test_rows_of_the_confusion_matrix_are_true_classes(backend):
    matrix = metrics.confusion_matrix(backend.asarray(SCORES), backend.asarray(LABELS))
    np.testing.assert_array_equal(to_numpy(matrix), MATRIX)


@pytest.mark.parametrize("name", CLASSES)
def test_shares_can_be_had_for_each_class(backend, name):
    function = getattr(metrics, name)
    shares = function(backend.asarray(SCORES), backend.asarray(LABELS), average="none")
    np.testing.assert_allclose(to_numpy(shares), CLASSES[name])


def test_classes_that_do_not_occur_do_not_lower_the_mean():
    predicted, y = np.asarray([0, 1, 1]), np.asarray([0, 1, 1])
    assert float(metrics.f1(predicted, y, classes=10)) == 1.0


def test_a_class_that_is_never_predicted_counts_as_zero():
    predicted, y = np.asarray([0, 0, 0, 0]), np.asarray([0, 0, 1, 1])
    assert float(metrics.precision(predicted, y)) == 0.25


def test_an_unknown_average_is_an_error():
    with pytest.raises(ArgumentError, match="average must be one of"):
        metrics.f1(SCORES, LABELS, average="weighted")


def test_r2_of_constant_targets_is_one_or_zero():
    y = np.full(5, 3.0)
    assert float(metrics.r2(y, y)) == 1.0
    assert float(metrics.r2(y + 1, y)) == 0.0


def test_r2_keeps_its_digits_far_from_zero():
    y = np.arange(100, dtype=np.float32) + 1e6
    outputs = y + np.float32(0.5)
    exact = 1 - 0.25 * 100 / np.sum((np.arange(100) - 49.5) ** 2)
    assert float(metrics.r2(outputs, y)) == pytest.approx(exact, rel=1e-5)


SCIKIT_LEARN = {
    "accuracy": ("accuracy_score", {}),
    "precision": ("precision_score", {"average": "macro"}),
    "recall": ("recall_score", {"average": "macro"}),
    "f1": ("f1_score", {"average": "macro"}),
    "f1_micro": ("f1_score", {"average": "micro"}),
    "iou": ("jaccard_score", {"average": "macro"}),
    "r2": ("r2_score", {}),
}


@pytest.mark.parametrize("name", SCIKIT_LEARN)
def test_a_metric_agrees_with_scikit_learn(name):
    reference = pytest.importorskip("sklearn.metrics")
    function, options = SCIKIT_LEARN[name]
    regression = name == "r2"
    arguments = (TARGETS.ravel(), OUTPUTS.ravel()) if regression else (LABELS, PREDICTED)
    expected = getattr(reference, function)(*arguments, **options)
    assert float(by_name(name)(*data_for(name))) == pytest.approx(expected, rel=1e-5)
