"""What a server says about its model: everything but the web."""

from __future__ import annotations

import math
import os
import platform
import threading
from typing import Any

import numpy as np

from .._version import __version__
from ..backend import DeviceLike
from ..errors import ArgumentError, DataError, XpnetError
from .files import image_sample
from .framing import image_shape
from .layers import picture_of, pictures
from .predictor import Predictor
from .requests import Asked, Refusal, asked_in_json, options_of

__all__ = ["Service"]

BATCH = 256
PEN = 0.08
"""The width of a pen for models that know no ink, as a share of the sheet."""


class Service:
    """A model with the answers to requests about it; safe to be used by several threads.

    Parameters
    ----------
    path : path-like
        The model file.
    device : str or Device, optional
    input_shape : sequence of int, optional
        Of one sample. Default: what the model file says.
    output_kind : str, optional
        What the outputs are. Default: what the model file says.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is none.
    ArgumentError
        If nobody knows the shape of a sample.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        device: DeviceLike = None,
        input_shape: tuple[int, ...] | None = None,
        output_kind: str | None = None,
    ) -> None:
        self.predictor = Predictor(path, device, input_shape, output_kind)
        shape = self.predictor.shape
        if shape is None:
            raise ArgumentError(
                "serve: --input-shape must be given for this file, which does not know it; "
                "write the shape of one sample, as in --input-shape 1,28,28"
            )
        self.shape: tuple[int, ...] = shape
        # looking into layers hangs hooks on a model, which other threads must not run into
        self._watched = Predictor(path, device, input_shape, output_kind)
        self._watching = threading.Lock()
        self.about = self._about()

    def _about(self) -> dict[str, Any]:
        predictor = self.predictor
        summary = self._watched.model.summary((1, *self.shape))
        return {
            "model": summary.model,
            "file": os.path.basename(predictor.path),
            "input_shape": list(self.shape),
            "image": self._image(),
            "output_shape": list(summary.output[1:]),
            "output_kind": predictor.kind_of((*summary.output[1:], 1)[0]),
            "classes": predictor.class_names,
            "features": predictor.feature_names,
            "parameters": summary.parameters,
            "layers": [{"name": r.name, "output": list(r.output[1:])} for r in summary.rows],
            "versions": {
                "xpnet": __version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
            },
        }

    def _image(self) -> dict[str, Any] | None:
        """Return what a page must know to draw for the model; None if it takes no images."""
        try:
            channels, height, width = image_shape("serve", self.shape)
        except ArgumentError:
            return None
        ink = self.predictor.ink
        pen = PEN if ink is None else min(max(ink.extent * ink.stroke, 0.05), 0.1)
        return {
            "channels": channels,
            "height": height,
            "width": width,
            "ink": ink is not None,
            "pen": pen,
        }

    def answer_json(self, body: bytes) -> dict[str, Any]:
        """Return the answer to ``{"inputs": [...]}``.

        Raises
        ------
        Refusal
            If something is wrong with it.
        """
        x, asked = asked_in_json(body, self.shape)
        if asked.layers and len(x) > 1:
            raise Refusal(422, f"layers must be asked for with one sample, got {len(x)}")
        return self._answer(x, asked)

    def answer_image(self, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        """Return the answer to an image file.

        Raises
        ------
        Refusal
            If something is wrong with it.
        """
        asked = options_of(query)
        how = self.predictor.reading(asked.invert, asked.fit)
        try:
            sample = image_sample(body, "body", how, "serve")
        except DataError as error:
            raise Refusal(422, str(error)) from error
        except ArgumentError as error:  # for a model of tables, or without Pillow
            raise Refusal(415, str(error)) from error
        answer = self._answer(sample.x[None], asked)
        answer["predictions"][0]["inverted"] = sample.inverted
        return answer

    def _answer(self, x: np.ndarray, asked: Asked) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        for start in range(0, len(x), BATCH):
            try:
                answers = self.predictor.answers(x[start : start + BATCH], asked.top)
            except XpnetError as error:  # the model takes other numbers, or gives other outputs
                raise Refusal(422, str(error)) from error
            for answer in answers:
                if isinstance(answer, DataError):
                    raise Refusal(422, f"{answer} (sample {len(found)})")
                found.append(answer)
        made: dict[str, Any] = {"predictions": found}
        if asked.layers:
            form = (math.prod(self.shape),) if self._image() is None else self.shape
            with self._watching:
                seen = pictures(self._watched.model, x)
            first = {"name": "input", "kind": "input", **picture_of(x[0].reshape(form))}
            made["layers"] = [first, *seen]
        return made
