"""Training in half precision: the same curve, gradients in float32, overflow survived."""

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.autograd.modes import MODE
from xpnet.backend import dtype_name, random, to_numpy
from xpnet.errors import ArgumentError, DTypeError
from xpnet.optim import GradScaler
from xpnet.testing import BACKENDS
from xpnet.training import checkpointing
from xpnet.training.callbacks import Callback


class Rows(nn.Module):
    """An LSTM or a small Transformer that reads an image row by row."""

    def __init__(self, kind):
        self.first = nn.Linear(8, 16)
        self.body = (
            nn.LSTM(16, 16, batch_first=True)
            if kind == "lstm"
            else nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
        )
        self.last = nn.Linear(16, 10)

    def forward(self, x):
        h = self.body(self.first(x))
        h = h[0] if isinstance(h, tuple) else h
        return self.last(xn.namespace(h).mean(h, axis=1))


def convolutions():
    return nn.Sequential(
        nn.Unflatten(1, (1, 8)), nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(),
        nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32, 10),
    )  # fmt: skip


NETWORKS = {
    "conv": convolutions,
    "lstm": lambda: Rows("lstm"),
    "transformer": lambda: Rows("transformer"),
}


@pytest.fixture(scope="module")
def digits():
    train, _ = xn.data.load_digits()
    x, y = train.arrays
    return np.asarray(x[:128], np.float32).reshape(128, 8, 8), np.asarray(y[:128])


@pytest.fixture
def data(points):
    x, y = points
    return (x[:150], y[:150]), (x[150:], y[150:])


def losses(network, data, precision, epochs=2):
    xn.manual_seed(0)
    model = network()
    trainer = xn.Trainer(model, xn.optim.Adam(model.parameters(), lr=3e-3), precision=precision)
    history = trainer.fit(data, epochs=epochs, batch_size=32, seed=0, progress=False)
    return trainer, np.asarray(history["loss"])


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_the_curve_is_that_of_float32(half, digits, name):
    _, expected = losses(NETWORKS[name], digits, None)
    trainer, found = losses(NETWORKS[name], digits, half)
    np.testing.assert_allclose(found, expected, rtol=1e-3 if half == "float16" else 1e-2)
    assert not np.array_equal(found, expected)
    assert {dtype_name(p.dtype) for p in trainer.model.parameters()} == {"float32"}
    assert MODE.precision is None


def test_lenet_learns_in_float16_as_in_float32():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 64)
    x = 0.3 * rng.random((64, 1, 28, 28)).astype(np.float32)
    for image, label in zip(x, y, strict=True):
        image[0, 2 * label : 2 * label + 6, 5:20] += 1
    _, expected = losses(xn.models.LeNet5, (x, y), None, epochs=6)
    _, found = losses(xn.models.LeNet5, (x, y), "float16", epochs=6)
    np.testing.assert_allclose(found, expected, rtol=5e-2)
    assert found[-1] < 0.9 * found[0]


class Look(Callback):
    def __init__(self):
        self.dtypes = set()

    def on_step_end(self, trainer):
        self.dtypes |= {dtype_name(p.grad.dtype) for p in trainer.model.parameters()}


def test_gradients_are_in_float32_at_each_step(half, make_trainer, data):
    look = Look()
    make_trainer(precision=half, callbacks=[look]).fit(data[0], progress=False)
    assert look.dtypes == {"float32"}


@pytest.mark.parametrize("options", [{}, {"clip_norm": 1.0}, {"accumulate": 3}], ids=str)
@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_overflow_costs_a_step_and_no_warning(make_trainer, data, options, name):
    with BACKENDS[name]:
        trainer = make_trainer(precision="float16", **options)
        trainer.precision.scaler = GradScaler(2.0**40)
        before = [to_numpy(p.data).copy() for p in trainer.model.parameters()]
        trainer.fit(data[0], epochs=1, batch_size=50, progress=False)
        scaler = trainer.precision.scaler
        assert scaler.skipped == trainer.step
        assert scaler.get_scale() == 2.0 ** (40 - trainer.step)
        for p, q in zip(trainer.model.parameters(), before, strict=True):
            np.testing.assert_array_equal(to_numpy(p.data), q)
        history = trainer.fit(data[0], epochs=20, batch_size=10, progress=False)
    assert scaler.skipped < trainer.step
    assert history["loss"][-1] < 0.6


def test_convolutions_overflow_without_a_warning(digits):
    xn.manual_seed(0)
    trainer = xn.Trainer(convolutions(), "adam", precision="float16")
    trainer.precision.scaler = GradScaler(2.0**50)
    trainer.fit(digits, batch_size=32, progress=False)
    assert trainer.precision.scaler.skipped == trainer.step


def test_clipping_sees_gradients_without_the_scale(make_trainer, data):
    norms = []
    for precision in (None, "float16"):
        trainer = make_trainer(precision=precision, clip_norm=1e-3)
        trainer.optimizer = xn.optim.SGD(trainer.model.parameters(), lr=1.0)
        before = [p.data.copy() for p in trainer.model.parameters()]
        trainer.fit(data[0], epochs=1, batch_size=150, progress=False)
        moved = zip(trainer.model.parameters(), before, strict=True)
        norms.append(np.sqrt(sum(float(np.sum((p.data - q) ** 2)) for p, q in moved)))
    np.testing.assert_allclose(norms, 1e-3, rtol=1e-2)


