from __future__ import annotations

import numpy as np

from xpnet import nn


def model():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Dropout(0.5), nn.Linear(5, 2)
    )


def test_totals_are_the_sums_over_the_layers(backend):
    summary = model().summary((2, 3, 4))
    assert summary.output == (2, 2)
    assert summary.parameters == 12 * 5 + 5 + 5 * 2 + 2 == sum(r.parameters for r in summary.rows)
    assert summary.flops == 2 * 5 * 25 + 2 * 5 + 2 * 2 * 11 == sum(r.flops for r in summary.rows)


def test_each_layer_has_a_row_with_its_shape():
    rows = model().summary((2, 3, 4)).rows
    assert [row.name for row in rows] == [
        "0: Flatten",
        "1: Linear",
        "2: ReLU",
        "3: Dropout",
        "4: Linear",
    ]
    assert [row.output for row in rows] == [(2, 12), (2, 5), (2, 5), (2, 5), (2, 2)]


def test_an_example_array_may_be_given():
    x = np.ones((7, 3, 4), dtype=np.float32)
    assert model().summary(x).output == (7, 2)


def test_a_single_layer_is_a_model_too():
    summary = nn.Linear(3, 2).summary((1, 3))
    assert [row.name for row in summary.rows] == ["Linear"]
    assert summary.parameters == 8


def test_shared_layers_count_once_in_the_total():
    layer = nn.Linear(3, 3)
    assert nn.Sequential(layer, layer).summary((1, 3)).parameters == 12


def test_the_model_is_left_as_it_was():
    net = model()
    net.summary((2, 3, 4))
    assert all(module.training and not module._hooks for module in net.modules())


def test_the_table_names_every_layer_and_the_total():
    text = str(model().summary((2, 3, 4)))
    assert "1: Linear" in text and text.splitlines()[-1].startswith("Sequential")
    assert len({len(line) for line in text.splitlines()}) == 1
