"""What autocast may be called with, and what is said of calls as PyTorch writes them."""

import inspect
import re

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import ArgumentError

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("given", "named", "came", "name"),
    [
        (("cuda",), {"dtype": "float16"}, "'cuda'", "float16"),
        (("cuda",), {"dtype": torch.bfloat16}, "'cuda'", "bfloat16"),
        (("cuda", torch.bfloat16), {}, "'cuda'", "bfloat16"),
        (("cuda", "float16", True), {}, "'cuda'", "float16"),
        ((), {"device_type": "cuda", "dtype": torch.float16}, "'cuda'", "float16"),
        ((), {"device_type": "cpu"}, "'cpu'", "float16"),
        ((True,), {"dtype": torch.float16}, "True", "float16"),  # torch.cuda.amp.autocast
    ],
    ids=str,
)
def test_a_call_as_pytorch_writes_it_is_told_how_it_reads_here(given, named, came, name):
    message = (
        f"autocast: dtype must be the first argument, got {came} there; write autocast('{name}')"
    )
    with pytest.raises(ArgumentError, match=re.escape(message)):
        xn.autocast(*given, **named)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("cuda",), r"dtype must be one of .* None, got 'cuda'; autocast\('float16'\) holds on"),
        ((5,), "dtype must be one of .* None, got '5'"),
        ((np.float32,), "dtype must be one of .* None, got 'float32'"),
        (("float16", "cuda"), "enabled must be True or False, got 'cuda'; the dtype is the first"),
    ],
    ids=str,
)
def test_other_arguments_that_make_no_sense(given, message):
    with pytest.raises(ArgumentError, match=f"autocast: {message}"):
        xn.autocast(*given)


@pytest.mark.parametrize("dtype", ["float16", np.float16, np.dtype("float16"), torch.float16])
def test_dtypes_of_every_library_name_a_precision(dtype):
    assert xn.autocast(dtype).name == xn.autocast(dtype=dtype).name == "float16"
    assert xn.autocast(dtype, np.False_).name is None


def test_help_shows_the_arguments():
    assert list(inspect.signature(xn.autocast).parameters) == ["dtype", "enabled", "device"]