def test_one_value_leaves_the_device_for_each_step(fetches):
    with BACKENDS["strict-device1"]:
        model = nn.Linear(3, 2)
        optimizer, scaler = xn.optim.Adam(model.parameters()), GradScaler()
        x = xn.asarray(np.ones((4, 3), np.float32))
        for step in range(4):
            fetches.clear()
            scaler.scale((model(x) * model(x)).sum()).backward()
            scaler.unscale_(optimizer)
            xn.optim.clip_grad_norm_(model.parameters(), 1.0)
            assert fetches == []
            scaler.step(optimizer)
            scaler.update()
            assert len(fetches) == 1, step


def test_targets_of_a_regression_are_not_rounded():
    x = np.zeros((4, 1), np.float32)
    y = np.full((4, 1), 2049.0, np.float32)  # float16 has 2048 and 2050
    trainer = xn.Trainer(nn.Linear(1, 1), "sgd", loss="mse", metrics=["mae"], precision="float16")
    trainer.model.bias.data = np.zeros(1, np.float32)
    assert trainer.evaluate((x, y)) == {"loss": 2049.0**2, "mae": 2049.0}


def test_evaluation_and_predictions_are_computed_as_in_training(half, make_trainer, data):
    trainer = make_trainer(precision=half)
    seen = []
    trainer.model.register_forward_hook(lambda module, x, y: seen.append(dtype_name(y.dtype)))
    trainer.evaluate(data[1])
    assert set(seen) == {half}
    seen.clear()
    outputs = trainer.predict(xn.asarray(data[1][0]))
    assert seen == [half]
    assert dtype_name(outputs.dtype) == "float32"
    seen.clear()
    trainer.model.predict(xn.asarray(data[1][0]))
    assert seen == ["float32"]


class Killed(BaseException):
    """The process ends here."""


class KillAt(Callback):
    def __init__(self, step):
        self.step = step

    def on_step_end(self, trainer):
        if trainer.step == self.step:
            raise Killed


def test_a_resumed_training_goes_on_to_the_same_bits(make_trainer, data, tmp_path):
    def made(*callbacks):
        trainer = make_trainer(precision="float16", callbacks=callbacks)
        trainer.precision.scaler = GradScaler(2.0**32, growth_interval=5)
        return trainer

    def fit(trainer, **options):
        random.set_state({"seed": 0, "draws": 1})
        trainer.fit(*data, epochs=3, batch_size=16, seed=0, progress=False, **options)

    whole = made()
    fit(whole)
    assert 0 < whole.precision.scaler.skipped < whole.step
    for step in (3, 11, 22):
        with pytest.raises(Killed):
            fit(made(KillAt(step)), checkpoint_dir=tmp_path, checkpoint_every=1)
    resumed = made()
    fit(resumed, checkpoint_dir=tmp_path, checkpoint_every=1)
    assert resumed.precision.state_dict() == whole.precision.state_dict()
    for p, q in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert p.data.tobytes() == q.data.tobytes()


def test_a_checkpoint_of_another_precision_is_one_of_another_run(make_trainer, data, tmp_path):
    make_trainer().fit(data[0], checkpoint_dir=tmp_path, progress=False)
    with pytest.raises(ArgumentError, match="precision: nothing there, float16 here"):
        make_trainer(precision="float16").fit(data[0], checkpoint_dir=tmp_path, progress=False)


def test_what_cannot_be_asked_for(make_trainer, data):
    with pytest.raises(ArgumentError, match=r"precision must be one of .* or None, got 'half'"):
        make_trainer(precision="half")
    model = xn.models.MLP(2, (4,), 2)
    with pytest.raises(ArgumentError, match="must not be 'float16' with LBFGS"):
        xn.Trainer(model, "lbfgs", precision="float16")
    with pytest.raises(DTypeError, match=r"parameters must be in float32, got float16"):
        make_trainer(dtype="float16", precision="float16").fit(data[0], progress=False)
    with pytest.raises(ArgumentError, match='"tf32" must be used on a CUDA GPU, got NumPy on cpu'):
        make_trainer(precision="tf32").fit(data[0], progress=False)
    with pytest.raises(DTypeError, match="NumPy has, got 'bfloat16'"):
        make_trainer(precision="bfloat16").fit(data[0], progress=False)


def test_lbfgs_trains_in_bfloat16(data):
    with BACKENDS["torch"]:
        model = xn.models.MLP(2, (8,), 2)
        trainer = xn.Trainer(model, "lbfgs", precision="bfloat16")
        history = trainer.fit(data[0], epochs=3, batch_size=150, progress=False)
    assert history["loss"][-1] < history["loss"][0]


def test_of_the_command_line(tmp_path, capsys):
    from xpnet.cli import main

    output = str(tmp_path / "model.safetensors")
    command = ["train", "--data", "digits", "--epochs", "2", "--no-progress", "--output", output]
    assert main([*command, "--precision", "float16"]) == 0
    assert "test" in capsys.readouterr().out
    assert '"precision": "float16"' in (tmp_path / "model.json").read_text()
    assert dtype_name(next(xn.load(output).parameters()).dtype) == "float32"


def test_a_checkpoint_from_before_there_was_a_scaler_is_gone_on_from(
    make_trainer, data, tmp_path, monkeypatch
):
    collect = checkpointing.run.collect
    without = lambda *args: {k: v for k, v in collect(*args).items() if k != "scaler"}  # noqa: E731
    monkeypatch.setattr(checkpointing.run, "collect", without)
    make_trainer().fit(data[0], epochs=1, checkpoint_dir=tmp_path, progress=False)
    monkeypatch.undo()
    history = make_trainer().fit(data[0], epochs=2, checkpoint_dir=tmp_path, progress=False)
    assert history["epoch"] == [1, 2]
