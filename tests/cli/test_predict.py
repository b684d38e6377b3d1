from __future__ import annotations

import json
import sys

import numpy as np
import pytest

import xpnet as xn


@pytest.fixture
def digits():
    _, test = xn.data.load_digits()
    return test.arrays[0][:20], test.arrays[1][:20]


@pytest.fixture
def predict(xpnet, trained):
    def run(*arguments):
        done = xpnet("predict", trained, *arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def right(answers, y):
    found = [answer["prediction"] for answer in answers]
    return np.mean(np.asarray(found) == np.asarray([str(k) for k in y]))


def test_a_table_has_a_line_for_each_sample(xpnet, trained, digits, tmp_path):
    np.save(tmp_path / "x.npy", digits[0])
    done = xpnet("predict", trained, tmp_path / "x.npy")
    lines = done.out.splitlines()
    assert lines[0].split() == ["sample", "prediction", "probability"]
    assert len(lines) == 21
    assert "x.npy[19]" in lines[-1]
    assert lines[-1].endswith("%")


def test_arrays_of_many_forms_are_the_same_samples(predict, digits, tmp_path):
    x, y = digits
    np.save(tmp_path / "images.npy", x)
    np.save(tmp_path / "rows.npy", x.reshape(20, 64).astype(np.float64))
    np.savez(tmp_path / "arrays.npz", X=x, y=y)
    np.savez(tmp_path / "only.npz", pixels=x)
    np.savetxt(tmp_path / "table.csv", x.reshape(20, 64), delimiter=",")
    header = ",".join(f"p{i}" for i in range(64))
    np.savetxt(tmp_path / "named.csv", x.reshape(20, 64), delimiter=",", header=header, comments="")
    expected = predict(tmp_path / "images.npy")
    assert right(expected, y) > 0.8
    for name in ("rows.npy", "arrays.npz", "only.npz", "table.csv", "named.csv"):
        answers = predict(tmp_path / name)
        for answer, wanted in zip(answers, expected, strict=True):
            assert answer["outputs"] == pytest.approx(wanted["outputs"], rel=1e-4)


def test_one_sample_needs_no_batch_axis(predict, digits, tmp_path):
    np.save(tmp_path / "one.npy", digits[0][3, 0])
    answers = predict(tmp_path / "one.npy")
    assert len(answers) == 1
    assert answers[0]["sample"].endswith("one.npy")


def test_images_are_made_grey_and_scaled(predict, digits, tmp_path):
    image = pytest.importorskip("PIL.Image")
    x, y = digits
    paths = []
    for i, pixels in enumerate(x):
        grey = image.fromarray(np.round(255 * pixels[0]).astype(np.uint8))
        paths.append(tmp_path / f"{i}.png")
        grey.resize((64, 64), image.Resampling.NEAREST).convert("RGB").save(paths[-1])
    assert right(predict(*paths), y) > 0.8


def test_dark_ink_on_bright_paper_can_be_inverted(predict, digits, tmp_path):
    image = pytest.importorskip("PIL.Image")
    pixels = np.round(255 * digits[0][0, 0]).astype(np.uint8)
    image.fromarray(pixels).save(tmp_path / "bright.png")
    image.fromarray(255 - pixels).save(tmp_path / "dark.png")
    bright = predict(tmp_path / "bright.png")[0]["outputs"]
    dark = predict(tmp_path / "dark.png", "--invert")[0]["outputs"]
    assert dark == pytest.approx(bright, rel=1e-3, abs=1e-3)


def test_dark_ink_is_inverted_unasked_if_the_training_data_were_bright(
    xpnet, predict, trained, digits, tmp_path
):
    image = pytest.importorskip("PIL.Image")
    assert xn.io.read_notes(trained)["ink"]["extent"] == 1.0
    pixels = np.round(255 * digits[0][0, 0]).astype(np.uint8)
    image.fromarray(pixels).save(tmp_path / "bright.png")
    image.fromarray(255 - pixels).save(tmp_path / "dark.png")
    bright, dark = predict(tmp_path / "bright.png", tmp_path / "dark.png")
    assert (bright["inverted"], dark["inverted"]) == (False, True)
    assert dark["outputs"] == pytest.approx(bright["outputs"], rel=1e-3, abs=1e-3)
    first, second = xpnet(
        "predict", trained, tmp_path / "bright.png", tmp_path / "dark.png"
    ).out.splitlines()[1:]
    assert not first.endswith("inverted")
    assert second.endswith("inverted")
    np.save(tmp_path / "array.npy", digits[0])
    assert "inverted" not in predict(tmp_path / "array.npy")[0]


def test_inversion_is_asked_for_in_several_ways(xpnet, trained, digits, tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "dark.png"
    image.fromarray(255 - np.round(255 * digits[0][0, 0]).astype(np.uint8)).save(path)
    (tmp_path / "my.toml").write_text("invert = true\n")

    def inverted(*arguments):
        done = xpnet("predict", *arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)[0]["inverted"]

    assert inverted(trained, path, "--invert")
    assert inverted(trained, "--invert", path)
    assert inverted("--invert", trained, path)
    assert inverted(trained, path, "--config", tmp_path / "my.toml")
    assert inverted(trained, path, "--invert=auto")
    assert not inverted(trained, path, "--invert=no")
    assert not inverted(trained, "--invert", "no", path)
    done = xpnet("predict", trained, path, "--invert=perhaps")
    assert "must be one of 'auto', 'no', 'yes', got 'perhaps'" in done.err


def test_the_way_images_get_their_size_can_be_chosen(predict, tmp_path):
    image = pytest.importorskip("PIL.Image")
    page = np.zeros((40, 80), np.uint8)
    page[5:20, 10:14] = 255
    image.fromarray(page).save(tmp_path / "page.png")
    found = {fit: predict(tmp_path / "page.png", "--fit", fit)[0]["outputs"]
             for fit in ("auto", "ink", "pad", "stretch")}  # fmt: skip
    assert found["auto"] == found["ink"]
    assert found["ink"] != found["pad"] != found["stretch"]


def test_probabilities_are_those_of_the_model(predict, digits, tmp_path):
    np.save(tmp_path / "x.npy", digits[0][:1])
    (answer,) = predict(tmp_path / "x.npy")
    scores = np.asarray(answer["outputs"])
    chances = np.exp(scores) / np.exp(scores).sum()
    assert answer["probability"] == pytest.approx(chances.max())


def test_a_model_of_two_classes_answers_with_their_names(xpnet, tmp_path):
    path = tmp_path / "two.safetensors"
    xpnet("train", "--model", "logistic", "--classes", "3,8", "--output", path, "--no-progress")
    _, test = xn.data.load_digits()
    chosen = np.isin(test.arrays[1], [3, 8])
    np.save(tmp_path / "x.npy", test.arrays[0][chosen])
    answers = json.loads(xpnet("predict", path, tmp_path / "x.npy", "--json").out)
    assert right(answers, test.arrays[1][chosen]) > 0.9
    assert all(answer["probability"] >= 0.5 for answer in answers)


def test_a_model_predicts_on_any_device(backend, predict, digits, tmp_path):
    np.save(tmp_path / "x.npy", digits[0])
    here = predict(tmp_path / "x.npy", "--device", backend.device_name)
    there = predict(tmp_path / "x.npy")
    assert [a["prediction"] for a in here] == [a["prediction"] for a in there]


def test_a_model_that_does_not_know_its_input_can_be_told(xpnet, tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.models.MLP(64, (4,), 10), path)
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "image.png")
    assert "--input-shape 1,28,28" in xpnet("predict", path, tmp_path / "image.png").err
    done = xpnet("predict", path, tmp_path / "image.png", "--input-shape", "1,8,8")
    assert done.code == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.npy", b"no array", "must be an array in NumPy's format"),
        ("x.csv", b"0," * 63 + b"0\n" + b"1," * 63 + b"four\n", "must be a table of numbers"),
        ("x.png", b"no image", "must be an image"),
        ("x.docx", b"", "convert it to one of these"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(xpnet, trained, tmp_path, name, content, message):
    if name == "x.png":
        pytest.importorskip("PIL.Image")
    (tmp_path / name).write_bytes(content)
    done = xpnet("predict", trained, tmp_path / name)
    assert done.code == 2
    assert message in done.err


def test_samples_of_another_size_are_an_error(xpnet, trained, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((5, 63), np.float32))
    assert "must have the shape (1, 8, 8)" in xpnet("predict", trained, tmp_path / "x.npy").err
    np.savez(tmp_path / "x.npz", a=np.ones(3), b=np.ones(3))
    assert "must hold an array called X" in xpnet("predict", trained, tmp_path / "x.npz").err
    assert "must be a file, got none" in xpnet("predict", trained, tmp_path / "none.npy").err


def test_without_pillow_the_error_says_what_to_install(xpnet, trained, tmp_path, monkeypatch):
    (tmp_path / "x.png").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    done = xpnet("predict", trained, tmp_path / "x.png")
    assert done.code == 2
    assert "pip install 'xpnet[images]'" in done.err
