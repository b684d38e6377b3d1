"""Weights travel between PyTorch and xpnet in safetensors, by name, both ways; see torch_table/."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import xpnet as xn
from tests.io.torch_table import ROWS
from xpnet import nn, optim
from xpnet.backend import dtype_name, unwrap
from xpnet.io.tensor_file import read_file

torch = pytest.importorskip("torch")
files = pytest.importorskip("safetensors.torch")

# PyTorch warns that it takes its other implementation
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported:UserWarning")

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
every_row = pytest.mark.parametrize("name", ROWS)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def own_of(name, dtype="float32"):
    return ROWS[name].make(nn).to(dtype=dtype)


def other_of(name, dtype="float32"):
    """PyTorch's, with numbers of its own in all parameters and buffers."""
    torch.manual_seed(1)
    other = ROWS[name].make(torch.nn)
    with torch.no_grad():
        for key, value in other.state_dict().items():
            if key.endswith("num_batches_tracked"):
                value.fill_(3)
            elif key.endswith("running_var"):
                value.uniform_(0.5, 2.0)
            else:
                value.copy_(0.4 * torch.randn(value.shape))
    return other.to(getattr(torch, dtype))


def flat(outputs):
    """The arrays in tuples in tuples, without what is None."""
    if isinstance(outputs, tuple | list):
        return [array for part in outputs for array in flat(part)]
    return [] if outputs is None else [outputs]


def outputs_of(own, inputs):
    with xn.no_grad():
        return [xn.to_numpy(unwrap(y)) for y in flat(own.eval()(*map(xn.asarray, inputs)))]


def outputs_of_torch(other, inputs):
    with torch.no_grad():
        return [y.numpy() for y in flat(other.eval()(*map(torch.tensor, inputs)))]


def require_equal(actual, expected, tolerance):
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1, np.abs(b).max()))


# ---- both ways -------------------------------------------------------------------------------


@every_dtype
@every_row
def test_what_pytorch_saved_gives_its_outputs(path, name, dtype):
    other = other_of(name, dtype)
    files.save_file(other.state_dict(), path)
    own = xn.load(path, model=own_of(name, dtype))
    inputs = ROWS[name].inputs(dtype)
    require_equal(outputs_of(own, inputs), outputs_of_torch(other, inputs), TOLERANCE[dtype])


@every_dtype
@every_row
def test_what_xpnet_saved_gives_its_outputs_in_pytorch(path, name, dtype):
    own = own_of(name, dtype)
    xn.save(own, path)
    other = other_of(name, dtype)
    other.load_state_dict(files.load_file(path), strict=True)
    inputs = ROWS[name].inputs(dtype)
    require_equal(outputs_of_torch(other, inputs), outputs_of(own, inputs), TOLERANCE[dtype])


@every_row
def test_names_order_and_shapes_are_pytorchs(name):
    own, other = own_of(name).state_dict(), other_of(name).state_dict()
    assert sorted(own) == sorted(other)
    assert {k: tuple(v.shape) for k, v in own.items()} == {
        k: tuple(v.shape) for k, v in other.items()
    }


@every_row
def test_a_step_of_training_from_the_same_weights_ends_at_the_same_weights(path, name):
    other = other_of(name, "float64").train()
    files.save_file(other.state_dict(), path)
    own = xn.load(path, model=own_of(name, "float64")).train()
    inputs = ROWS[name].inputs("float64")
    loss = sum((y * y).mean() for y in flat(own(*map(xn.asarray, inputs))))
    expected = sum((y * y).mean() for y in flat(other(*map(torch.tensor, inputs))))
    assert abs(float(loss.data) - expected.item()) <= 1e-10 * expected.item()
    if any(True for _ in own.parameters()):
        loss.backward()
        expected.backward()
        optim.SGD(own.parameters(), lr=0.1).step()
        torch.optim.SGD(other.parameters(), lr=0.1).step()
    found, wanted = own.state_dict(), other.state_dict()
    for key, value in wanted.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-9, atol=1e-10, err_msg=key)


@pytest.mark.parametrize("name", ["a LeNet", "a small ResNet", "LSTM(4, 3)", "Embedding(7, 4)"])
def test_a_file_of_pytorch_gives_the_same_outputs_on_every_backend(backend, path, name):
    other = other_of(name)
    files.save_file(other.state_dict(), path)
    own = xn.load(path, model=own_of(name))
    inputs = ROWS[name].inputs()
    require_equal(outputs_of(own, inputs), outputs_of_torch(other, inputs), 1e-5)


# ---- half precision --------------------------------------------------------------------------


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
@every_row
def test_half_precision_of_pytorch_loads_into_float32_to_the_bit(path, name, half):
    other = other_of(name, half)
    files.save_file(other.state_dict(), path)
    own = xn.load(path, model=own_of(name)).state_dict()
    for key, value in other.state_dict().items():
        wanted = value.float() if value.is_floating_point() else value
        np.testing.assert_array_equal(own[key], wanted.numpy(), err_msg=key)


@pytest.mark.parametrize(
    ("device", "half"), [("cpu", "float16"), ("torch:cpu", "float16"), ("torch:cpu", "bfloat16")]
)
@every_row
def test_half_precision_of_xpnet_loads_in_pytorch_to_the_bit(path, name, half, device):
    with xn.device(device):
        own = own_of(name, half)
        xn.save(own, path)
        state = {
            key: xn.to_numpy(value) for key, value in own.to(dtype="float32").state_dict().items()
        }
    codes = {dtype_name(value.dtype) for value in files.load_file(path).values()}
    assert codes <= {half, "int64"}
    other = other_of(name, half)
    other.load_state_dict(files.load_file(path), strict=True)
    for key, value in other.state_dict().items():
        wanted = value.float() if value.is_floating_point() else value
        np.testing.assert_array_equal(wanted.numpy(), state[key], err_msg=key)


