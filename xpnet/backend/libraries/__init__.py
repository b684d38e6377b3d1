"""The array libraries that xpnet knows from the start, one file each."""

from __future__ import annotations

from ..library import register_library
from .cupy import CuPy
from .jax import Jax
from .numpy import NumPy
from .strict import Strict
from .torch import Torch

__all__ = ["CuPy", "Jax", "NumPy", "Strict", "Torch"]

for _library in (NumPy(), CuPy(), Torch(), Jax(), Strict()):
    register_library(_library)
