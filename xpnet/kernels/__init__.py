"""Optional faster code, one folder per library; see ``registry.py`` for the contract."""

from __future__ import annotations

from .registry import Kernel, disabled, find, find_for, register, registered

__all__ = ["Kernel", "disabled", "find", "find_for", "register", "registered"]
