"""What the layers of a model make of one sample, as small pictures that a page can draw."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ..backend import is_array, to_numpy
from ..nn import Module, layer_outputs
from ..training.inputs import in_dtype_of

__all__ = ["picture_of", "pictures"]

MOST_LAYERS = 64
MOST_MAPS = 16
LONGEST_SIDE = 64
LONGEST_ROW = 512

PASSED_ON = ("Flatten", "Unflatten", "Identity")
"""Layers that change no number, beside dropout."""


def pictures(model: Module, x: np.ndarray) -> list[dict[str, Any]]:
    """Return the outputs of the layers for one sample, in the order in which they ran.

    Parameters
    ----------
    model : Module
        Nothing else may use it at the same time.
    x : array, (1, ...)

    Returns
    -------
    list of dict
        ``name``, ``kind`` and what :func:`picture_of` returns, of at most 64 layers.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.nn.Sequential(xn.nn.Conv2d(1, 2, 3), xn.nn.ReLU(), xn.nn.Flatten())
    >>> seen = pictures(model, np.ones((1, 1, 5, 5), np.float32))
    >>> [(layer["name"], layer["kind"], layer["shape"]) for layer in seen]
    [('0', 'Conv2d', [2, 3, 3]), ('1', 'ReLU', [2, 3, 3])]
    """
    kinds = {name or type(model).__name__: type(m).__name__ for name, m in model.named_modules()}
    made = []
    for name, output in layer_outputs(model, in_dtype_of(model, x)).items():
        kind = kinds[name.partition("#")[0]]
        output = output[0] if isinstance(output, tuple) else output  # of a recurrent layer
        if kind in PASSED_ON or kind.startswith("Dropout") or not is_array(output):
            continue
        if output.ndim and output.shape[0] == 1:
            made.append({"name": name, "kind": kind, **picture_of(to_numpy(output)[0])})
    return made[:MOST_LAYERS]


def picture_of(values: np.ndarray) -> dict[str, Any]:
    """Return numbers as pictures: (C, H, W) as C of them, (H, W) as one, (K,) as a row.

    Returns
    -------
    dict
        ``shape`` of the values, ``low`` and ``high``, their range; ``maps`` pictures of ``height``
        times ``width`` bytes in ``pixels``, in base64, where 0 is low and 255 is high. There are
        at most 16 of them, of at most 64x64, where large ones are thinned out.

    Examples
    --------
    >>> picture_of(np.asarray([[0.0, 1.0], [0.5, 1.0]]))
    {'shape': [2, 2], 'low': 0.0, 'high': 1.0, 'maps': 1, 'height': 2, 'width': 2, \
'pixels': 'AP9//w=='}
    """
    shape = [int(n) for n in values.shape]
    values = values.astype(np.float64)
    if values.ndim == 1:
        values = values[None, None, :LONGEST_ROW]
    elif values.ndim == 2:
        values = values[None, :LONGEST_ROW, :LONGEST_ROW]
    elif values.ndim != 3:
        values = values.reshape(-1)[None, None, :LONGEST_ROW]
    else:
        steps = [-(-n // LONGEST_SIDE) for n in values.shape[1:]]
        values = values[:MOST_MAPS, :: steps[0], :: steps[1]]
    values = np.nan_to_num(values)
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    if not values.size:
        low = high = 0.0
    scale = 255 / (high - low) if high > low else 0.0
    return {
        "shape": shape,
        "low": low,
        "high": high,
        "maps": values.shape[0],
        "height": values.shape[1],
        "width": values.shape[2],
        "pixels": base64.b64encode(((values - low) * scale).astype(np.uint8).tobytes()).decode(),
    }
