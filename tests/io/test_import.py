from __future__ import annotations

import subprocess
import sys


def test_loading_a_model_needs_no_trainer():
    code = "import sys, xpnet; xpnet.load, xpnet.models; print('xpnet.training' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
