from __future__ import annotations

import json
import subprocess
import time

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ModelFileError
from xpnet.io import data_checksum, git_state, manifest, read_manifest, save
from xpnet.io import manifest as function
from xpnet.io.manifest import PIECES

# the function bears the name of its module
module = __import__("sys").modules["xpnet.io.manifest"]


def git(folder, *arguments):
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    git(tmp_path, "init")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "-m", "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_manifest_tells_versions_machine_seed_and_device(backend):
    xn.manual_seed(23)
    found = manifest(config={"lr": 0.1})
    assert json.loads(json.dumps(found)) == found
    assert found["device"] == backend.device.name
    assert found["seed"] == 23
    assert found["config"] == {"lr": 0.1}
    package = backend.device.library.package
    assert {"python", "xpnet", "numpy", package} == set(found["versions"])
    assert found["versions"]["xpnet"] == xn.__version__
    assert found["versions"][package] not in ("", "unknown")
    assert found["data"] is None
    assert found["platform"]["processors"] >= 1


def test_the_seed_may_be_another(tmp_path):
    assert manifest(seed=4)["seed"] == 4


def test_a_manifest_is_saved_with_a_model(tmp_path):
    path = tmp_path / "model.safetensors"
    made = manifest(seed=4, data=(np.ones(3), np.zeros(3)))
    save(nn.Linear(3, 2), path, manifest=made)
    assert read_manifest(path) == made
    save(nn.Linear(3, 2), path)
    assert read_manifest(path) == {}


def test_a_manifest_that_json_cannot_hold_is_an_error(tmp_path):
    with pytest.raises(ModelFileError, match="manifest must be what JSON can hold"):
        save(nn.Linear(3, 2), tmp_path / "x.safetensors", manifest={"config": {1, 2}})


# ---- the commit ---------------------------------------------------------------------------------


def test_the_state_of_a_repository_is_its_commit_and_whether_files_were_changed(repository):
    state = git_state()
    assert len(state["commit"]) == 40
    assert state["dirty"] is False
    (repository / "code.py").write_text("2")
    assert git_state() == {**state, "dirty": True}
    git(repository, "commit", "-am", "second")
    assert git_state()["commit"] != state["commit"]


@pytest.mark.parametrize("problem", ["no repository", "no git", "an empty repository"])
def test_without_a_repository_there_is_no_state(tmp_path, monkeypatch, problem):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if problem == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))
    if problem == "an empty repository":
        git(tmp_path, "init")
    assert git_state() is None
    assert function()["git"] is None


def test_git_that_does_not_answer_is_not_waited_for(tmp_path, monkeypatch):
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    start = time.perf_counter()
    assert git_state() is None
    assert time.perf_counter() - start < 5


# ---- the data ------------------------------------------------------------------------------------

X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = np.arange(6, dtype=np.int64)


def test_the_same_data_have_the_same_checksum_everywhere(backend):
    assert data_checksum((backend.asarray(X), backend.asarray(Y))) == data_checksum((X, Y))


@pytest.mark.parametrize(
    "other",
    [(X + 1, Y), (X, Y[::-1]), (X.reshape(3, 4), Y), (X.astype(np.float64), Y), (X,), (Y, X)],
)
def test_other_data_have_another_checksum(other):
    assert data_checksum(other) != data_checksum((X, Y))


def test_data_sets_and_layouts_do_not_matter():
    expected = data_checksum((X, Y))
    assert data_checksum(xn.data.ArrayDataset(X, Y)) == expected
    assert data_checksum([np.asfortranarray(X), Y]) == expected
    assert data_checksum((X.astype(">f4"), Y)) == expected


def test_a_sparse_data_set_has_a_checksum():
    sparse = pytest.importorskip("scipy.sparse")
    one, other = (data_checksum(xn.data.SparseDataset(sparse.csr_array(x), Y)) for x in (X, X + 1))
    assert one.startswith("crc32:")
    assert one != other


def test_what_is_not_made_of_arrays_has_none():
    assert data_checksum([1, 2]) == data_checksum(object()) == "unknown"


def test_of_large_arrays_pieces_count(monkeypatch):
    x = np.zeros((50_000, 2), np.uint8)
    monkeypatch.setattr(module, "WHOLE", 10_000)
    pieces = module._pieces(x)
    assert len(pieces) == PIECES
    assert sum(piece.nbytes for piece in pieces) <= 10_000
    for row in (0, len(x) - 1):
        changed = x.copy()
        changed[row] = 1
        assert data_checksum(changed) != data_checksum(x)
    assert data_checksum(x[:-1]) != data_checksum(x)
