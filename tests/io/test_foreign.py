"""Files of other programs: each is told by its first bytes, and the message says what to do."""

from __future__ import annotations

import ast
import io
import json
import pickle
import re
import subprocess
import sys
import warnings
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
from safetensors.numpy import load_file

import xpnet as xn
from xpnet import nn
from xpnet.cli import main
from xpnet.errors import ModelFileError
from xpnet.io.foreign import LEGACY_TORCH, torch_line

ONNX = b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x10"


def refusal(path, model=None):
    with pytest.raises(ModelFileError) as caught:
        xn.load(path, model=model)
    message = str(caught.value)
    assert message.startswith(f"load: {str(path)!r} must be a safetensors file, got ")
    return message


def a_zip(*names):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:
        for name in names:
            file.writestr(name, b"\0" * 100)
    return memory.getvalue()


def an_npz():
    memory = io.BytesIO()
    np.savez(memory, weight=np.ones((2, 3)), bias=np.ones(2))
    return memory.getvalue()


def an_npy():
    memory = io.BytesIO()
    np.save(memory, np.ones(3))
    return memory.getvalue()


KINDS = {
    "m.pkl": (pickle.dumps({"w": 1}), "got a pickle, which runs code", "safetensors.numpy.save_"),
    "old.pickle": (pickle.dumps({"w": 1}, protocol=0), "got a pickle", "the program that wrote it"),
    "m.joblib": (pickle.dumps([1], protocol=4), "got a pickle", "the program that wrote it"),
    "m.h5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 600, "a file of Keras", "load_model('"),
    "m.keras": (a_zip("metadata.json", "config.json", "model.weights.h5"), "Keras", "format='onnx"),
    "m.npz": (an_npz(), "arrays of NumPy (.npz)", "model.load_state_dict(dict(numpy.load("),
    "m.npy": (an_npy(), "one array of NumPy", "the file that xpnet.save wrote"),
    "m.onnx": (ONNX, "an ONNX file", "xpnet.io.onnx.import_onnx('"),
    "odd.onnx": (b"\x2a\x00\x01", "an ONNX file", "xpnet.io.onnx.import_onnx('"),
    "m.tflite": (b"\x1c\0\0\0TFL3" + b"\0" * 20, "TensorFlow Lite", "export the model to ONNX"),
    "m.gguf": (b"GGUF\x03\0\0\0" + b"\0" * 20, "a GGUF file", "take the safetensors"),
    "m.zip": (a_zip("weights.txt"), "a zip archive", "unpack it"),
    "m.safetensors.gz": (b"\x1f\x8b\x08" + b"\0" * 20, "a compressed file", "unpack it first"),
    "lfs.safetensors": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n",
                        "a pointer of Git LFS", "git lfs pull"),
    "page.safetensors": (b"\n<!DOCTYPE html>\n<html><head>Not found", "a web page", "its raw con"),
    "denied.onnx": (b"<?xml version='1.0'?><Error>denied</Error>", "a web page", "a browser"),
    "m.safetensors.index.json": (b'{"weight_map": {}}', "several files", ", model=model)"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_the_error_names_the_kind_and_the_remedy(tmp_path, name):
    content, kind, remedy = KINDS[name]
    path = tmp_path / name
    path.write_bytes(content)
    message = refusal(path)
    assert kind in message
    assert remedy in message.partition("; ")[2]


@pytest.mark.parametrize("name", ["m.keras", "m.npz", "m.h5", "m.npy", "m.onnx", "m.gguf"])
def test_the_first_bytes_decide_and_not_the_name(tmp_path, name):
    content, kind, _ = KINDS[name]
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    assert kind in refusal(path, nn.Linear(3, 2))


def test_a_model_file_may_have_any_name(tmp_path):
    for name in ("model.pt", "model.onnx", "model.h5", "model"):
        xn.save(nn.Linear(3, 2), tmp_path / name)
        assert isinstance(xn.load(tmp_path / name), nn.Linear)


def test_a_model_file_whose_header_was_damaged_is_not_taken_for_a_pickle(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\x80\x02\0\0\0\0\0\0[" + b" " * 1000)
    with pytest.raises(ModelFileError, match="must be a complete safetensors file"):
        xn.load(path)


@pytest.mark.parametrize("content", [ONNX, LEGACY_TORCH + b"." * 40], ids=["ONNX", "PyTorch"])
def test_the_notes_and_the_command_line_refuse_in_the_same_words(tmp_path, capsys, content):
    path = tmp_path / "model"
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        xn.io.read_notes(path)
    assert str(caught.value) == refusal(path)
    for arguments in (["summary"], ["evaluate", "--data", "digits"], ["predict"]):
        command, *options = arguments
        files = ["x.npy"] if command == "predict" else []
        assert main([command, str(path), *files, *options]) == 2
        assert capsys.readouterr().err == f"xpnet: error: {refusal(path)}\n"


def test_the_remedies_for_onnx_and_numpy_work(tmp_path):
    pytest.importorskip("onnx")
    from xpnet.io.onnx import export

    own, x = nn.Linear(3, 2), np.ones((4, 3), np.float32)
    export(own, x, tmp_path / "m.onnx")
    np.savez(tmp_path / "m.npz", **own.state_dict())
    line = re.search(r"read it by (.*)$", refusal(tmp_path / "m.onnx"))[1]
    np.testing.assert_allclose(eval(line, {"xpnet": xn}).predict(x), own.predict(x), rtol=1e-6)
    line = re.search(r"take them by (.*), and keep", refusal(tmp_path / "m.npz"))[1]
    model = nn.Linear(3, 2)
    eval(line, {"numpy": np, "model": model})
    np.testing.assert_array_equal(model.predict(x), own.predict(x))


def forged(code):
    header = {"weight": {"dtype": code, "shape": [2], "data_offsets": [0, 2]}}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"\0\0"


@pytest.mark.parametrize("code", ["F8_E4M3", "F8_E5M2", "F4", "C128"])
def test_a_data_type_that_xpnet_lacks_is_not_called_damage(tmp_path, code):
    path = tmp_path / "model.safetensors"
    path.write_bytes(forged(code))
    with pytest.raises(ModelFileError, match=f"F32, .* got arrays of '{code}', a type.*float16"):
        xn.load(path, model=nn.Linear(2, 1))
    path.write_bytes(forged("G8"))
    with pytest.raises(ModelFileError, match=r"\(the dtype 'G8', which is none .* damaged or cut"):
        xn.load(path, model=nn.Linear(2, 1))


# ---- PyTorch --------------------------------------------------------------------------------


def convert(path, model=None):
    """Run the line at the end of the message as a user would, and return what it wrote."""
    message = refusal(path, model)
    before, _, line = message.partition("\n")
    target = ast.literal_eval(re.search(r"load (.*) with model=:$", before)[1])
    assert "\n" not in line
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", line], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


def a_linear(torch):
    torch.manual_seed(0)
    return torch.nn.Linear(3, 2)


def contents_of_checkpoints(torch):
    state = a_linear(torch).state_dict()
    plain = OrderedDict(state)
    moments = {"state": {0: {"exp_avg": state["weight"]}}, "param_groups": [{"lr": 0.1}]}
    return {
        "state_dict": plain,
        "lightning": {"epoch": 3, "state_dict": plain, "optimizer_states": [moments]},
        "by hand": {"net": plain, "optimizer": moments, "loss": torch.tensor(0.5)},
        "with numbers": {**plain, "epoch": 3, "names": ["a", "b"]},
    }


NAMES = ["model.pt", "it's a $HOME.pth", "pytorch_model.bin", "e=3.ckpt", "model.safetensors", "m"]
SAVED = [*[("state_dict", name) for name in NAMES],
         *[(kind, "model.pt") for kind in ("lightning", "by hand", "with numbers")]]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), SAVED)
def test_the_line_in_the_message_converts_a_file_of_pytorch(tmp_path, kind, name):
    torch = pytest.importorskip("torch")
    path = tmp_path / name
    torch.save(contents_of_checkpoints(torch)[kind], path)
    own = nn.Linear(3, 2)
    target = convert(path, own)
    assert target != str(path)
    xn.load(target, model=own)
    expected = a_linear(torch).state_dict()
    assert (own.weight.data == expected["weight"].numpy()).all()
    assert (own.bias.data == expected["bias"].numpy()).all()


def test_files_as_pytorch_wrote_them_before_version_1_6_too(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "model.pt"
    torch.save(a_linear(torch).state_dict(), path, _use_new_zipfile_serialization=False)
    assert load_file(convert(path))["weight"].shape == (2, 3)


def test_tensors_that_share_memory_or_lie_otherwise_are_written_whole(tmp_path):
    torch = pytest.importorskip("torch")
    weight = torch.arange(6.0).reshape(2, 3)
    path = tmp_path / "model.pt"
    torch.save({"a": weight, "b": weight, "c": weight.T, "d": weight[:, 1:].expand(2, 2)}, path)
    found = load_file(convert(path))
    assert found["a"].tolist() == found["b"].tolist() == weight.tolist()
    assert found["c"].tolist() == weight.T.tolist()
    assert found["d"].tolist() == weight[:, 1:].tolist()


def test_a_program_of_torchscript_has_a_line_of_its_own(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "model.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated, and such files are there
        torch.jit.save(torch.jit.script(a_linear(torch)), path)
    line = refusal(path).partition("\n")[2]
    assert "torch.jit.load" in line
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert load_file(tmp_path / "model.safetensors")["weight"].shape == (2, 3)


def test_the_line_never_lets_a_pickle_run_code():
    assert "weights_only=True" in torch_line("a.pt", "a.safetensors")
