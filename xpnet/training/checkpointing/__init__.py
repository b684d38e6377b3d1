"""Training that goes on where it was broken off, to the same bits.

==================  =====================================================================
``folder.py``       Checkpoints: the files of a run, the last few and the best
``state.py``        everything that the next step depends on, and putting it back
``description.py``  what a run is, so that a checkpoint goes on with no other
``run.py``          Run: one fit, and when its state is written
==================  =====================================================================
"""

from __future__ import annotations

from .folder import Checkpoints
from .run import Run

__all__ = ["Checkpoints", "Run"]
