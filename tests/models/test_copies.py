"""Every model can be copied with all that it has learnt; the copy is a model of its own."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from tests.io.onnx.exporting.table.models import MODELS


@pytest.mark.parametrize("row", MODELS, ids=lambda row: row.name)
def test_a_copy_has_the_same_numbers_in_memory_of_its_own(row):
    model = row.make()
    copied = copy.deepcopy(model)
    before = {name: np.array(array) for name, array in model.state_dict().items()}
    after = copied.state_dict()
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)
    for parameter in copied.parameters():
        parameter.data = parameter.data + 1
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
