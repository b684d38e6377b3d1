"""The command ``xpnet``.

==================  ======================================================
``parsing.py``      argument types, and errors that say what is valid
``config.py``       options from a TOML file
``tables.py``       tables of text
``datasets.py``     data sets by name, or from a file
``classes.py``      which classes are used, and how they are numbered
``labels.py``       the arrays of a file as inputs and classes
``augment.py``      augmentation by names
``capturing.py``    why steps are not recorded
``problem.py``      which model and loss fit the data
``outputs.py``      the files that a training writes
``devices.py``      ``xpnet devices``
``train.py``        ``xpnet train``, with ``training_options.py``: its options
``evaluate.py``     ``xpnet evaluate``
``logits.py``       probabilities in the form that its losses take
``predict.py``      ``xpnet predict``
``targets.py``      where its answers go
``writers.py``      as tables, JSON, CSV
``serve.py``        ``xpnet serve``
``export.py``       ``xpnet export``
``summary.py``      ``xpnet summary``
``bench.py``        ``xpnet bench``, with ``bench_rows.py``: what is measured
==================  ======================================================
"""

from __future__ import annotations

from .command import main

__all__ = ["main"]
