"""What the estimators take as X, and how it is brought to where the network is.

NumPy arrays, lists, SciPy matrices and data frames go through scikit-learn's own checks. Arrays of
other libraries are checked here, in their own library, whether or not scikit-learn's array API
dispatch is on: everything follows X.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.utils.validation import _num_samples, check_array, validate_data

from ..backend import (
    Device,
    as_device,
    asarray,
    device_of,
    dtype_name,
    dtype_of,
    is_array,
    namespace,
    to_device,
    to_numpy,
    unwrap,
)
from ..typing import Array

__all__ = [
    "checked",
    "home_of",
    "is_foreign",
    "like",
    "on_host",
    "require_same_home",
    "require_target",
    "weights_for",
]

FLOATS = ("float64", "float32")


def is_foreign(x: Any) -> bool:
    """Tell whether `x` is an array of another library than NumPy."""
    return is_array(x) and not isinstance(unwrap(x), np.ndarray | np.generic)


def on_host(x: Any) -> Any:
    """Return arrays of any library, and Tensors, as NumPy arrays, and everything else as it is."""
    x = unwrap(x)
    return to_numpy(x) if is_foreign(x) else x


def home_of(x: Any) -> Device:
    """Return the device of X; lists, matrices and data frames live on the host."""
    x = unwrap(x)
    return device_of(x) if is_foreign(x) else as_device("cpu")


def checked(estimator: Any, x: Any, *, reset: bool = False, images: bool = False) -> Any:
    """Return X as floats (N, D): a NumPy array, a CSR matrix, or an array of its own library.

    Parameters
    ----------
    estimator : estimator
        Learns ``n_features_in_`` and ``feature_names_in_``, or compares with what it has learnt.
    x : array-like
    reset : bool
        Learn instead of compare.
    images : bool
        Also take more axes than two.

    Raises
    ------
    ValueError
        If X has the wrong rank or number of features, is empty, or is not finite.
    """
    x = unwrap(x)
    if is_foreign(x):
        return _checked_foreign(estimator, x, reset, images)
    try:
        found = validate_data(
            estimator,
            x,
            accept_sparse="csr",
            dtype=[getattr(np, name) for name in FLOATS],
            reset=reset,
            allow_nd=images,
        )
    except ValueError as error:
        if "could not convert string" not in str(error):
            raise
        raise ValueError(
            f"{type(estimator).__name__}: X must be numbers, got a word in column "
            f"{_column_of_words(x)!r}: {error}; leave the column out, or make numbers of it: "
            "sklearn.preprocessing.OneHotEncoder"
        ) from error
    return sparse.csr_array(found) if sparse.issparse(found) else found


def _column_of_words(x: Any) -> Any:
    """Return the name, or the number, of the first column with a string that is no number.

    Examples
    --------
    >>> _column_of_words([["1.5", 2], [3, "four"]])
    1
    """
    table = np.asarray(x, dtype=object)
    table = table.reshape(table.shape[0] if table.ndim else 1, -1)
    names = list(getattr(x, "columns", range(table.shape[1])))
    for name, column in zip(names, table.T, strict=True):
        try:
            column.astype(float)
        except ValueError:
            return name
    return None


def _checked_foreign(estimator: Any, x: Array, reset: bool, images: bool) -> Array:
    x = to_device(x, device_of(x))  # it stays where it is, and leaves PyTorch's graph
    name, shape = type(estimator).__name__, tuple(x.shape)
    if len(shape) < 2 or (len(shape) > 2 and not images):
        raise ValueError(
            f"{name}: X must be (N, D), got {shape}; Reshape your data: xp.reshape(X, (-1, 1)) if "
            "it is one feature, xp.reshape(X, (1, -1)) if it is one sample"
        )
    if 0 in shape:
        raise ValueError(
            f"{name}: X must have a sample and a feature at least, got {shape}: Found array with "
            f"{shape[0]} sample(s) and {shape[1]} feature(s); pass data that are not empty"
        )
    xp = namespace(x)
    if dtype_name(x.dtype) not in FLOATS:
        if xp.isdtype(x.dtype, "complex floating"):
            raise ValueError(f"{name}: X must be real, got {x.dtype}: Complex data not supported")
        x = xp.astype(x, dtype_of(xp, "float32" if "float" in dtype_name(x.dtype) else "float64"))
    if not bool(xp.all(xp.isfinite(x))):
        raise ValueError(f"{name}: X must be finite, got NaN or infinity; fill the gaps first")
    if reset:
        estimator.n_features_in_ = shape[1]
        vars(estimator).pop("feature_names_in_", None)
    elif shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {shape[1]} features, but {name} is expecting {estimator.n_features_in_} "
            "features as input"
        )
    return x


def require_target(estimator: Any, y: Any) -> None:
    """Raise if there is no y; in the words by which scikit-learn's checks know the error."""
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y "
            "is None."
        )


def weights_for(estimator: Any, sample_weight: Any, x: Any) -> np.ndarray | None:
    """Return the weights of samples, (N,), float64 on the host; None if there are none.

    Raises
    ------
    ValueError
        If they are not one number for each sample, not finite, or negative.
    """
    if sample_weight is None:
        return None
    name, samples = type(estimator).__name__, _num_samples(x) if not is_array(x) else x.shape[0]
    weights = on_host(sample_weight)
    if isinstance(weights, Real):
        weights = np.full(samples, weights)
    weights = check_array(
        weights, ensure_2d=False, dtype=np.float64, input_name="sample_weight", estimator=estimator
    )
    if weights.ndim != 1:
        raise ValueError(
            f"{name}: Sample weights must be 1D array or scalar, got {weights.ndim}D; pass one "
            "number for each sample"
        )
    if weights.shape[0] != samples:
        raise ValueError(
            f"{name}: sample_weight must have shape ({samples},), got {weights.shape}; pass one "
            "number for each sample"
        )
    if np.any(weights < 0):
        raise ValueError(
            f"{name}: sample_weight must not be negative, got {weights.min()}; leave samples out "
            "by a weight of 0"
        )
    if not np.any(weights):
        raise ValueError(
            f"{name}: sample_weight must not be zero for every sample; give those that count a 1"
        )
    found: np.ndarray = weights
    return found


def require_same_home(estimator: Any, x: Any, method: str) -> None:
    """Raise where scikit-learn's dispatch is on and X is not from where the training data were.

    Without dispatch, or with the parameter ``device``, X may come from anywhere.
    """
    if not get_config()["array_api_dispatch"] or estimator.device is not None:
        return
    home = home_of(x).name
    if home != estimator.home_:
        raise ValueError(
            f"Inputs passed to {type(estimator).__name__}.{method}() must use the same namespace "
            f"and the same device as those passed to fit(): {estimator.home_!r}, got "
            f"{home!r}; convert them, or switch array_api_dispatch off"
        )


def like(values: np.ndarray, x: Any) -> Any:
    """Return host values in the library and on the device of X, where it has such values.

    Names of classes stay NumPy arrays: no other library has strings.
    """
    if not is_foreign(x) or values.dtype.kind not in "biuf":
        return values
    return asarray(values, device=device_of(x))
