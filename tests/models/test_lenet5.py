from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import to_numpy
from xpnet.errors import ShapeError
from xpnet.models.codes import digit_codes
from xpnet.models.lenet5_original import CONNECTIONS, Subsampling, TableConv2d, squash
from xpnet.testing import assert_close


def test_lenet5_has_the_published_layer_sizes():
    rows = {row.name: row for row in models.LeNet5().summary((1, 1, 28, 28)).rows}
    sizes = [(row.output[1:], row.parameters) for row in rows.values()]
    assert sizes == [
        ((6, 28, 28), 156),
        ((6, 28, 28), 0),
        ((6, 14, 14), 0),
        ((16, 10, 10), 2416),
        ((16, 10, 10), 0),
        ((16, 5, 5), 0),
        ((400,), 0),
        ((120,), 48120),
        ((120,), 0),
        ((84,), 10164),
        ((84,), 0),
        ((10,), 850),
    ]


def test_the_original_has_the_published_layer_sizes_and_parameters():
    summary = models.LeNet5Original().summary((1, 1, 32, 32))
    assert [(row.name[:2], row.output[1:], row.parameters) for row in summary.rows] == [
        ("c1", (6, 28, 28), 156),
        ("s2", (6, 14, 14), 12),
        ("c3", (16, 10, 10), 1516),
        ("s4", (16, 5, 5), 32),
        ("c5", (120, 1, 1), 48120),
        ("f6", (84,), 10164),
        ("ou", (10,), 0),
    ]
    assert summary.parameters == 60_000


def test_the_table_has_no_map_twice_and_uses_every_map_equally():
    assert len(set(CONNECTIONS)) == 16
    assert [len(row) for row in CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    assert np.bincount(np.concatenate(CONNECTIONS)).tolist() == [10] * 6


def test_a_map_of_a_table_sees_its_inputs_and_no_others(backend):
    layer = TableConv2d(CONNECTIONS, 3)
    x = np.random.default_rng(0).normal(size=(1, 6, 3, 3)).astype(np.float32)
    kernels, bias = to_numpy(layer.kernels.data), to_numpy(layer.bias.data)
    expected, next_kernel = [], 0
    for m, row in enumerate(CONNECTIONS):
        own = kernels[next_kernel : next_kernel + len(row)]
        next_kernel += len(row)
        expected.append((own * x[0, list(row)]).sum() + bias[m])
    out = to_numpy(layer.predict(backend.asarray(x)))
    np.testing.assert_allclose(out.reshape(-1), expected, rtol=1e-4, atol=1e-5)


def test_subsampling_adds_four_scales_and_shifts(backend):
    layer = Subsampling(1)
    layer.coefficient.data = backend.asarray([[[2.0]]])
    layer.bias.data = backend.asarray([[[0.5]]])
    out = layer.predict(backend.asarray([[[[1.0, 2.0], [3.0, 4.0]]]]))
    assert to_numpy(out).tolist() == [[[[20.5]]]]


def test_the_squashing_maps_one_to_one(backend):
    out = squash(backend.asarray([-1.0, 0.0, 1.0, 100.0]))
    assert_close(to_numpy(out), np.asarray([-1, 0, 1, 1.7159], np.float32), atol=1e-4)


def test_scores_are_distances_to_the_pictures_of_the_digits(backend):
    layer = models.LeNet5Original().output
    codes = digit_codes()
    scores = to_numpy(layer.predict(backend.asarray(codes.astype(np.float32))))
    expected = -4.0 * (codes[:, None] != codes[None]).sum(axis=2)
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert (np.argmax(scores, axis=1) == np.arange(10)).all()


def test_the_codes_are_not_trained_but_saved():
    model = models.LeNet5Original()
    assert "output.codes" in model.state_dict()
    assert "output.codes" not in dict(model.named_parameters())


def test_other_numbers_of_classes_have_random_codes_far_from_each_other():
    codes = digit_codes(30)
    differences = (codes[:, None] != codes[None]).sum(axis=2) + 84 * np.eye(30)
    assert differences.min() > 15
    np.testing.assert_array_equal(codes, digit_codes(30))


def test_the_original_pads_small_images_with_background():
    model = models.LeNet5Original()
    x = np.random.default_rng(0).uniform(size=(2, 1, 28, 28)).astype(np.float32)
    padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    assert_close(model.predict(x), model.predict(padded), rtol=0, atol=0)


def test_the_original_learns(backend):
    x, y = np.zeros((8, 1, 28, 28), np.float32), np.arange(8) % 2
    x[y == 0, :, 4:24, 4:12] = 1.0
    x[y == 1, :, 8:12, 4:24] = 1.0
    data = (backend.asarray(x), backend.asarray(y))
    model = models.LeNet5Original()
    trainer = xn.Trainer(model, xn.optim.Adam(model.parameters(), lr=1e-3))
    history = trainer.fit(data, epochs=12, batch_size=8, progress=False)
    assert history["loss"][-1] < 0.1 * history["loss"][0]


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (models.LeNet5, (2, 1, 8, 8), r"LeNet5: x must be \(N, 1, 28, 28\), got .*; pad, crop"),
        (models.LeNet5, (2, 3, 28, 28), r"got \(2, 3, 28, 28\); make the model with in_channels=3"),
        (models.LeNet5, (2, 28, 28), r"write xp.expand_dims\(x, axis=1\)"),
        (models.LeNet5, (2, 784), "give a batch of images"),
        (
            models.LeNet5Original,
            (2, 1, 30, 30),
            r"\(N, 1, 28, 28\) or \(N, 1, 32, 32\), got \(2, 1, 30, 30\)",
        ),
    ],
)
def test_images_of_another_shape_are_an_error(make, shape, message):
    with pytest.raises(ShapeError, match=message):
        make().predict(np.zeros(shape, np.float32))
