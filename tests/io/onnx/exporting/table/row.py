"""A row of the table: a model, and inputs with any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import xpnet as xn


@dataclass(frozen=True)
class Row:
    """A model to be exported, and run with several numbers of rows.

    Attributes
    ----------
    name : str
    make : callable
        Returns the model.
    shapes : tuple
        Of each input the shape, with "N" for the number of rows.
    whole : int or None
        The inputs are integers below this.
    dynamic : mapping, optional
        As for ``export``; default: the first axis of each input.
    """

    name: str
    make: Callable[[], xn.nn.Module]
    shapes: tuple[tuple[Any, ...], ...]
    whole: int | None = None
    dynamic: Mapping[str, Mapping[int, str]] | None = None

    def __str__(self) -> str:
        return self.name

    def model(self) -> xn.nn.Module:
        """The model with weights and statistics of which none is zero or one."""
        xn.manual_seed(0)
        model = self.make()
        rng = np.random.default_rng(1)
        for name, array in model.state_dict().items():
            if array.dtype.kind == "f" and "codes" not in name:
                low = 0.0 if name.endswith("running_var") else -0.2
                array[...] += rng.uniform(low, 0.2, array.shape).astype(array.dtype)
        return model

    def inputs(self, n: int, seed: int = 0, dtype: str = "float32") -> tuple[np.ndarray, ...]:
        """Inputs with n rows."""
        rng = np.random.default_rng(seed)
        found = []
        for shape in self.shapes:
            lengths = tuple(n if length == "N" else length for length in shape)
            if self.whole is None:
                found.append(rng.standard_normal(lengths).astype(dtype))
            else:
                found.append(rng.integers(0, self.whole, lengths))
        return tuple(found)
