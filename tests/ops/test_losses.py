"""Losses: values by hand, kinds of labels, and wrong arguments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet import Tensor, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.testing import assert_close

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
WITH_LABELS = [ops.cross_entropy, ops.nll_loss, ops.multi_margin_loss]
X = np.log(np.asarray([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]))


def gradient(loss, x, *args, **options):
    x = Tensor(x, requires_grad=True)
    loss(x, *args, **options).backward()
    return x.grad


# ---- values --------------------------------------------------------------------------------------


def test_cross_entropy_is_minus_the_log_probability_of_the_label():
    assert ops.cross_entropy(X, np.asarray([0, 1])) == pytest.approx(
        (math.log(2) + math.log(4)) / 2
    )


def test_the_gradient_of_cross_entropy_is_probability_minus_target(backend):
    dx = gradient(ops.cross_entropy, backend.asarray(X), backend.asarray([0, 1]), reduction="sum")
    assert_close(dx, np.asarray([[-0.5, 0.25, 0.25], [0.25, -0.75, 0.5]]))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("loss", WITH_LABELS, ids=lambda op: op.name)
def test_labels_may_be_integers_of_any_kind(loss, dtype, backend):
    y = backend.asarray(np.asarray([2, 0], dtype=dtype))
    assert_close(loss(backend.asarray(X), y), np.asarray(loss(X, np.asarray([2, 0]))))


def test_small_integers_can_label_more_classes_than_they_count(backend):
    x = np.zeros((1, 300))
    x[0, 255] = 1.0
    y = ops.cross_entropy(backend.asarray(x), backend.asarray(np.asarray([255], dtype=np.uint8)))
    assert_close(y, np.asarray(math.log(299 + math.e) - 1.0))


def test_labels_and_their_one_hot_rows_give_the_same(backend):
    y, t = backend.asarray([2, 0]), backend.asarray(np.eye(3)[[2, 0]])
    x = backend.asarray(X)
    for options in ({}, {"label_smoothing": 0.1}, {"reduction": "none"}):
        assert_close(ops.cross_entropy(x, y, **options), ops.cross_entropy(x, t, **options))


def test_nll_of_log_softmax_is_cross_entropy():
    x, y = np.asarray([[3.0, -1.0], [0.5, 0.0]]), np.asarray([1, 0])
    assert_close(ops.nll_loss(ops.log_softmax(x), y), ops.cross_entropy(x, y))


@pytest.mark.parametrize("loss", WITH_LABELS[:2], ids=lambda op: op.name)
def test_ignored_labels_change_nothing(loss, backend):
    x = np.concatenate([X, [[5.0, 0.0, 1.0]]])
    y = backend.asarray([0, 1, -100])
    assert_close(loss(backend.asarray(x), y), np.asarray(loss(X, np.asarray([0, 1]))))
    dx = to_numpy(gradient(loss, backend.asarray(x), y))
    assert dx[2].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("loss", WITH_LABELS[:2], ids=lambda op: op.name)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_is_zero_if_all_labels_are_ignored(loss, weighted, backend):
    x, y = backend.asarray(X), backend.asarray([-100, -100])
    weight = [backend.asarray(np.ones(3))] if weighted else []
    assert float(to_numpy(loss(x, y, *weight))) == 0.0
    assert not np.any(to_numpy(gradient(loss, x, y, *weight)))


def test_an_impossible_class_costs_nothing_unless_it_is_the_label(backend):
    x, y = backend.asarray([[0.0, 0.0, -math.inf]]), backend.asarray([0])
    assert float(to_numpy(ops.cross_entropy(x, y))) == pytest.approx(math.log(2))
    np.testing.assert_allclose(to_numpy(gradient(ops.cross_entropy, x, y)), [[-0.5, 0.5, 0.0]])


def test_quadratic_cost_is_half_the_mean_squared_distance_of_the_rows():
    x, y = np.asarray([[1.0, 0.0], [0.0, 0.0]]), np.asarray([[4.0, 4.0], [0.0, 2.0]])
    assert ops.quadratic_cost(x, y) == (25 + 4) / 4
    assert ops.quadratic_cost(x, y, reduction="none").tolist() == [12.5, 2.0]
    assert ops.quadratic_cost(x, y) == ops.mse_loss(x, y) * x.shape[1] / 2


def test_losses_of_single_numbers_work():
    one, four = np.asarray(1.0), np.asarray(4.0)
    assert ops.mse_loss(one, four) == 9.0
    assert ops.l1_loss(one, four, reduction="none") == 3.0
    assert ops.quadratic_cost(one, four, reduction="none") == 4.5
    assert gradient(ops.quadratic_cost, one, four, reduction="none").shape == ()


def test_weights_that_start_at_zero_learn_by_the_perceptron_rule():
    u = np.asarray([[1.0, 2.0], [3.0, 4.0]])
    w = Tensor(np.zeros((1, 2)), requires_grad=True)
    scores = ops.linear(u, w)
    ops.perceptron_loss(scores, np.asarray([[1], [-1]]), reduction="sum").backward()
    assert (-w.grad).tolist() == [[1.0 - 3.0, 2.0 - 4.0]]


def test_the_perceptron_loss_leaves_what_is_right_alone():
    dx = gradient(ops.perceptron_loss, np.asarray([0.5, 0.5]), np.asarray([1, -1]))
    assert dx.tolist() == [0.0, 0.5]


def test_the_hinge_asks_for_a_margin():
    dx = gradient(ops.hinge_loss, np.asarray([0.5, 1.5]), np.asarray([1, 1]), reduction="sum")
    assert dx.tolist() == [-1.0, 0.0]


def test_certain_and_wrong_probabilities_cost_much_but_not_infinitely(backend):
    x, y = backend.asarray([0.0, 1.0]), backend.asarray([1.0, 0.0])
    assert to_numpy(ops.binary_cross_entropy(x, y, reduction="none")).tolist() == [100.0, 100.0]


def test_a_positive_weight_multiplies_the_loss_of_yes():
    x, y = np.asarray([0.3, -0.3]), np.asarray([1.0, 0.0])
    plain = ops.binary_cross_entropy_with_logits(x, y, reduction="none")
    heavy = ops.binary_cross_entropy_with_logits(x, y, None, np.asarray(5.0), reduction="none")
    assert_close(heavy, plain * np.asarray([5.0, 1.0]))


# ---- wrong arguments -----------------------------------------------------------------------------


@pytest.mark.parametrize("loss", WITH_LABELS, ids=lambda op: op.name)
class TestWrongLabels:
    def test_one_hot_integers_are_recognised(self, loss):
        with pytest.raises(ShapeError, match=r"got \(2, 3\); turn one-hot rows into labels"):
            loss(X, np.eye(3, dtype=int)[:2])

    def test_a_superfluous_axis_is_recognised(self, loss):
        with pytest.raises(ShapeError, match=r"xp\.squeeze\(target, axis=-1\)"):
            loss(X, np.zeros((2, 1), dtype=int))

    def test_another_number_of_labels_is_refused(self, loss):
        with pytest.raises(ShapeError, match=r"target must be labels of shape \(2,\).*got \(3,\)"):
            loss(X, np.zeros(3, dtype=int))

    def test_a_score_without_classes_is_refused(self, loss):
        with pytest.raises(ShapeError, match=r"input must be \(N, K\) or \(K,\), got \(\)"):
            loss(np.asarray(1.0), np.asarray(0))

    @pytest.mark.parametrize("dtype", ["float64", "bool"])
    def test_labels_that_are_no_integers_are_refused(self, loss, dtype, backend):
        with pytest.raises(DTypeError, match=r"target must be integer class labels, got .*; conv"):
            loss(backend.asarray(X), backend.asarray(np.zeros(2, dtype=dtype)))

    def test_labels_that_count_from_one_are_recognised(self, loss):
        with pytest.raises(ArgumentError, match=r"from 0 to 2.*, got 3; labels count from 0"):
            loss(X, np.asarray([1, 3]))

    @pytest.mark.parametrize("wrong", [-1, 7])
    def test_labels_out_of_range_are_refused_where_looking_is_cheap(self, loss, wrong, backend):
        y = backend.asarray([0, wrong])
        if not backend.device.library.at_hand(y):
            pytest.skip("looking at the labels would wait for the device")
        with pytest.raises(ArgumentError, match=rf"from 0 to 2.*, got {wrong}; give the model"):
            loss(backend.asarray(X), y)

    def test_another_number_of_weights_is_refused(self, loss):
        with pytest.raises(ShapeError, match=r"weight must be \(3,\), one for each class, got"):
            loss(X, np.asarray([0, 1]), np.ones(2))

    def test_weights_of_another_dtype_are_refused(self, loss):
        with pytest.raises(DTypeError, match=r"weight must have the dtype of input, float64, got"):
            loss(X, np.asarray([0, 1]), np.ones(3, dtype=np.float32))


def test_probabilities_of_another_dtype_are_refused():
    with pytest.raises(DTypeError, match="target must have the dtype of input, float64"):
        ops.cross_entropy(X, np.full((2, 3), 1 / 3, dtype=np.float32))


@pytest.mark.parametrize("loss", WITH_LABELS[:2], ids=lambda op: op.name)
def test_the_index_to_ignore_may_be_any_number(loss):
    y = np.asarray([0, 255], dtype=np.uint8)
    assert loss(X, y, ignore_index=255) == loss(X[:1], y[:1])
    with pytest.raises(ArgumentError, match=r"\(or ignore_index=-100\), got 255"):
        loss(X, y)


@pytest.mark.parametrize(
    "loss",
    [
        ops.mse_loss,
        ops.l1_loss,
        ops.huber_loss,
        ops.quadratic_cost,
        ops.quantile_loss,
        ops.poisson_nll_loss,
        ops.binary_cross_entropy,
        ops.binary_cross_entropy_with_logits,
    ],
    ids=lambda op: op.name,
)
class TestWrongTargets:
    def test_columns_against_vectors_are_refused_and_not_broadcast(self, loss):
        with pytest.raises(ShapeError, match=r"\(2, 1\), got \(2,\); use xp\.reshape\(target,"):
            loss(np.ones((2, 1)), np.ones(2))

    def test_another_number_of_elements_is_refused(self, loss):
        with pytest.raises(ShapeError, match="the two are compared element by element"):
            loss(np.ones((2, 3)), np.ones((2, 4)))

    def test_another_dtype_is_refused(self, loss):
        with pytest.raises(DTypeError, match="target must have the dtype of input, float32"):
            loss(np.ones(2, dtype=np.float32), np.ones(2))

    def test_integers_are_refused(self, loss):
        with pytest.raises(DTypeError, match=r"xp\.astype\(target, input\.dtype\)"):
            loss(np.ones(2), np.ones(2, dtype=int))


@pytest.mark.parametrize("name", [name for name in ops.losses.__all__])
def test_an_unknown_reduction_is_refused_with_a_suggestion(name):
    x = np.full((2, 3), 0.5)
    y = np.asarray([0, 1]) if ops.OPS[name] in WITH_LABELS else x
    with pytest.raises(ArgumentError, match=rf"{name}: reduction must be one of .*mean 'mean'"):
        ops.OPS[name](x, y, reduction="meen")


@pytest.mark.parametrize("loss", [ops.hinge_loss, ops.perceptron_loss], ids=lambda op: op.name)
def test_targets_zero_and_one_are_recognised(loss, backend):
    if not backend.device.library.host:
        pytest.skip("looking at the targets would wait for the device")
    x = backend.asarray([0.5, 0.5])
    with pytest.raises(ArgumentError, match=r"must be -1 or 1, got .* 0 to 1; .* 2 \* target - 1"):
        loss(x, backend.asarray([0, 1]))
    with pytest.raises(DTypeError, match="target must be numbers -1 and 1, got"):
        loss(x, backend.asarray([False, True]))


def test_scores_given_as_probabilities_are_recognised():
    with pytest.raises(ArgumentError, match=r"got -2\.0 to 3\.0; apply sigmoid first"):
        ops.binary_cross_entropy(np.asarray([-2.0, 3.0]), np.asarray([0.0, 1.0]))


@pytest.mark.parametrize("argument", ["weight", "pos_weight"])
def test_weights_that_do_not_broadcast_are_refused(argument):
    x = np.ones((2, 3))
    place = {"weight": 2, "pos_weight": 3}[argument]
    for weight in (np.ones(2), np.ones((4, 2, 3))):
        arguments = [x, x, None, None]
        arguments[place] = weight
        with pytest.raises(ShapeError, match=rf"{argument} must broadcast to the shape of input"):
            ops.binary_cross_entropy_with_logits(*arguments)


def test_options_out_of_range_are_refused():
    y = np.asarray([0, 1])
    with pytest.raises(ArgumentError, match=r"label_smoothing must be from 0 to 1, got 1\.5"):
        ops.cross_entropy(X, y, label_smoothing=1.5)
    with pytest.raises(ArgumentError, match="p must be 1 or 2, got 3"):
        ops.multi_margin_loss(X, y, p=3)
    with pytest.raises(ShapeError, match="multi_margin_loss: input must be"):
        ops.multi_margin_loss(np.ones((2, 3, 4)), np.zeros((2, 4), dtype=int))
    with pytest.raises(ArgumentError, match="delta must be > 0, got 0"):
        ops.huber_loss(X, X, delta=0)
    for q in (0, 1, -0.5):
        with pytest.raises(ArgumentError, match=rf"q must be between 0 and 1, got {q}; 0\.5 is"):
            ops.quantile_loss(X, X, q=q)
    with pytest.raises(ArgumentError, match="power must be 1 or 2, got 3"):
        ops.hinge_loss(np.ones(2), np.ones(2), power=3)
    with pytest.raises(ArgumentError, match=r"eps must be > 0, got 0; 1e-8"):
        ops.poisson_nll_loss(X, X, eps=0)


def test_negative_rates_are_refused():
    rates, counts = np.asarray([-1.0, 2.0]), np.ones(2)
    with pytest.raises(ArgumentError, match=r"rates >= 0 with log_input=False, got -1\.0; end"):
        ops.poisson_nll_loss(rates, counts, log_input=False)
    assert np.isfinite(ops.poisson_nll_loss(rates, counts))


@pytest.mark.parametrize("q", [0.1, 0.5, 0.8])
def test_the_constant_with_the_smallest_quantile_loss_is_the_quantile(q):
    y = np.random.default_rng(0).normal(size=999)
    losses = [float(ops.quantile_loss(np.full(999, x), y, q=q)) for x in np.sort(y)]
    assert np.sort(y)[int(np.argmin(losses))] == pytest.approx(np.quantile(y, q), abs=1e-2)


def test_the_quantile_loss_has_no_slope_where_the_prediction_is_right():
    dx = gradient(ops.quantile_loss, np.asarray([1.0, 2.0]), np.asarray([1.0, 5.0]), q=0.9)
    assert dx.tolist() == [0.0, -0.45]


def test_the_constant_with_the_smallest_poisson_loss_is_the_mean():
    counts = np.asarray([0.0, 1.0, 3.0, 8.0])
    slope = gradient(ops.poisson_nll_loss, np.full(4, np.log(3.0)), counts)
    assert np.sum(slope) == pytest.approx(0.0, abs=1e-12)
