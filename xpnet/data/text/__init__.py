"""A text inside the package, and characters as numbers.

==================  ===================================================================
``sonnets.py``      Shakespeare's sonnets, 95,000 characters
``characters.py``   characters as numbers and back; windows of a text with what comes next
==================  ===================================================================
"""

from __future__ import annotations

from .characters import Characters, next_characters
from .sonnets import load_sonnets

__all__ = ["Characters", "load_sonnets", "next_characters"]
