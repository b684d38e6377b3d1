"""What a deployment does, run with an installed wheel: train, predict, save, load; and its size."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path

import xpnet as xn
from xpnet import nn, optim

NOT_A_DEPENDENCY = ["torch", "cupy", "jax", "scipy", "sklearn", "matplotlib", "pytest"]
INSTALLERS = ("pip", "setuptools", "pkg_resources", "_distutils_hack")


def check(condition: bool, message: str) -> None:
    if not condition:
        sys.exit(f"wheel_smoke: {message}")


def main(max_mb: float) -> None:
    site = Path(sysconfig.get_path("purelib"))
    check(site in Path(xn.__file__).parents, f"xpnet comes from {xn.__file__}, not from {site}")
    check((site / "xpnet" / "py.typed").is_file(), "py.typed is not in the wheel")
    for name in NOT_A_DEPENDENCY:
        check(importlib.util.find_spec(name) is None, f"{name} was installed as a core dependency")

    size = sum(
        path.stat().st_size
        for path in site.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not path.relative_to(site).parts[0].startswith(INSTALLERS)
    )
    print(f"core installation: {size / 1e6:.1f} MB")
    check(size / 1e6 <= max_mb, f"the core installation is over {max_mb} MB")

    xn.manual_seed(0)
    train, test = xn.data.load_digits()
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    trainer = xn.Trainer(model, optimizer, loss="cross_entropy", metrics=["accuracy"])
    trainer.fit(train, epochs=5, batch_size=64)
    x, y = test.arrays
    scores = model.predict(x)
    accuracy = float((scores.argmax(axis=1) == y).mean())
    print(f"accuracy on the test digits: {accuracy:.3f}")
    check(accuracy > 0.85, "the trained network is worse than it can be")

    xn.save(model, "digits.safetensors")
    again = xn.load("digits.safetensors").predict(x)
    check(bool((again == scores).all()), "a loaded model predicts other values")


if __name__ == "__main__":
    main(float(sys.argv[1]))