def test_bfloat16_stays_bfloat16_on_its_way_through_xpnet(path, tmp_path):
    other = other_of("a LeNet", "bfloat16")
    files.save_file(other.state_dict(), path)
    with xn.device("torch:cpu"):
        own = xn.load(path, model=own_of("a LeNet", "bfloat16"))
        xn.save(own, tmp_path / "again.safetensors")
    again = files.load_file(tmp_path / "again.safetensors")
    for key, value in other.state_dict().items():
        assert again[key].dtype == torch.bfloat16
        assert torch.equal(again[key], value)


# ---- the table -------------------------------------------------------------------------------


def test_every_layer_with_parameters_that_pytorch_has_is_in_the_table():
    covered = {type(module).__name__ for name in ROWS for module in own_of(name).modules()}
    containers = {"ModuleDict", "ModuleList", "Sequential", "TransformerEncoder"}
    missing = []
    for name in nn.__all__:
        kind = getattr(nn, name)
        if not (isinstance(kind, type) and issubclass(kind, nn.Module) and hasattr(torch.nn, name)):
            continue
        # who creates arrays takes their dtype
        if "dtype" in inspect.signature(kind.__init__).parameters or name in containers:
            missing += [name] * (name not in covered)
    assert not missing
    assert containers <= covered


def test_a_layer_whose_constructor_takes_no_dtype_has_no_parameters_of_its_own():
    for name in ROWS:
        for module in own_of(name).modules():
            has = [v for v in vars(module).values() if isinstance(v, nn.Parameter)]
            takes = "dtype" in inspect.signature(type(module).__init__).parameters
            assert takes or not has, type(module).__name__


# ---- numbers of batches, shared tensors, parts ------------------------------------------------


def test_the_number_of_batches_goes_on_where_pytorch_stopped(path):
    other = torch.nn.BatchNorm1d(3, momentum=None)
    for seed in range(3):
        other(
            torch.tensor(np.random.default_rng(seed).standard_normal((4, 3)), dtype=torch.float32)
        )
    files.save_file(other.state_dict(), path)
    own = xn.load(path, model=nn.BatchNorm1d(3, momentum=None))
    assert int(own.num_batches_tracked) == 3
    x = np.random.default_rng(9).standard_normal((4, 3)).astype(np.float32)
    own(x)
    other(torch.tensor(x))
    np.testing.assert_allclose(own.running_mean, other.running_mean, rtol=1e-5)
    xn.save(own, path)
    assert int(files.load_file(path)["num_batches_tracked"]) == 4


def test_a_file_without_the_number_of_batches_loads_in_both(path):
    state = other_of("a small ResNet").state_dict()
    left = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    files.save_file(left, path)
    own = xn.load(path, model=own_of("a small ResNet")).state_dict()
    np.testing.assert_array_equal(own["bn1.running_var"], state["bn1.running_var"])
    other_of("a small ResNet").load_state_dict(files.load_file(path), strict=True)


class Tied(nn.Module):
    def __init__(self):
        self.embedding = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x):
        return self.head(self.embedding(x))


def test_shared_parameters_travel_both_ways(path):
    class TiedTorch(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(5, 3)
            self.head = torch.nn.Linear(3, 5, bias=False)
            self.head.weight = self.embedding.weight

    other = TiedTorch()
    files.save_model(other, path)  # of names that share a tensor it writes one
    assert len(read_file(path).arrays) == 1
    own = xn.load(path, model=Tied())
    np.testing.assert_array_equal(own.head.weight.data, other.head.weight.detach())
    own.head.weight.data = own.head.weight.data + 1
    xn.save(own, path)
    files.load_model(other, path)
    np.testing.assert_array_equal(own.head.weight.data, other.embedding.weight.detach())


def test_what_torch_compile_and_data_parallel_saved_loads_as_the_message_says(path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 2))
    for wrapped, prefix in (
        (torch.nn.DataParallel(module), "module."),
        (torch.compile(module, backend="eager"), "_orig_mod."),
    ):
        files.save_file(wrapped.state_dict(), path)
        with pytest.raises(xn.errors.ModelFileError) as caught:
            xn.load(path, model=nn.Sequential(nn.Linear(3, 2)))
        line = str(caught.value).rpartition("\n")[2]
        assert line == f"xpnet.load({str(path)!r}, model=model, rename={{{prefix!r}: ''}})"
        own = xn.load(path, model=nn.Sequential(nn.Linear(3, 2)), rename={prefix: ""})
        np.testing.assert_array_equal(own[0].weight.data, module[0].weight.detach())


def test_transposed_weights_of_pytorch_are_an_error_that_lists_them(path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 4))
    files.save_file({k: v.t().contiguous() for k, v in module.state_dict().items()}, path)
    with pytest.raises(xn.errors.ModelFileError) as caught:
        xn.load(path, model=nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 4)))
    for text in ("0.weight must be (2, 3), got (3, 2) (its transpose)",
                 "1.weight must be (4, 2), got (2, 4) (its transpose)"):  # fmt: skip
        assert text in str(caught.value)
