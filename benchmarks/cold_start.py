"""Start Python, import, load LeNet-5 and predict one image: whole processes.

PyTorch builds the module, loads a state dict by ``torch.load`` and predicts in ``inference_mode``;
xpnet loads a model file. Nothing is subtracted. ``python -m benchmarks.cold_start`` prints how much
either takes on the disk, with all that it needs.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ("xpnet", "torch")
TARGETS = {"torch": 0.5}
REPETITIONS = 2
WAKE = 0  # each repetition is a process of its own

XPNET = """
import numpy as np
import xpnet as xn

model = xn.load({path!r})
print(model.predict(np.load({image!r})).argmax())
"""

TORCH_MODEL = """
import numpy as np
import torch
from torch import nn

model = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
"""

TORCH = """
model.load_state_dict(torch.load({path!r}, weights_only=True))
with torch.inference_mode():
    print(model.eval()(torch.from_numpy(np.load({image!r}))).argmax().item())
"""


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def _process(code: str, prepare: str):
    import numpy as np

    folder = tempfile.TemporaryDirectory()
    paths = {name: str(Path(folder.name, name)) for name in ("path", "image")}
    paths["image"] += ".npy"
    image = np.random.default_rng(0).random((1, 1, 28, 28), dtype=np.float32)
    np.save(paths["image"], image)
    _python(prepare.format(**paths))
    code = code.format(**paths)

    def step() -> None:
        folder.name  # noqa: B018 - it lives as long as the step
        _python(code)

    return step


def xpnet():
    return _process(XPNET, "import xpnet as xn\nxn.save(xn.models.LeNet5(), {path!r})")


def torch():
    return _process(TORCH_MODEL + TORCH, TORCH_MODEL + "torch.save(model.state_dict(), {path!r})")


def sizes(package: str) -> dict[str, int]:
    """Return the bytes of a package and of all that it needs, by name."""
    found: dict[str, int] = {}
    waiting = [package]
    while waiting:
        name = waiting.pop()
        if name not in found and (parts := _installed(name)) is not None:
            files, needs = parts
            found[name] = sum(f.stat().st_size for f in files if f.suffix != ".pyc")
            waiting += [re.match(r"[\w.-]+", need)[0].lower() for need in needs]
    return found


def _installed(name: str) -> tuple[list[Path], list[str]] | None:
    """Return the files of a package and its requirements; of xpnet those of the checkout."""
    if name == "xpnet":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        return [f for f in (ROOT / name).rglob("*") if f.is_file()], project["dependencies"]
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:  # for another system
        return None
    files = [Path(str(file.locate())) for file in distribution.files or []]
    elsewhere = re.compile('extra ==|"Windows"')
    needs = [line for line in distribution.requires or [] if not elsewhere.search(line)]
    return [file for file in files if file.is_file()], needs


def main() -> None:
    for package in PEERS:
        parts = sizes(package)
        largest = sorted(parts.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in largest)
        print(f"{package:<6} {sum(parts.values()) / 1e6:>8.1f} MB: {shown}")


if __name__ == "__main__":
    main()
