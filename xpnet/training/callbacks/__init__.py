"""What can happen around the steps of training.

======================  ==================================================================
``callback.py``         Callback: the six moments, and what a callback is given
``monitor.py``          watching one number: is this the best so far?
``early_stopping.py``   EarlyStopping: end without improvement, go back to the best
``learning_rate.py``    LearningRateLogger; StepSchedule: schedules per step or per epoch
``checkpoint.py``       Checkpoint: the model in a file, after each epoch or when it is the best
``csv_logger.py``       CSVLogger
``tensorboard.py``      TensorBoard
``stop_on_nan.py``      StopOnNaN
``progress.py``         ProgressBar, which ``fit(progress=True)`` adds
======================  ==================================================================
"""

from __future__ import annotations

from .callback import Callback, Logs
from .checkpoint import Checkpoint
from .csv_logger import CSVLogger
from .early_stopping import EarlyStopping
from .learning_rate import LearningRateLogger, StepSchedule
from .monitor import Monitor
from .progress import ProgressBar
from .stop_on_nan import StopOnNaN
from .tensorboard import TensorBoard

__all__ = [
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "LearningRateLogger",
    "Logs",
    "Monitor",
    "ProgressBar",
    "StepSchedule",
    "StopOnNaN",
    "TensorBoard",
]
