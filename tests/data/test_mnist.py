from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os

import numpy as np
import pytest

from xpnet.data import load_fashion_mnist, load_mnist, mnist
from xpnet.errors import DataError

REAL_DATA = os.environ.get("XPNET_DATA")
AS_PUBLISHED = (mnist.MNIST, mnist.FASHION_MNIST)
LOADERS = {"mnist": load_mnist, "fashion-mnist": load_fashion_mnist}

both = pytest.mark.parametrize("which", LOADERS)


@pytest.fixture(autouse=True)
def nothing_outside_the_test(monkeypatch, tmp_path):
    """No environment, an empty cache, and a download that would fail at once."""
    monkeypatch.delenv("XPNET_DATA", raising=False)
    monkeypatch.setenv("XPNET_CACHE", str(tmp_path / "cache"))
    serve(monkeypatch, tmp_path / "no such server", {})


def serve(monkeypatch, folder, files):
    """Let both data sets be downloaded from a folder."""
    sums = [hashlib.sha256(files.get(f"{name}.gz", b"")).hexdigest() for name in mnist.FILES]
    for name in ("MNIST", "FASHION_MNIST"):
        source = dataclasses.replace(
            getattr(mnist, name), mirrors=(f"{folder.as_uri()}/",), sha256=tuple(sums)
        )
        monkeypatch.setattr(mnist, name, source)


def write(folder, files, rename=lambda name: name, unpack=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / rename(name)).write_bytes(gzip.decompress(content) if unpack else content)
    return folder


@both
def test_images_are_float32_from_0_to_1_and_labels_int64(tmp_path, four_files, which):
    train, test = LOADERS[which](write(tmp_path / "d", four_files))
    images, labels = train.arrays
    assert (images.shape, images.dtype) == ((6, 1, 28, 28), np.float32)
    assert (labels.tolist(), labels.dtype) == (list(range(6)), np.int64)
    assert (images.min(), images.max()) == (0, 1)
    assert [x.shape for x in test.arrays] == [(3, 1, 28, 28), (3,)]
    assert len(train.class_names) == 10


def test_flatten_makes_rows(tmp_path, four_files):
    folder = write(tmp_path / "d", four_files)
    flat, _ = load_mnist(folder, flatten=True)
    whole, _ = load_mnist(folder)
    np.testing.assert_array_equal(flat.arrays[0], whole.arrays[0].reshape(6, 784))


def test_the_two_data_sets_have_their_own_names(tmp_path, four_files):
    folder = write(tmp_path / "d", four_files)
    assert load_mnist(folder)[1].name == "MNIST test"
    assert load_mnist(folder)[1].class_names[9] == "9"
    assert load_fashion_mnist(folder)[0].name == "Fashion-MNIST train"
    assert load_fashion_mnist(folder)[0].class_names[9] == "Ankle boot"


@pytest.mark.parametrize(
    ("rename", "unpack"),
    [
        (lambda name: name, False),
        (lambda name: name.removesuffix(".gz"), True),
        (lambda name: name.removesuffix(".gz").replace("-idx", ".idx"), True),
    ],
    ids=["gzip", "plain", "plain, dotted"],
)
def test_files_may_be_packed_or_plain(tmp_path, four_files, rename, unpack):
    train, _ = load_mnist(write(tmp_path / "d", four_files, rename, unpack))
    assert len(train) == 6


# ---- where files are looked for -------------------------------------------------------


@both
def test_a_directory_may_hold_the_files_in_a_subfolder(tmp_path, four_files, which):
    write(tmp_path / "d" / which, four_files)
    assert len(LOADERS[which](tmp_path / "d")[0]) == 6


@both
def test_xpnet_data_may_hold_the_files_in_a_subfolder(monkeypatch, tmp_path, four_files, which):
    write(tmp_path / "d" / which, four_files)
    monkeypatch.setenv("XPNET_DATA", str(tmp_path / "d"))
    assert len(LOADERS[which]()[0]) == 6


@both
@pytest.mark.parametrize("folder", ["mnist", "data", "fashion", "FashionMNIST"])
def test_the_name_of_xpnet_data_tells_which_data_set_lies_in_it(
    monkeypatch, tmp_path, four_files, which, folder
):
    write(tmp_path / folder, four_files)
    monkeypatch.setenv("XPNET_DATA", str(tmp_path / folder))
    if ("fashion" in which) == ("fashion" in folder.lower()):
        assert len(LOADERS[which](download=False)[0]) == 6
    else:
        with pytest.raises(DataError, match="in none of"):
            LOADERS[which](download=False)


def test_a_directory_goes_before_xpnet_data(monkeypatch, tmp_path, four_files, idx_bytes):
    monkeypatch.setenv("XPNET_DATA", str(write(tmp_path / "environment", four_files)))
    fewer = dict(four_files)
    fewer["t10k-images-idx3-ubyte.gz"] = idx_bytes(np.zeros((1, 28, 28), dtype=np.uint8))
    fewer["t10k-labels-idx1-ubyte.gz"] = idx_bytes(np.zeros(1, dtype=np.uint8))
    assert len(load_mnist(write(tmp_path / "argument", fewer))[1]) == 1


