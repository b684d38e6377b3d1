"""Optional faster code, one folder per library; see ``registry.py`` for the contract."""

from __future__ import annotations

from .registry import Kernel, disabled, find, register, registered

__all__ = ["Kernel", "disabled", "find", "register", "registered"]
