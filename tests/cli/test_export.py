"""A model as an ONNX file, and what the other commands say of that."""

from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn
from xpnet.io.onnx.exporting import verified

pytest.importorskip("onnx", reason="onnx writes and reads the files")


@pytest.fixture(scope="module")
def digits():
    _, test = xn.data.load_digits()
    return test.arrays[0][:20]


@pytest.fixture
def exported(xpnet, trained, tmp_path):
    path = tmp_path / "digits.onnx"
    done = xpnet("export", trained, path)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"wrote {path}, {path.stat().st_size:,} bytes\n"
    return path


def test_an_onnx_file_predicts_as_the_model_does(xpnet, trained, exported, digits, tmp_path):
    np.save(tmp_path / "x.npy", digits)
    there, here = (json.loads(xpnet("predict", model, tmp_path / "x.npy", "--json").out)
                   for model in (trained, exported))  # fmt: skip
    assert len(here) == 20
    for a, b in zip(here, there, strict=True):
        assert a["prediction"] == b["prediction"]
        assert isinstance(a["prediction"], str)  # the names of the classes came along
        np.testing.assert_allclose(a["outputs"], b["outputs"], rtol=1e-4, atol=1e-5)


def test_other_programs_can_run_it(trained, exported, digits):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    [found] = session.run(None, {session.get_inputs()[0].name: digits})
    np.testing.assert_allclose(found, xn.load(trained).predict(digits), rtol=1e-4, atol=1e-4)


def test_the_version_of_the_operators_can_be_chosen(xpnet, trained, tmp_path):
    import onnx

    assert xpnet("export", trained, tmp_path / "m.onnx", "--opset", 18).code == 0
    assert onnx.load(tmp_path / "m.onnx").opset_import[0].version == 18


def test_the_file_can_be_held_against_the_model(xpnet, trained, tmp_path, monkeypatch):
    pytest.importorskip("onnxruntime")
    done = xpnet("export", trained, tmp_path / "m.onnx", "--verify")
    assert done.out.endswith(" bytes, which onnxruntime computes alike\n")
    assert (tmp_path / "m.onnx").exists()
    real = verified._by_onnxruntime
    monkeypatch.setattr(verified, "_by_onnxruntime", lambda *a: [1 + x for x in real(*a)])
    done = xpnet("export", trained, tmp_path / "n.onnx", "--verify")
    assert done.code == 2
    assert "got a difference of 1 " in done.err
    assert not (tmp_path / "n.onnx").exists()


def test_images_become_what_they_are_for_the_model(xpnet, trained, exported, digits, tmp_path):
    image = pytest.importorskip("PIL.Image")
    dark = 255 - np.round(255 * digits[0, 0]).astype(np.uint8)
    image.fromarray(dark).resize((50, 40)).save(tmp_path / "x.png")
    there, here = (json.loads(xpnet("predict", model, tmp_path / "x.png", "--json").out)[0]
                   for model in (trained, exported))  # fmt: skip
    assert here["inverted"] is there["inverted"] is True
    np.testing.assert_allclose(here["outputs"], there["outputs"], rtol=1e-4, atol=1e-4)


def test_it_can_be_evaluated_and_summed_up(xpnet, trained, exported):
    here, there = (json.loads(xpnet("evaluate", model, "--json").out)
                   for model in (exported, trained))  # fmt: skip
    assert here["confusion_matrix"] == there["confusion_matrix"]
    assert here["loss"] == pytest.approx(there["loss"], rel=1e-4)
    done = xpnet("summary", exported)
    assert done.code == 0, done.err
    assert "OnnxModel" in done.out


def test_it_can_be_served(exported):
    from xpnet.serving.service import Service

    service = Service(exported, "cpu")
    assert service.about["input_shape"] == [1, 8, 8]
    assert service.about["classes"] == [str(k) for k in range(10)]
    [answer] = service.answer_json(b'{"inputs": [%s]}' % json.dumps([0.0] * 64).encode())[
        "predictions"
    ]
    assert sum(answer["probabilities"]) == pytest.approx(1.0)


@pytest.mark.parametrize("outputs", [1, 3])
def test_probabilities_have_the_loss_of_their_logits(xpnet, tmp_path, outputs):
    x = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    y = np.arange(30) % max(2, outputs)
    np.savez(tmp_path / "d.npz", X=x, y=y)
    linear = xn.nn.Linear(4, outputs)
    last = xn.nn.Sigmoid() if outputs == 1 else xn.nn.Softmax(axis=1)
    found = []
    for model, kind in ((linear, "logits"), (xn.nn.Sequential(linear, last), "probabilities")):
        xn.save(model, tmp_path / "m.safetensors", notes={"output_kind": kind})
        done = xpnet("evaluate", tmp_path / "m.safetensors", "--data", tmp_path / "d.npz", "--json")
        assert done.code == 0, done.err
        found.append(json.loads(done.out))
    assert found[0]["loss"] == pytest.approx(found[1]["loss"], rel=1e-4)
    assert found[0]["confusion_matrix"] == found[1]["confusion_matrix"]
    done = xpnet("evaluate", tmp_path / "m.safetensors", "--data", tmp_path / "d.npz",
                 "--output-kind", "values")  # fmt: skip
    assert "a model must give classes, got one whose outputs are values" in done.err


def test_a_file_of_others_tells_its_input_and_its_outputs(xpnet, tmp_path):
    model = xn.nn.Sequential(xn.nn.Linear(4, 3), xn.nn.Softmax(axis=1))
    x = np.ones((1, 4), np.float32)
    xn.io.onnx.export(model, x, tmp_path / "m.onnx")
    (tmp_path / "x.csv").write_text("1,1,1,1\n")
    [answer] = json.loads(xpnet("predict", tmp_path / "m.onnx", tmp_path / "x.csv", "--json").out)
    np.testing.assert_allclose(answer["probabilities"], model.predict(x)[0], rtol=1e-5)


@pytest.mark.parametrize(
    ("model", "output", "message"),
    [
        ("m.safetensors", "m.txt", "FILE must end in .onnx, got"),
        ("m.onnx", "m.onnx", "FILE must be another file than MODEL"),
        ("none.safetensors", "m.onnx", "none.safetensors"),
        ("none.onnx", "m.onnx", "path must be an ONNX file, got no file"),
        ("m.safetensors", "m.onnx", "--input-shape must be given"),
    ],
)
def test_what_cannot_be_exported_is_an_error(xpnet, tmp_path, model, output, message):
    xn.save(xn.nn.Conv2d(1, 2, 3), tmp_path / "m.safetensors")
    done = xpnet("export", tmp_path / model, tmp_path / output)
    assert done.code == 2
    assert message in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]