def test_a_directory_without_the_files_is_an_error_even_if_they_are_elsewhere(
    monkeypatch, tmp_path, four_files
):
    monkeypatch.setenv("XPNET_DATA", str(write(tmp_path / "d", four_files)))
    with pytest.raises(DataError, match=f"in none of {tmp_path}/typo/mnist, {tmp_path}/typo; put"):
        load_mnist(tmp_path / "typo")


def test_the_cache_is_looked_into(tmp_path, four_files):
    write(tmp_path / "cache" / "mnist", four_files)
    assert len(load_mnist(download=False)[0]) == 6


def test_without_xpnet_cache_the_cache_is_in_the_home_folder(monkeypatch, tmp_path, four_files):
    monkeypatch.delenv("XPNET_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(tmp_path / ".cache" / "xpnet" / "mnist", four_files)
    assert len(load_mnist(download=False)[0]) == 6


# ---- downloads ------------------------------------------------------------------------


@both
def test_what_is_found_nowhere_is_downloaded_into_the_cache(
    monkeypatch, tmp_path, four_files, which
):
    serve(monkeypatch, write(tmp_path / "server", four_files), four_files)
    assert len(LOADERS[which]()[0]) == 6
    assert {p.name for p in (tmp_path / "cache" / which).iterdir()} == set(four_files)
    assert len(LOADERS[which](download=False)[0]) == 6


def test_only_what_is_missing_is_downloaded(monkeypatch, tmp_path, four_files):
    serve(monkeypatch, write(tmp_path / "server", four_files), four_files)
    (tmp_path / "server" / "train-images-idx3-ubyte.gz").unlink()
    write(tmp_path / "cache" / "mnist", {k: four_files[k] for k in list(four_files)[:1]})
    assert len(load_mnist()[0]) == 6


def test_a_download_with_a_wrong_checksum_is_refused(monkeypatch, tmp_path, four_files):
    changed = four_files | {"t10k-labels-idx1-ubyte.gz": b"something else"}
    serve(monkeypatch, write(tmp_path / "server", changed), four_files)
    with pytest.raises(DataError, match="SHA-256 must be"):
        load_mnist()
    assert not (tmp_path / "cache" / "mnist" / "t10k-labels-idx1-ubyte.gz").exists()


def test_files_that_were_not_downloaded_need_no_published_checksum(tmp_path, four_files):
    assert len(load_mnist(write(tmp_path / "rebuilt", four_files))[0]) == 6


def test_the_mirrors_speak_https():
    for source in AS_PUBLISHED:
        assert len(source.mirrors) >= 2
        assert all(url.startswith("https://") and url.endswith("/") for url in source.mirrors)
        assert [len(checksum) for checksum in source.sha256] == [64] * 4


# ---- errors ---------------------------------------------------------------------------


@both
def test_no_files_and_no_network_is_one_error_with_both_remedies(tmp_path, which):
    with pytest.raises(DataError) as caught:
        LOADERS[which]()
    message = str(caught.value)
    function = LOADERS[which].__name__
    assert message.startswith(f"{function}: the four files train-images-idx3-ubyte, ")
    assert f"got them in none of {tmp_path}/cache/{which}, nor the download (" in message
    assert (
        "put them in a folder and pass it as directory (--data-dir on the command line) or set the"
        in message
    )
    assert message.endswith(f"or connect to the internet and call {function}() to download them")


def test_the_error_tells_which_of_the_four_files_is_missing(tmp_path, four_files):
    del four_files["t10k-labels-idx1-ubyte.gz"]
    folder = write(tmp_path / "d", four_files)
    with pytest.raises(DataError, match=rf"{folder} \(lacks t10k-labels-idx1-ubyte\)"):
        load_mnist(folder)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-images-idx3-ubyte.gz", np.zeros(6, dtype=np.uint8),
         r"must hold images, \(N, H, W\) uint8, got \(6,\) uint8; the file has the name of an"),
        ("train-images-idx3-ubyte.gz", np.zeros((6, 2, 2), dtype=np.float32),
         r"must hold images, \(N, H, W\) uint8, got \(6, 2, 2\) float32"),
        ("t10k-labels-idx1-ubyte.gz", np.zeros(4, dtype=np.uint8),
         r"must hold 3 labels, uint8, got \(4,\) uint8; take images and labels from one source"),
        ("t10k-labels-idx1-ubyte.gz", np.full(3, 10, dtype=np.uint8),
         "must hold labels from 0 to 9, got 10; it is not a file of MNIST"),
    ],
    ids=["labels for images", "floats", "another number", "eleven classes"],
)  # fmt: skip
def test_files_that_do_not_belong_are_refused(
    tmp_path, four_files, idx_bytes, name, array, message
):
    folder = write(tmp_path / "d", four_files | {name: idx_bytes(array)})
    with pytest.raises(DataError, match=message):
        load_mnist(folder)


@pytest.mark.skipif(not REAL_DATA, reason="XPNET_DATA names no folder with the real files")
def test_the_real_files_are_read(monkeypatch):
    monkeypatch.setenv("XPNET_DATA", REAL_DATA)
    train, test = load_mnist(download=False)
    assert [x.shape for x in train.arrays] == [(60000, 1, 28, 28), (60000,)]
    assert [x.shape for x in test.arrays] == [(10000, 1, 28, 28), (10000,)]
    assert np.bincount(test.arrays[1]).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert train.arrays[1][:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    assert abs(train.arrays[0].mean() - 0.1307) < 1e-3
