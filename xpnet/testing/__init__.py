"""Tools to test your own layers and functions on every array library."""

from __future__ import annotations

from .backends import BACKENDS, Backend, backends
from .compare import assert_close
from .gradcheck import gradcheck

__all__ = ["BACKENDS", "Backend", "assert_close", "backends", "gradcheck"]
