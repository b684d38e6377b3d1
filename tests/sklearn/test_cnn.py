"""Images as rows or as images, of one channel or several."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from xpnet.sklearn import CNNClassifier

X, Y = load_digits(return_X_y=True)
X = X[:300] / 16
Y = Y[:300]
QUICK = {"max_iter": 2, "random_state": 0}


def layers(model):
    return [type(layer).__name__ for layer in model.module_]


def test_rows_and_images_of_the_same_pixels_train_alike():
    rows = CNNClassifier((4,), (8,), **QUICK).fit(X, Y)
    flat = CNNClassifier((4,), (8,), **QUICK).fit(X.reshape(-1, 8, 8), Y)
    images = CNNClassifier((4,), (8,), **QUICK).fit(X.reshape(-1, 1, 8, 8), Y)
    assert rows.image_shape_ == flat.image_shape_ == images.image_shape_ == (1, 8, 8)
    expected = rows.predict_proba(X)
    np.testing.assert_allclose(flat.predict_proba(X.reshape(-1, 8, 8)), expected, atol=1e-12)
    np.testing.assert_allclose(images.predict_proba(X.reshape(-1, 1, 8, 8)), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("pixels", "given", "shape"),
    [
        (64, None, (1, 8, 8)),
        (60, None, (1, 1, 60)),
        (60, (6, 10), (1, 6, 10)),
        (60, (3, 4, 5), (3, 4, 5)),
        (1, None, (1, 1, 1)),
    ],
)
def test_the_shape_of_rows_is_guessed_or_given(pixels, given, shape):
    model = CNNClassifier((2, 3, 2, 2), (4,), image_shape=given, **QUICK)
    assert model.fit(X[:20, :pixels], Y[:20]).image_shape_ == shape
    assert model.predict(X[:20, :pixels]).shape == (20,)


def test_its_layers_are_those_that_were_asked_for():
    model = CNNClassifier((4, 5), (6,), kernel_size=5, activation="tanh", batch_norm=True,
                          dropout=0.3, **QUICK).fit(X, Y)  # fmt: skip
    block = ["Conv2d", "BatchNorm2d", "Tanh", "MaxPool2d"]
    dense = ["Flatten", "Dropout", "Linear", "Tanh", "Dropout", "Linear"]
    assert layers(model) == ["Unflatten", *block, *block, *dense]
    assert model.module_[1].weight.shape == (4, 1, 5, 5)


def test_it_learns_digits_and_goes_on():
    options = {"learning_rate_init": 0.01, "random_state": 0, "batch_size": 50}
    model = make_pipeline(MinMaxScaler(), CNNClassifier((8,), (32,), max_iter=12, **options))
    model.fit(X[:200], Y[:200])
    assert model.score(X[200:], Y[200:]) > 0.85
    whole = CNNClassifier((2,), (4,), max_iter=2, **options).fit(X, Y)
    parts = CNNClassifier((2,), (4,), **options)
    for _ in range(2):
        parts.partial_fit(X, Y, classes=range(10))
    np.testing.assert_array_equal(parts.predict_proba(X), whole.predict_proba(X))


def test_too_many_axes_and_other_pixels_are_errors():
    with pytest.raises(ValueError, match="got 5 axes; reshape it"):
        CNNClassifier(**QUICK).fit(np.ones((4, 1, 2, 2, 2)), [0, 1, 0, 1])
    with pytest.raises(ValueError, match="of 64 pixels, the number of columns of X, got"):
        CNNClassifier(image_shape=(7, 8), **QUICK).fit(X, Y)


def test_channels_that_seem_to_be_last_are_told():
    with pytest.warns(UserWarning, match=r"means 8 channels of 8x3 pixels; if channels are last"):
        CNNClassifier((2,), (2,), **QUICK).fit(np.ones((4, 8, 8, 3)), [0, 1, 0, 1])


def test_an_axis_of_one_pixel_is_pooled_no_further():
    model = CNNClassifier((2, 2, 2, 2, 2), (2,), **QUICK).fit(X, Y)
    assert layers(model).count("Conv2d") == 5
    assert layers(model).count("MaxPool2d") == 3
