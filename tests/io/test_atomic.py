from __future__ import annotations

import os
import stat

import pytest

import xpnet as xn
from xpnet.errors import ModelFileError
from xpnet.io import atomic_path


def test_the_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "result.txt"
    with atomic_path(path, "test") as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == tmp_path
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["result.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "result.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_path(path, "test") as temporary:
        temporary.write_text("half of the ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.txt"]


def test_an_error_without_an_old_file_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), atomic_path(tmp_path / "a", "test") as temporary:
        temporary.write_text(str(1 / 0))
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_the_file_has_the_permissions_that_a_plain_open_gives(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    with atomic_path(tmp_path / "atomic", "test"):
        pass
    assert (tmp_path / "atomic").stat().st_mode == plain.stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o600)
    with atomic_path(path, "test") as temporary:
        temporary.write_text("new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_written_through(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_path(tmp_path / "link", "test") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_missing_folder_is_named_in_the_error_given(tmp_path):
    with (
        pytest.raises(ModelFileError, match=r"must be in an existing folder.*create the folder"),
        atomic_path(tmp_path / "missing" / "file", "save", ModelFileError),
    ):
        pass


def test_a_folder_is_no_file_name(tmp_path):
    with (
        pytest.raises(ModelFileError, match="add a file name"),
        atomic_path(tmp_path, "save", ModelFileError),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="the rights of a file are POSIX")
def test_a_new_file_has_the_rights_of_the_umask_whoever_writes_it(tmp_path):
    before = os.umask(0o027)
    try:
        xn.save(xn.nn.Linear(2, 1), tmp_path / "model.safetensors")
    finally:
        os.umask(before)
    assert (tmp_path / "model.safetensors").stat().st_mode & 0o777 == 0o640
