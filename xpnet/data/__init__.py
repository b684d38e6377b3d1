"""Data sets, the loader that makes batches of them, and what prepares them.

===================  ==================================================================
``gather.py``        rows of an array, wherever it lives
``order.py``         random orders that are the same everywhere
``dataset.py``       ArrayDataset: samples in arrays that share their first dimension
``frames.py``        tables of pandas and polars, as arrays
``sparse.py``        SparseDataset: rows of a sparse matrix, dense one batch at a time
``augmentation/``    random changes of images: shift, rotate, flip, crop
``prefetch.py``      a thread that stays a few items ahead
``transforming.py``  what a loader's transform must be, and how it is called
``loader.py``        DataLoader: shuffled, resumable batches on the right device
``splitting.py``     split a data set, with the shares of its classes if wanted
``transforms.py``    standardize, normalize, one_hot
``digits.py``        1,797 real digits of 8 x 8 pixels, inside the package
``idx.py``           the file format of MNIST
``download.py``      fetch a file, verified, all or nothing
``mnist.py``         MNIST and Fashion-MNIST from a folder, the cache, or the internet
``logic.py``         truth tables
``toy.py``           point clouds in the plane: blobs, moons, circles, spirals
``separable.py``     two classes with a guaranteed margin
``regression.py``    a line and a sine curve with noise
``ragged.py``        sequences as arrays of one dtype
``sequences.py``     sequences of several lengths: padded, and in batches of similar ones
``text/``            Shakespeare's sonnets, characters as numbers
``shapes.py``        pictures of circles, squares and triangles, with the class of every pixel
===================  ==================================================================

Every data set that comes with xpnet consists of NumPy arrays: a loader moves batches to the device
where they are needed, ``dataset.to(device)`` moves the whole.
"""

from __future__ import annotations

from . import augmentation
from .dataset import ArrayDataset
from .digits import load_digits
from .idx import read_idx
from .loader import DataLoader
from .logic import logic_gate
from .mnist import load_fashion_mnist, load_mnist
from .regression import line, sine
from .separable import linearly_separable
from .sequences import SequenceLoader, pad_sequences
from .shapes import make_shapes
from .sparse import SparseDataset
from .splitting import split
from .text import Characters, load_sonnets, next_characters
from .toy import blobs, circles, moons, spirals
from .transforms import Normalize, Standardize, normalize, one_hot, standardize

__all__ = [
    "ArrayDataset",
    "Characters",
    "DataLoader",
    "Normalize",
    "SequenceLoader",
    "SparseDataset",
    "Standardize",
    "augmentation",
    "blobs",
    "circles",
    "line",
    "linearly_separable",
    "load_digits",
    "load_fashion_mnist",
    "load_mnist",
    "load_sonnets",
    "logic_gate",
    "make_shapes",
    "moons",
    "next_characters",
    "normalize",
    "one_hot",
    "pad_sequences",
    "read_idx",
    "sine",
    "spirals",
    "split",
    "standardize",
]
