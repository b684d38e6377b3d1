"""Damaged files: what reading each of them makes of it.

==================  ==============================================================
``attempt.py``      reading a damaged file, timed, with the memory it takes
``damage.py``       damage to the bytes of any file
``model_files.py``  xpnet's own model files
``onnx_files.py``   ONNX files
``image_files.py``  images of every format
``sample_files.py`` arrays and tables of samples
``idx_files.py``    the files of MNIST
``__main__.py``     ``python -m benchmarks.mutations``: thousands of each kind
==================  ==============================================================

A kind of file is a module with ``run(times, seed, folder) -> list[Outcome]``, and a line in
``KINDS``.
"""

from __future__ import annotations

KINDS = {
    "model": "benchmarks.mutations.model_files",
    "onnx": "benchmarks.mutations.onnx_files",
    "image": "benchmarks.mutations.image_files",
    "samples": "benchmarks.mutations.sample_files",
    "idx": "benchmarks.mutations.idx_files",
}
"""The kinds of files, and the module that damages and reads each."""
