"""Names in files that a model has not: prefixes of wrappers, shared parameters, files in parts."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from safetensors.numpy import save_file

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError, ModelFileError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def small():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def written(path, rename=lambda name: name):
    """A file with the arrays of a small model under other names, and its arrays."""
    state = small().state_dict()
    save_file({rename(name): array for name, array in state.items()}, path)
    return state


def require_loaded(model, state):
    for name, array in state.items():
        np.testing.assert_array_equal(model.state_dict()[name], array)


# ---- rename= ---------------------------------------------------------------------------------


def test_a_dict_replaces_prefixes(path):
    state = written(path, lambda name: f"module.{name}")
    require_loaded(xn.load(path, model=small(), rename={"module.": ""}), state)


def test_the_longest_prefix_wins(path):
    state = written(path, lambda name: {"0": "net.first", "2": "net"}[name[0]] + name[1:])
    rename = {"net.": "2.", "net.first.": "0."}
    require_loaded(xn.load(path, model=small(), rename=rename), state)


def test_a_function_renames_and_leaves_out(path):
    state = small().state_dict()
    save_file({**{n.replace("weight", "w"): a for n, a in state.items()}, "step": np.ones(1)}, path)

    def rename(name):
        return None if name == "step" else name.replace(".w", ".weight")

    require_loaded(xn.load(path, model=small(), rename=rename), state)


def test_two_arrays_of_one_name_are_an_error(path):
    written(path)
    with pytest.raises(ModelFileError, match=r"got 'w' for both '0\.bias' and '0\.weight'"):
        xn.load(path, model=small(), rename=lambda name: "w")


@pytest.mark.parametrize("rename", ["module.", {"module.": None}, [("module.", "")]], ids=repr)
def test_what_is_no_renaming_is_an_error(path, rename):
    written(path)
    with pytest.raises(ArgumentError, match=r"rename must be a dict of prefixes .*'module\.': ''"):
        xn.load(path, model=small(), rename=rename)


def test_a_function_that_returns_no_name_is_an_error(path):
    written(path)
    with pytest.raises(ArgumentError, match=r"must return a name, or None .*got 3 for '0\.bias'"):
        xn.load(path, model=small(), rename=lambda name: 3)


@pytest.mark.parametrize("options", [{"rename": {"module.": ""}}, {"strict": False}], ids=str)
def test_renaming_and_laxity_need_a_model(path, options):
    xn.save(small(), path)
    with pytest.raises(ArgumentError, match=r"got model=None; build the model and pass it as mod"):
        xn.load(path, **options)


def test_what_fits_by_name_is_loaded_if_one_asks_for_it(path):
    state = written(path, lambda name: name.replace("2.", "head."))
    model = small()
    before = model[2].weight.data
    assert xn.load(path, model=model, strict=False) is model
    require_loaded(model, {name: state[name] for name in ("0.weight", "0.bias")})
    np.testing.assert_array_equal(model[2].weight.data, before)
    with pytest.raises(
        ModelFileError, match=r"mismatched: 0\.weight must be \(7, 3\), got \(4, 3\)"
    ):
        xn.load(path, model=nn.Sequential(nn.Linear(3, 7)), strict=False)


def test_of_many_names_the_first_are_told(path):
    save_file({f"layer{i}.w": np.ones(1, np.float32) for i in range(1100)}, path)
    with pytest.raises(ModelFileError, match=r"layer\d+\.w and 1,070 more; build") as caught:
        xn.load(path, model=small())
    assert len(str(caught.value)) < 1000


class Wrapped(nn.Module):
    def __init__(self):
        self.net = small()

    def forward(self, x):
        return self.net(x)


# what was written, the model it is for, and the renaming that the message tells
WRONG_NAMES = {
    "DataParallel": (lambda n: f"module.{n}", small, "{'module.': ''}"),
    "compiled": (lambda n: f"_orig_mod.{n}", small, "{'_orig_mod.': ''}"),
    "both": (lambda n: f"_orig_mod.module.{n}", small, "{'_orig_mod.module.': ''}"),
    "a part that was compiled": (
        lambda n: n.replace("0.", "0._orig_mod."),
        small,
        "lambda name: name.replace('_orig_mod.', '')",
    ),
    "another name of the whole": (lambda n: f"model.{n}", Wrapped, "{'model.': 'net.'}"),
    "no name of the whole": (lambda n: n, Wrapped, "{'': 'net.'}"),
}


@pytest.mark.parametrize("kind", WRONG_NAMES)
def test_where_only_the_names_are_others_the_message_has_the_line_that_loads_it(path, kind):
    rename, make, expected = WRONG_NAMES[kind]
    state = written(path, rename)
    model = make()
    with pytest.raises(ModelFileError) as caught:
        xn.load(path, model=model)
    message, _, line = str(caught.value).partition("\n")
    assert "missing: " in message
    assert message.endswith("; but for their names they fit: write")
    assert line.endswith(f", rename={expected})")
    loaded = eval(line, {"xpnet": xn, "model": model})
    require_loaded(loaded.net if make is Wrapped else loaded, state)


def test_where_shapes_differ_too_no_line_is_told(path):
    written(path, lambda name: f"module.{name}")
    with pytest.raises(ModelFileError) as caught:
        xn.load(path, model=nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 5)))
    assert "rename" not in str(caught.value)


def test_what_is_transposed_is_called_so(path):
    state = small().state_dict()
    save_file({name: np.ascontiguousarray(array.T) for name, array in state.items()}, path)
    with pytest.raises(ModelFileError, match=r"0\.weight must be \(4, 3\), got \(3, 4\) \(its tra"):
        xn.load(path, model=small())


def test_a_file_without_the_number_of_batches_loads(path):
    model = nn.BatchNorm1d(3)
    state = {k: v for k, v in model.state_dict().items() if k != "num_batches_tracked"}
    save_file({**state, "running_mean": np.ones(3, np.float32)}, path)
    assert xn.load(path, model=model).running_mean.tolist() == [1, 1, 1]
    assert int(model.num_batches_tracked) == 0


# ---- parameters that are shared --------------------------------------------------------------


class Tied(nn.Module):
    """A weight with two names, and a module with two places."""

    def __init__(self):
        self.embedding = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5)
        self.head.weight = self.embedding.weight
        self.norm = nn.BatchNorm1d(3)
        self.again = self.norm

    def forward(self, x):
        return self.head(self.again(self.norm(self.embedding(x))))


def arrays_of_tied():
    """A state as PyTorch has it, with all names."""
    rng = np.random.default_rng(0)
    state = {k: rng.random(v.shape).astype(v.dtype) for k, v in Tied().state_dict().items()}
    names = {"head.weight": "embedding.weight"}
    names |= {n.replace("norm", "again"): n for n in state if n.startswith("norm")}
    return {**state, **{new: state[old].copy() for new, old in names.items()}}


def test_a_shared_parameter_may_have_all_its_names_or_any(path):
    full = arrays_of_tied()
    for left_out in ((), ("head.weight",), ("embedding.weight",), ("norm.weight", "norm.bias")):
        save_file({n: a for n, a in full.items() if n not in left_out}, path)
        model = xn.load(path, model=Tied())
        assert model.head.weight is model.embedding.weight
        require_loaded(model, {name: full[name] for name in model.state_dict()})


def test_a_shared_parameter_with_two_values_is_an_error(path):
    full = arrays_of_tied()
    save_file({**full, "head.weight": full["head.weight"] + 1}, path)
    with pytest.raises(ModelFileError, match=r"must be equal to .*with which it is shared"):
        xn.load(path, model=Tied())


# ---- several files ---------------------------------------------------------------------------


def in_two_files(folder, **changes):
    state = {name: xn.to_numpy(array) for name, array in small().state_dict().items()}
    places = {n: f"model-0000{1 + (n > '1')}-of-00002.safetensors" for n in state}
    for place in set(places.values()):
        save_file({n: state[n] for n in state if places[n] == place}, folder / place)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places | changes}))
    return index, state


def test_a_model_in_several_files_loads_by_its_index(backend, tmp_path):
    index, state = in_two_files(tmp_path)
    model = xn.load(index, model=small())
    for name, array in state.items():
        np.testing.assert_array_equal(xn.to_numpy(model.state_dict()[name]), array)


def test_one_of_several_files_is_an_error_that_names_the_index(tmp_path):
    index, _ = in_two_files(tmp_path)
    with pytest.raises(ModelFileError, match=rf"several files of a model: load {str(index)!r}$"):
        xn.load(tmp_path / "model-00001-of-00002.safetensors", model=small())


PATHS = ["../model.safetensors", "/etc/passwd", "a\\b.safetensors", "c:b.safetensors", "m.pt", 3]


@pytest.mark.parametrize("file", PATHS, ids=repr)
def test_an_index_names_safetensors_files_in_its_folder_only(tmp_path, file):
    index, _ = in_two_files(tmp_path, **{"0.bias": file})
    with pytest.raises(ModelFileError, match="must name safetensors files in its own folder, got"):
        xn.load(index, model=small())


def test_an_index_must_tell_what_is_in_the_files(tmp_path):
    index, _ = in_two_files(tmp_path, **{"0.bias": "model-00002-of-00002.safetensors"})
    with pytest.raises(ModelFileError, match=r"got other ones than .*, such as '0\.bias'; copy"):
        xn.load(index, model=small())


def test_a_file_that_is_missing_is_an_error(tmp_path):
    index, _ = in_two_files(tmp_path)
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ModelFileError, match=r"got no file at '.*model-00002-of-00002"):
        xn.load(index, model=small())


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"weight_map": 3}', '{"weight_map": {}}',
                                  "[" * 100_000, '{"metadata": {}}'],
                         ids=lambda text: text[:20])  # fmt: skip
def test_a_damaged_index_is_an_error(tmp_path, text):
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(text)
    with pytest.raises(ModelFileError, match="must be the index of a model in several files, JSON"):
        xn.load(index, model=small())


def test_an_index_that_is_missing_is_an_error(tmp_path):
    index = tmp_path / "model.safetensors.index.json"
    with pytest.raises(ModelFileError, match=re.escape(str(index))):
        xn.load(index, model=small())
