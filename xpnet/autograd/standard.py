"""The array API standard 2024.12 as a table: every name, and how the tape treats it.

Functions with a derivative are not listed by kind here: they are those in
:data:`~xpnet.autograd.primitive.PRIMITIVES` (one rule per argument, see ``rules/``) and in
``composed.py`` (built from functions that have one).
"""

from __future__ import annotations

__all__ = [
    "BESIDES",
    "CONSTANTS",
    "DTYPES",
    "EXTENSIONS",
    "PASSING",
    "SIGNATURES",
    "WITHOUT_DERIVATIVE",
]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONSTANTS = ("e", "inf", "nan", "newaxis", "pi")

DTYPES = _names(
    """
    bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128
    """
)

#: Not in the standard; handed on where the library has them.
BESIDES = ("float16", "bfloat16", "__array_api_version__")

EXTENSIONS = ("linalg", "fft")

#: Functions whose result does not depend on their input in a differentiable way: created values,
#: truth values, indices, step functions, facts about data types.
PASSING = _names(
    """
    arange empty empty_like eye from_dlpack ones ones_like zeros
    zeros_like all any argmax argmin argsort count_nonzero nonzero searchsorted can_cast finfo
    iinfo isdtype result_type broadcast_shapes __array_namespace_info__ equal greater
    greater_equal less less_equal not_equal isfinite isinf isnan signbit isin logical_and
    logical_not logical_or logical_xor bitwise_and bitwise_invert bitwise_left_shift bitwise_or
    bitwise_right_shift bitwise_xor ceil floor floor_divide round sign trunc unique_counts
    unique_inverse linalg.matrix_rank fft.fftfreq fft.rfftfreq
    """
)

#: Functions that do depend on their input, but whose derivative is not offered. They compute, and
#: raise when a gradient has to pass through. The Fourier transforms give complex numbers, which
#: Tensors leave out.
WITHOUT_DERIVATIVE = _names(
    """
    nextafter imag unique_all unique_values fft.fft fft.ifft fft.fftn fft.ifftn fft.rfft
    fft.irfft fft.rfftn fft.irfftn fft.hfft fft.ihfft
    """
)

_ONE = "(x, /)"
_TWO = "(x1, x2, /)"
_AXES = "(x, /, *, axis=None, keepdims=False)"
_LIKE = "(x, /, *, dtype=None, device=None)"
_SHAPE = "(shape, *, dtype=None, device=None)"
_FFT = "(x, /, *, n=None, axis=-1, norm='backward')"
_FFTN = "(x, /, *, s=None, axes=None, norm='backward')"


def _all(names: str, signature: str, prefix: str = "") -> dict[str, str]:
    return {prefix + name: signature for name in names.split()}


