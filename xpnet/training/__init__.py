"""Training: the loop over batches and epochs, and what is measured and done around it.

=================  =====================================================================
``trainer.py``     Trainer: ``fit``, ``evaluate``, ``predict``
``evaluation.py``  loss and metrics of a model on data
``steps.py``       one step: forward, loss, backward, update
``capture.py``     steps that are recorded once and replayed; ``captured_step.py``: one of them,
                   ``places.py``: where its arrays lie
``training_step.py`` TrainingStep: such steps for loops of one's own
``arguments.py``   what the arguments of a trainer must be
``precision.py``   float32, TF32, or half precision with a scaled loss
``memory.py``      what is told, and what is left, where memory runs out
``modes.py``       training and evaluation mode of a model
``inputs.py``      what ``fit`` accepts as data; ``resident.py``: where it lies meanwhile
``targets.py``     what kind of targets a loss wants
``loss.py``        the loss of a batch, with weights of its samples or without
``weights.py``     what such weights must be
``totals.py``      loss and metrics on the device, fetched now and then
``history.py``     History: the numbers of the epochs, as a table and as a picture
``sweep.py``       sweep: hyper-parameters on a grid or at random, as a table
``metrics/``       accuracy, F1, R² ...: functions, and sums over batches
``callbacks/``     EarlyStopping, CSVLogger ...
``checkpointing/`` what is kept of a training, so that it goes on to the same bits
=================  =====================================================================
"""

from __future__ import annotations

from . import callbacks, metrics
from .callbacks import (
    Callback,
    Checkpoint,
    CSVLogger,
    EarlyStopping,
    LearningRateLogger,
    StopOnNaN,
    TensorBoard,
)
from .capture import CaptureWarning
from .checkpointing import Checkpoints
from .history import History
from .metrics import Metric
from .sweep import Sweep, log_uniform, sweep
from .trainer import Trainer
from .training_step import TrainingStep

__all__ = [
    "CSVLogger",
    "Callback",
    "CaptureWarning",
    "Checkpoint",
    "Checkpoints",
    "EarlyStopping",
    "History",
    "LearningRateLogger",
    "Metric",
    "StopOnNaN",
    "Sweep",
    "TensorBoard",
    "Trainer",
    "TrainingStep",
    "callbacks",
    "log_uniform",
    "metrics",
    "sweep",
]
