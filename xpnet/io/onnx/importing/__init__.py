"""ONNX files as modules that run and train on any library.

==================  ==============================================================
``importer.py``     ``import_onnx``
``source.py``       a path, an open file, bytes ... -> what protobuf finds in it
``parse.py``        that -> a graph of plain data, checked
``inline.py``       functions of the file and decided branches -> nodes of its graph
``tensors.py``      the arrays in the file and beside it
``upgrade.py``      nodes of older versions of their operators, as the newest has it
``graph.py``        the graph, and the checks of what it says
``assemble.py``     what of it is computed once, trained, or steers
``names.py``        names in files as names of parameters
``model.py``        ``OnnxModel``, which computes the graph
``inputs.py``       what a model is given: shapes and data types
``run.py``          computing one node
``room.py``         how large arrays may become
``memory.py``       how much memory is free
``operators/``      what each operator computes
==================  ==============================================================
"""

from __future__ import annotations

from .importer import import_onnx
from .model import OnnxModel
from .operators import OPERATORS

__all__ = ["OPERATORS", "OnnxModel", "import_onnx"]
