"""Windows of any geometry look at the same places in onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.io.onnx.exporting.table.running import (
    exported,
    in_onnxruntime,
    in_xpnet,
    require_equal,
    session,
)
from xpnet import nn
from xpnet.errors import XpnetError


def pair(*values):
    return st.tuples(st.sampled_from(values), st.sampled_from(values))


LAYERS = {
    "conv": st.builds(
        nn.Conv2d,
        st.just(4),
        st.sampled_from((4, 8)),
        pair(1, 2, 3, 4),
        stride=pair(1, 2, 3),
        padding=pair(0, 1, 2, 5),
        dilation=pair(1, 2),
        groups=st.sampled_from((1, 2, 4)),
    ),
    "conv_transpose": st.builds(
        lambda **options: nn.ConvTranspose2d(4, 4, **options),
        kernel_size=pair(1, 2, 3, 4),
        stride=pair(1, 2, 3),
        padding=pair(0, 1, 2),
        output_padding=pair(0, 1),
        dilation=pair(1, 2),
        groups=st.sampled_from((1, 2, 4)),
    ),
    "max_pool": st.builds(
        nn.MaxPool2d,
        pair(1, 2, 3, 4),
        pair(1, 2, 3, 5),
        pair(0, 1, 2),
        dilation=pair(1, 2),
        ceil_mode=st.booleans(),
    ),
    "avg_pool": st.builds(
        nn.AvgPool2d,
        pair(1, 2, 3, 4),
        pair(1, 2, 3, 5),
        pair(0, 1, 2),
        ceil_mode=st.booleans(),
        count_include_pad=st.booleans(),
    ),
    "upsample": st.builds(
        nn.Upsample,
        scale_factor=pair(0.3, 0.5, 1.0, 1.5, 2.0, 2.7, 3.0),
        mode=st.sampled_from(("nearest", "bilinear")),
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("windows")


@pytest.mark.parametrize("kind", LAYERS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data(), height=st.integers(1, 11), width=st.integers(1, 11))
def test_windows_of_any_geometry_are_the_same(kind, folder, data, height, width):
    x = np.random.default_rng(0).standard_normal((3, 4, height, width)).astype(np.float32)
    try:
        model = data.draw(LAYERS[kind])
        expected = in_xpnet(model, x)
    except XpnetError:
        assume(False)
    require_equal(in_onnxruntime(session(exported(model, x[:1], folder)), x), expected)
