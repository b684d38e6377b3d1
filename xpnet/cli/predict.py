"""``xpnet predict``: what a model in a file says about samples in files."""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np

from .. import backend
from ..backend import to_numpy
from ..io import load, read_notes
from ..models import Perceptron
from ..nn import Module
from ..nn import functional as F
from ..training.inputs import in_dtype_of
from .masks import answer_of, rows_of
from .parsing import numbers, whole
from .samples import read_samples, require_finite
from .tables import table

__all__ = ["add_parser", "run"]

EXAMPLES = """\
examples:
  xpnet predict model.safetensors digit.png
  xpnet predict model.safetensors images.npy --json
  xpnet predict model.safetensors table.csv more.npz --device cuda

Images are made grey or coloured and scaled to what the model was trained on. MNIST and the digits
are bright on dark: use --invert for dark ink on bright paper. Bytes (uint8)
are scaled as in training: images are divided by 255. Tables have one sample in each line.
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "predict",
        help="apply a model to images, arrays or tables",
        description="Apply a model to images, arrays or tables.",
        epilog=EXAMPLES,
    )
    parser.add_argument("model", metavar="MODEL", help="the model file")
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="images, .npy, .npz (array X) or .csv files"
    )
    parser.add_argument(
        "--input-shape",
        type=numbers(1),
        metavar="SHAPE",
        help="of a sample, as in 1,28,28 (default: what the model file says)",
    )
    parser.add_argument("--invert", action="store_true", help="exchange dark and bright of images")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="(default: cpu)")
    parser.add_argument("--batch-size", type=whole(1), default=256, metavar="N", help=(
        "samples at a time (default: 256)"
    ))  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON, with all outputs")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Predict and print."""
    notes = read_notes(options.model)
    shape = options.input_shape or notes.get("input_shape")
    with backend.device(options.device):
        model = load(options.model)
        names, scores = notes.get("class_names"), isinstance(model, Perceptron)
        pixels, answers = False, []
        for path in options.files:
            x, samples = read_samples(path, shape, options.invert, notes.get("divisor"))
            require_finite(x, samples)
            outputs = _outputs(model, x, options.batch_size)
            pixels = outputs.ndim > 2
            answers += [
                {
                    "sample": sample,
                    **(answer_of(row, names) if pixels else _answer(row, names, scores)),
                }
                for sample, row in zip(samples, outputs, strict=True)
            ]
    if options.json:
        print(json.dumps(answers, indent=2))
        return 0
    if pixels:
        print(table(["sample", "classes of its pixels"], rows_of(answers)))
        return 0
    sure = "score" if scores else "probability"
    rows = [
        [a["sample"], str(a["prediction"]), format(a[sure], ".4g" if scores else ".1%")]
        for a in answers
    ]
    print(table(["sample", "prediction", sure], rows))
    return 0


def _outputs(model: Module, x: np.ndarray, batch_size: int) -> np.ndarray:
    """Return the outputs as float64 on the host: (N, K), K = 1 for one score, or (N, K, H, W)."""
    scores = getattr(model, "scores", model.predict)
    outputs = to_numpy(scores(in_dtype_of(model, x), batch_size=batch_size))
    outputs = outputs.astype(np.float64, copy=False)
    return outputs if outputs.ndim > 1 else outputs[:, None]  # (N,) -> (N, 1)


def _answer(outputs: np.ndarray, names: list[str] | None, scores: bool) -> dict[str, Any]:
    """Return the class and its probability, or score, for one row of outputs."""
    if scores:  # of a perceptron: a distance, which says nothing about chances
        sure = float(outputs[0])
        chosen = int(sure >= 0)
    elif outputs.shape[0] == 1:
        one = float(F.sigmoid(outputs)[0])
        chances = [1.0 - one, one]
        chosen = int(np.argmax(chances))
        sure = chances[chosen]
    else:
        chances = F.softmax(outputs).tolist()
        chosen = int(np.argmax(chances))
        sure = chances[chosen]
    return {
        "prediction": names[chosen] if names and chosen < len(names) else chosen,
        "score" if scores else "probability": sure,
        "outputs": outputs.tolist(),
    }
