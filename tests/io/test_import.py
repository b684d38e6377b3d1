from __future__ import annotations

import subprocess
import sys

import xpnet as xn


def test_loading_a_model_needs_no_trainer():
    code = "import sys, xpnet; xpnet.load, xpnet.models; print('xpnet.training' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_loading_a_model_and_predicting_imports_no_other_model_and_no_network(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.models.LeNet5(), path)
    code = f"""
import sys

import xpnet as xn
import numpy as np
import xpnet as xn
model = xn.load({str(path)!r})
model.predict(np.zeros((1, 1, 28, 28), np.float32))
print(*sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    ours = [name for name in modules if name.startswith("xpnet.models.")]
    assert ours == ["xpnet.models.images", "xpnet.models.lenet5"]
    for name in ("xpnet.data", "xpnet.optim", "xpnet.training", "xpnet.plot", "xpnet.testing",
                 "xpnet.io.onnx", "http.client", "urllib.request", "ssl"):  # fmt: skip
        assert name not in modules
