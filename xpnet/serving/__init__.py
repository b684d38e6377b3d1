"""Models at work: files and requests in, answers out.

==================  ================================================================
``ink.py``          what images of writing have in common, measured on training data
``pixels.py``       image files of every kind as arrays
``framing.py``      an image of any size as what a model takes
``rows.py``         samples in ``.npy`` and ``.npz`` files
``lines.py``        samples in tables of text
``json_lines.py``   samples in lines of JSON
``stdin.py``        standard input as a file
``files.py``        the samples in files and folders, one after the other
``opening.py``      a model and its notes, from a file of xpnet or of ONNX
``shapes.py``       the shape of a sample, where the model tells it
``chosen.py``       which of its outputs answers
``kinds.py``        what the outputs of a model are: logits, probabilities, values ...
``answers.py``      what outputs say: classes and probabilities
``masks.py``        what they say about pixels
``predictor.py``    ``Predictor``: a model from a file, ready to be asked
``layers.py``       what layers make of a sample, as small pictures
``requests.py``     what a request asks for
``service.py``      what a server answers, without the web
``application.py``  the web application
``server.py``       socket, signals, browser
``page/``           the page
==================  ================================================================

The command line and the server share all of it: a drawing in the browser is prepared as a file is.
Importing this folder loads neither Pillow nor a web library.
"""

from __future__ import annotations

from .predictor import Predictor

__all__ = ["Predictor"]
