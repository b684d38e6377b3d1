"""MNIST and Fashion-MNIST: 28 x 28 grey images in ten classes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError
from .dataset import ArrayDataset
from .download import fetch
from .idx import read_idx

__all__ = ["load_fashion_mnist", "load_mnist"]

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class Source:
    """A data set of four IDX files, where to fetch them, and what they must be then."""

    function: str
    title: str
    folder: str
    mirrors: tuple[str, ...]
    sha256: tuple[str, ...]  # of the four .gz files, in the order of FILES
    class_names: tuple[str, ...]


MNIST = Source(
    function="load_mnist",
    title="MNIST",
    folder="mnist",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    sha256=(
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    class_names=tuple("0123456789"),
)

FASHION_MNIST = Source(
    function="load_fashion_mnist",
    title="Fashion-MNIST",
    folder="fashion-mnist",
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    sha256=(
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
)


def load_mnist(
    directory: str | os.PathLike[str] | None = None, flatten: bool = False, download: bool = True
) -> tuple[ArrayDataset, ArrayDataset]:
    """Load MNIST, 70,000 handwritten digits: 60,000 to train on and 10,000 to test with.

    The four files, ``.gz`` or unpacked, are looked for

    1. in `directory`, or its subfolder ``mnist``, if it is given: and then nowhere else;
    2. in the folder named by the environment variable ``XPNET_DATA``, likewise;
    3. in the cache, ``$XPNET_CACHE/mnist`` or ``~/.cache/xpnet/mnist``;
    4. on the internet (11 MB; checksums are verified), to be kept in the cache.

    Parameters
    ----------
    directory : path-like, optional
    flatten : bool, default False
        Images of shape (784,) instead of (1, 28, 28).
    download : bool, default True
        Whether to fetch the files if they are not found.

    Returns
    -------
    train, test : ArrayDataset
        NumPy arrays: images (N, 1, 28, 28) or (N, 784), float32 from 0 to 1; labels (N,), int64.

    Raises
    ------
    DataError
        If the files are not found or damaged.

    Notes
    -----
    Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits, 1998, CC BY-SA 3.0.
    The files come from mirrors of the original site.

    Examples
    --------
    >>> train, test = load_mnist("path/to/files")  # doctest: +SKIP
    >>> train  # doctest: +SKIP
    ArrayDataset('MNIST train', 60000 samples: (1, 28, 28) float32, () int64)
    """
    return _load(MNIST, directory, flatten, download)


def load_fashion_mnist(
    directory: str | os.PathLike[str] | None = None, flatten: bool = False, download: bool = True
) -> tuple[ArrayDataset, ArrayDataset]:
    """Load Fashion-MNIST, 70,000 images of clothes: like MNIST in form, harder to classify.

    The files are looked for as :func:`load_mnist` does, in subfolders named ``fashion-mnist``.
    They have the same names as MNIST's: files that lie directly in ``XPNET_DATA`` are taken for
    Fashion-MNIST if "fashion" is part of that folder's name, and for MNIST if not. The download is
    31 MB.

    Parameters
    ----------
    directory : path-like, optional
    flatten : bool, default False
        Images of shape (784,) instead of (1, 28, 28).
    download : bool, default True
        Whether to fetch the files if they are not found.

    Returns
    -------
    train, test : ArrayDataset
        NumPy arrays: images (N, 1, 28, 28) or (N, 784), float32 from 0 to 1; labels (N,), int64.

    Raises
    ------
    DataError
        If the files are not found or damaged.

    Notes
    -----
    H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
    Learning Algorithms, 2017, arXiv:1708.07747; MIT licence.

    Examples
    --------
    >>> train, test = load_fashion_mnist()  # doctest: +SKIP
    >>> train.class_names[9]  # doctest: +SKIP
    'Ankle boot'
    """
    return _load(FASHION_MNIST, directory, flatten, download)


def _load(
    source: Source, directory: str | os.PathLike[str] | None, flatten: bool, download: bool
) -> tuple[ArrayDataset, ArrayDataset]:
    paths = _find(source, directory)
    if paths is None:
        if directory is not None or not download:
            raise _not_found(source, directory)
        paths = _download(source)
    train = _read_part(source, "train", paths[0], paths[1], flatten)
    test = _read_part(source, "test", paths[2], paths[3], flatten)
    return train, test


def _find(source: Source, directory: str | os.PathLike[str] | None) -> list[Path] | None:
    """Return the paths of the four files in the first folder that has them all."""
    for folder in _folders(source, directory):
        paths = [_find_file(folder, name) for name in FILES]
        found = [path for path in paths if path is not None]
        if len(found) == len(FILES):
            return found
    return None


def _folders(source: Source, directory: str | os.PathLike[str] | None) -> list[Path]:
    """Return the folders to look in, most specific first."""
    if directory is not None:
        return [Path(directory) / source.folder, Path(directory)]
    folders = []
    if data := os.environ.get("XPNET_DATA"):
        folders.append(Path(data) / source.folder)
        # both data sets use the same file names: only the folder's name can tell them apart
        if ("fashion" in Path(data).name.lower()) == (source is FASHION_MNIST):
            folders.append(Path(data))
    return [*folders, _cache(source)]


def _cache(source: Source) -> Path:
    root = os.environ.get("XPNET_CACHE")
    return (Path(root) if root else Path.home() / ".cache" / "xpnet") / source.folder


def _find_file(folder: Path, name: str) -> Path | None:
    dotted = name.replace("-idx", ".idx")  # how some archives name the unpacked files
    variants = [folder / f"{name}.gz", folder / name, folder / f"{dotted}.gz", folder / dotted]
    return next((path for path in variants if path.is_file()), None)


def _download(source: Source) -> list[Path]:
    paths = []
    for name, sha256 in zip(FILES, source.sha256, strict=True):
        path = _cache(source) / f"{name}.gz"
        if not path.is_file():
            try:
                fetch([f"{mirror}{name}.gz" for mirror in source.mirrors], path, sha256)
            except DataError as error:
                raise _not_found(source, None, str(error)) from error
        paths.append(path)
    return paths


def _not_found(
    source: Source, directory: str | os.PathLike[str] | None, reason: str = ""
) -> DataError:
    looked = ", ".join(_described(folder) for folder in _folders(source, directory))
    tried = f", nor the download ({reason})" if reason else ""
    return DataError(
        f"{source.function}: the four files {', '.join(FILES)} (plain or .gz) must be in one "
        f"folder, got them in none of {looked}{tried}; put them in a folder and pass it as "
        f"directory (--data-dir on the command line) or set the environment variable XPNET_DATA to "
        f"it, or connect to the internet and call {source.function}() to download them"
    )


def _described(folder: Path) -> str:
    """Return the folder's name, with what is missing if it holds some of the files."""
    missing = [name for name in FILES if _find_file(folder, name) is None]
    return f"{folder} (lacks {', '.join(missing)})" if len(missing) < len(FILES) else str(folder)


def _read_part(
    source: Source, part: str, images_path: Path, labels_path: Path, flatten: bool
) -> ArrayDataset:
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise DataError(
            f"{source.function}: {str(images_path)!r} must hold images, (N, H, W) uint8, "
            f"got {images.shape} {images.dtype}; the file has the name of another"
        )
    if labels.shape != images.shape[:1] or labels.dtype != np.uint8:
        raise DataError(
            f"{source.function}: {str(labels_path)!r} must hold {images.shape[0]} labels, uint8, "
            f"got {labels.shape} {labels.dtype}; take images and labels from one source"
        )
    classes = len(source.class_names)
    if labels.size and labels.max() >= classes:
        raise DataError(
            f"{source.function}: {str(labels_path)!r} must hold labels from 0 to {classes - 1}, "
            f"got {labels.max()}; it is not a file of {source.title}"
        )
    n, height, width = images.shape
    # one pass that makes no float64 on the way
    pixels = np.divide(images, 255, dtype=np.float32)
    return ArrayDataset(
        pixels.reshape(n, height * width) if flatten else pixels.reshape(n, 1, height, width),
        labels.astype(np.int64),
        class_names=source.class_names,
        name=f"{source.title} {part}",
    )
