"""A model in a file, ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend
from ..backend import DeviceLike, to_numpy
from ..errors import ArgumentError, DataError, choose
from ..training.inputs import in_dtype_of
from .answers import answers_of, of_classes
from .chosen import answering
from .files import Reading
from .ink import Ink, ink_in
from .kinds import KINDS, assumed, found_kind, noted_kind
from .masks import answer_of
from .opening import opened
from .shapes import found_shape

__all__ = ["Predictor"]


class Predictor:
    """A model from a file with what its notes say about inputs and classes.

    Parameters
    ----------
    path : path-like
        The model file, or an ONNX file.
    device : str or Device, optional
        Where it predicts. Default: the current device.
    input_shape : sequence of int, optional
        Of one sample. Default: what the notes say, as ``xpnet train`` writes them, or the model.
    output_kind : str, optional
        What its outputs are: "logits", "probabilities", "log_probabilities", "scores" or "values".
        Default: what the notes say, or the last layer.

    Attributes
    ----------
    model : Module
    shape : tuple of int or None
        That of a sample, if it is known.
    kind : str or None
        That of the outputs, if it is known.
    class_names : list of str or None
    feature_names : list of str or None
        Those of the columns of a table.
    divisor : float or None
        What the training divided bytes by.
    ink : Ink or None
        What the training images were like, if they were bright ink on a dark ground.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is none.
    ArgumentError
        If there is no such kind of outputs.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> xn.save(xn.models.MLP(4, (8,), 3), path, notes={"class_names": ["ant", "bee", "cat"]})
    >>> predictor = Predictor(path)
    >>> [answer] = predictor.answers(np.ones((1, 4), np.float32))
    >>> answer["prediction"] in ("ant", "bee", "cat"), round(sum(answer["probabilities"]), 6)
    (True, 1.0)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        device: DeviceLike = None,
        input_shape: Sequence[int] | None = None,
        output_kind: str | None = None,
    ) -> None:
        if output_kind is not None:
            choose("Predictor", "output_kind", output_kind, KINDS)
        with backend.device(backend.as_device(device)):
            self.model, notes = opened(path)
        self.path = os.fspath(path)
        said = _shape(notes.get("input_shape") if input_shape is None else input_shape)
        self.shape = said or found_shape(self.model)
        self.kind = output_kind or noted_kind(notes) or found_kind(self.model)
        self.class_names = _names(notes.get("class_names"))
        self.feature_names = _names(notes.get("feature_names"))
        self.divisor = _positive(notes.get("divisor"))
        self.ink: Ink | None = ink_in(notes)

    def reading(self, invert: str = "auto", fit: str = "auto") -> Reading:
        """Return how files become samples of this model."""
        return Reading(self.shape, self.divisor, self.ink, invert, fit, self.feature_names)

    def kind_of(self, width: int) -> str:
        """Return what so many outputs are, also where nothing but their number tells it."""
        return self.kind or assumed(width, self.class_names)

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Return what the model gives for samples (N, ...), as float64 on the host.

        Returns
        -------
        array, (N, K)
            K = 1 for one score; (N, K, H, W) of a model that says something about each pixel.

        Raises
        ------
        ArgumentError
            If the model gives something else, as those of sequences do.
        """
        scores = getattr(self.model, "scores", self.model.predict)
        found = answering(scores(in_dtype_of(self.model, x)))
        if isinstance(found, tuple) or found.ndim not in (1, 2, 4):
            got = f"{len(found)} arrays" if isinstance(found, tuple) else tuple(found.shape)
            raise ArgumentError(
                "predict: a model must give scores (N, K), or (N, K, H, W) for pixels, got "
                f"{got} from {type(self.model).__name__}; ask it in a program of your own"
            )
        outputs = to_numpy(found).astype(np.float64, copy=False)
        return outputs if outputs.ndim > 1 else outputs[:, None]  # (N,) -> (N, 1)

    def answers(self, x: np.ndarray, top: int = 1) -> list[dict[str, Any] | DataError]:
        """Return what the model says about each sample, (N, ...); see ``answers_of``.

        Of a model of segmentation: shares of the classes, and the class of each pixel. Where the
        outputs are no finite numbers, a DataError stands instead.
        """
        outputs = self.outputs(x)
        good = np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1)
        made: list[dict[str, Any] | DataError]
        if outputs.ndim > 2:
            if outputs.shape[1] == 1 and self.kind != "values":  # of each pixel, yes or no
                outputs = of_classes(outputs, self.kind or "logits")
            made = [answer_of(row, self.class_names) for row in outputs]
        else:
            known = np.where(good[:, None], outputs, 0.0)
            made = list(answers_of(known, self.class_names, self.kind_of(known.shape[1]), top))
        for i in np.flatnonzero(~good):
            made[i] = DataError(
                "predict: a model must give finite numbers, got others; look at the size of the "
                "inputs, and scale them as in training"
            )
        return made


def _shape(said: Any) -> tuple[int, ...] | None:
    if not isinstance(said, list | tuple) or not said:
        return None
    return tuple(said) if all(type(n) is int and n > 0 for n in said) else None


def _names(said: Any) -> list[str] | None:
    named = isinstance(said, list) and all(isinstance(name, str) for name in said)
    return said if named else None


def _positive(said: Any) -> float | None:
    number = isinstance(said, int | float) and not isinstance(said, bool)
    return float(said) if number and said > 0 else None
