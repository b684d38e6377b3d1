"""Pictures of networks, data and training, drawn with Matplotlib.

========================  ==============================================================
``figures.py``            Matplotlib when it is wanted; the axes to draw in; the colours
``pictures.py``           arrays of any library as images that Matplotlib can show
``mosaic.py``             many small pictures as one, with one colour scale
``images.py``             images in a grid, with titles
``filters.py``            the kernels of a convolution
``feature_maps.py``       what the layers of a model make of an image
``curves.py``             loss and metrics over the epochs, of one training or several
``sweep.py``              what each hyper-parameter of a sweep does to the result
``functions.py``          functions of one number, such as activations, with their derivatives
``histograms.py``         how the numbers of arrays are spread, such as the outputs of layers
``confusion_matrix.py``   which class was taken for which
``misclassified.py``      the images that a model gets wrong
``segmentation.py``       an image with the classes of its pixels
``surface.py``            contours of a function of two numbers, and the ways of optimizers over it
``decision_boundary.py``  what a classifier says in every point of the plane
========================  ==============================================================

Every function takes arrays of any library and device, draws in the axes that it is given or in a
figure of its own, and returns the figure: ``figure.savefig("picture.png")``. None of them touches
``matplotlib.pyplot``, so that no window opens and nothing has to be closed. Importing this folder
loads no Matplotlib; the first picture does.
"""

from __future__ import annotations

from .confusion_matrix import confusion_matrix
from .curves import learning_curves
from .decision_boundary import decision_boundary
from .feature_maps import feature_maps
from .filters import filters
from .functions import functions
from .histograms import histograms
from .images import images
from .misclassified import misclassified
from .segmentation import segmentation
from .surface import surface
from .sweep import sweep

__all__ = [
    "confusion_matrix",
    "decision_boundary",
    "feature_maps",
    "filters",
    "functions",
    "histograms",
    "images",
    "learning_curves",
    "misclassified",
    "segmentation",
    "sweep",
    "surface",
]
