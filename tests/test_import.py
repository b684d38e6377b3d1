"""`import xpnet` is light: NumPy and little more, whatever else is installed."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = [
    "array_api_strict",
    "cupy",
    "jax",
    "matplotlib",
    "onnx",
    "pandas",
    "PIL",
    "scipy",
    "sklearn",
    "tensorboardX",
    "torch",
]


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_xpnet_loads_no_optional_library():
    loaded = json.loads(python("import json, sys, xpnet; print(json.dumps(list(sys.modules)))"))
    assert "numpy" in loaded
    assert sorted(set(HEAVY) & set(loaded)) == []


def test_a_training_step_on_numpy_loads_no_optional_library():
    code = """
import json, sys
import numpy as np
import xpnet as xn
from xpnet import nn, optim

model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
optimizer = optim.SGD(model.parameters(), lr=0.1)
x, y = np.ones((5, 3), dtype=np.float32), np.zeros(5, dtype=np.int64)
loss = nn.functional.cross_entropy(model(x), y)
loss.backward()
optimizer.step()
model.predict(x)
print(json.dumps(list(sys.modules)))
"""
    assert sorted(set(HEAVY) & set(json.loads(python(code)))) == []


def test_import_xpnet_costs_little_more_than_its_dependencies():
    # A tenth of this is usual; the bound is for slow machines, and still below `import torch`.
    code = """
import time
import numpy, array_api_compat, array_api_extra
start = time.perf_counter()
import xpnet
print(time.perf_counter() - start)
"""
    assert float(python(code)) < 2.0


def test_import_xpnet_warns_about_nothing_and_prints_nothing():
    assert python("import warnings; warnings.simplefilter('error'); import xpnet") == ""
