"""Classes of any kind are numbers inside, and themselves outside."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.utils.class_weight import compute_class_weight

from xpnet.backend import device_of, to_numpy
from xpnet.sklearn.labels import Labels, checked_labels


@pytest.mark.parametrize(
    "y",
    [
        np.asarray([3, 1, 3, 7]),
        np.asarray(["b", "a", "b", "c"]),
        np.asarray(["b", "a", "b", "c"], dtype=object),
        np.asarray([1.0, -1.0, 1.0, 2.0]),
        np.asarray([True, False, True, True]),
    ],
    ids=lambda y: str(y.dtype),
)
def test_encoding_and_decoding_are_inverse(y):
    labels = Labels.of(checked_labels(y))
    codes = labels.encode(y)
    assert codes.dtype == np.int64
    scores = np.eye(len(labels.classes))[codes]
    if labels.binary:
        scores = codes - 0.5
    found = labels.decode(scores)
    np.testing.assert_array_equal(found, y)
    assert found.dtype == y.dtype


def test_labels_follow_the_scores(backend):
    scores = backend.asarray([[0.0, 1.0, 2.0], [3.0, 1.0, 0.0]])
    numbers = Labels.of(np.asarray([5, 6, 7])).decode(scores)
    assert device_of(numbers) == backend.device
    np.testing.assert_array_equal(to_numpy(numbers), [7, 5])
    names = Labels.of(np.asarray(["x", "y", "z"])).decode(scores)
    np.testing.assert_array_equal(names, ["z", "x"])
    several = Labels.of(np.zeros((1, 3))).decode(scores)
    assert device_of(several) == backend.device
    np.testing.assert_array_equal(to_numpy(several), [[0, 1, 1], [1, 1, 0]])


def test_a_sparse_indicator_is_several_labels():
    y = sparse.csr_array(np.asarray([[0, 1], [1, 1], [0, 0]]))
    labels = Labels.of(checked_labels(y))
    assert labels.multilabel
    assert labels.encode(checked_labels(y)).tolist() == [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize("class_weight", ["balanced", {"a": 2.0, "b": 1.0, "c": 0.5}, {"b": 3.0}])
def test_class_weights_are_those_of_scikit_learn(class_weight):
    y = np.asarray(["b", "a", "b", "c", "b"])
    labels = Labels.of(y)
    of_classes = compute_class_weight(class_weight, classes=labels.classes, y=y)
    np.testing.assert_allclose(labels.weights(class_weight, y), of_classes[labels.encode(y)])
    assert labels.weights(None, y) is None


def test_balance_counts_samples_by_their_weights():
    y = np.asarray(["a", "b", "b"])
    found = Labels.of(y).weights("balanced", y, np.asarray([3.0, 1.0, 1.0]))
    np.testing.assert_allclose(found, [5 / 6, 5 / 4, 5 / 4])


def test_a_dict_may_weigh_a_class_that_this_part_of_the_data_lacks():
    y = np.asarray([0, 1, 1])
    np.testing.assert_allclose(Labels.of(y).weights({0: 2.0, 1: 3.0, 2: 9.0}, y), [2, 3, 3])
    with pytest.raises(ValueError, match=r"class_weight must name classes of y, .* got 'no'"):
        Labels.of(y).weights({"no": 1.0, 1: 2.0}, y)


def test_samples_that_weigh_nothing_at_all_are_errors():
    y = np.asarray([0, 1, 1])
    first = np.asarray([1.0, 0.0, 0.0])
    for class_weight, sample_weights in (({0: 0, 1: 0}, None), ({0: 0.0}, first)):
        with pytest.raises(ValueError, match=r"class_weight must leave samples that count"):
            Labels.of(y).weights(class_weight, y, sample_weights)


def test_classes_that_are_none_are_errors():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        checked_labels(np.asarray([0.5, 1.5]))
    with pytest.raises(ValueError, match="NaN"):
        checked_labels(np.asarray([0.0, np.nan]))
    with pytest.raises(ValueError, match="fit one classifier for each column"):
        checked_labels(np.asarray([[0, 3], [1, 2]]))
    labels = Labels.of(np.asarray(["a", "b"]))
    with pytest.raises(ValueError, match=r"classes \['a', 'b'\] of the first fit, got 'c' too"):
        labels.encode(np.asarray(["a", "c"]))
    with pytest.raises(ValueError, match=r"y must be \(N,\), as it was in the first fit"):
        labels.encode(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"y must be \(N, 3\), as it was in the first fit"):
        Labels.of(np.zeros((1, 3))).encode(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="class_weight must be None where samples have several"):
        Labels.of(np.zeros((1, 3))).weights("balanced", np.zeros((1, 3)))