#: The signature of every function, as the standard writes it.
SIGNATURES: dict[str, str] = {
    **_all(
        """
        abs acos acosh asin asinh atan atanh bitwise_invert ceil conj cos cosh exp expm1 floor imag
        isfinite isinf isnan log log1p log2 log10 logical_not negative positive real reciprocal
        round sign signbit sin sinh sqrt square tan tanh trunc
        matrix_transpose nonzero unique_all unique_counts unique_inverse unique_values
        """,
        _ONE,
    ),
    **_all(
        """
        add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign
        divide equal floor_divide greater greater_equal hypot less less_equal logaddexp logical_and
        logical_or logical_xor matmul maximum minimum multiply nextafter not_equal pow remainder
        subtract
        """,
        _TWO,
    ),
    **_all("all any count_nonzero max mean min", _AXES),
    **_all("prod sum", "(x, /, *, axis=None, dtype=None, keepdims=False)"),
    **_all("std var", "(x, /, *, axis=None, correction=0.0, keepdims=False)"),
    **_all("argmax argmin", "(x, /, *, axis=None, keepdims=False)"),
    **_all(
        "cumulative_prod cumulative_sum",
        "(x, /, *, axis=None, dtype=None, include_initial=False)",
    ),
    **_all("argsort sort", "(x, /, *, axis=-1, descending=False, stable=True)"),
    **_all("empty ones zeros", _SHAPE),
    **_all("empty_like ones_like zeros_like", _LIKE),
    **_all("tril triu", "(x, /, *, k=0)"),
    **_all("tensordot linalg.tensordot", "(x1, x2, /, *, axes=2)"),
    **_all("vecdot linalg.vecdot", "(x1, x2, /, *, axis=-1)"),
    "__array_namespace_info__": "()",
    "arange": "(start, /, stop=None, step=1, *, dtype=None, device=None)",
    "asarray": "(obj, /, *, dtype=None, device=None, copy=None)",
    "astype": "(x, dtype, /, *, copy=True, device=None)",
    "broadcast_arrays": "(*arrays)",
    "broadcast_shapes": "(*shapes)",
    "broadcast_to": "(x, /, shape)",
    "can_cast": "(from_, to, /)",
    "clip": "(x, /, min=None, max=None)",
    "concat": "(arrays, /, *, axis=0)",
    "diff": "(x, /, *, axis=-1, n=1, prepend=None, append=None)",
    "expand_dims": "(x, /, axis)",
    "eye": "(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None)",
    "finfo": "(type, /)",
    "flip": "(x, /, *, axis=None)",
    "from_dlpack": "(x, /, *, device=None, copy=None)",
    "full": "(shape, fill_value, *, dtype=None, device=None)",
    "full_like": "(x, /, fill_value, *, dtype=None, device=None)",
    "iinfo": "(type, /)",
    "isdtype": "(dtype, kind)",
    "isin": "(x1, x2, /, *, invert=False)",
    "linspace": "(start, stop, /, num, *, dtype=None, device=None, endpoint=True)",
    "meshgrid": "(*arrays, indexing='xy')",
    "moveaxis": "(x, source, destination, /)",
    "permute_dims": "(x, /, axes)",
    "repeat": "(x, repeats, /, *, axis=None)",
    "reshape": "(x, /, shape, *, copy=None)",
    "result_type": "(*arrays_and_dtypes)",
    "roll": "(x, /, shift, *, axis=None)",
    "searchsorted": "(x1, x2, /, *, side='left', sorter=None)",
    "squeeze": "(x, /, axis)",
    "stack": "(arrays, /, *, axis=0)",
    "take": "(x, indices, /, *, axis=None)",
    "take_along_axis": "(x, indices, /, *, axis=-1)",
    "tile": "(x, repetitions, /)",
    "unstack": "(x, /, *, axis=0)",
    "where": "(condition, x1, x2, /)",
    **_all("det eigh eigvalsh inv matrix_transpose slogdet svdvals", _ONE, "linalg."),
    **_all("matmul outer solve", _TWO, "linalg."),
    "linalg.cholesky": "(x, /, *, upper=False)",
    "linalg.cross": "(x1, x2, /, *, axis=-1)",
    "linalg.diagonal": "(x, /, *, offset=0)",
    "linalg.matrix_norm": "(x, /, *, keepdims=False, ord='fro')",
    "linalg.matrix_power": "(x, n, /)",
    "linalg.matrix_rank": "(x, /, *, rtol=None)",
    "linalg.pinv": "(x, /, *, rtol=None)",
    "linalg.qr": "(x, /, *, mode='reduced')",
    "linalg.svd": "(x, /, *, full_matrices=True)",
    "linalg.trace": "(x, /, *, offset=0, dtype=None)",
    "linalg.vector_norm": "(x, /, *, axis=None, keepdims=False, ord=2)",
    **_all("fft ifft rfft irfft hfft ihfft", _FFT, "fft."),
    **_all("fftn ifftn rfftn irfftn", _FFTN, "fft."),
    **_all("fftfreq rfftfreq", "(n, /, *, d=1.0, dtype=None, device=None)", "fft."),
    **_all("fftshift ifftshift", "(x, /, *, axes=None)", "fft."),
}
