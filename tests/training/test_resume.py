"""A training that is broken off and resumed ends as one that was not, to the last bit."""

from __future__ import annotations

import errno
import json
import math
import os
import warnings
from contextlib import suppress

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim
from xpnet.backend import device_of, random, to_numpy
from xpnet.errors import ArgumentError, DataError, ModelFileError, XpnetError
from xpnet.io import read_manifest, read_notes
from xpnet.io.tensor_file import read_file
from xpnet.training import Callback, Checkpoints, CSVLogger, EarlyStopping, LearningRateLogger
from xpnet.training.checkpointing.folder import read_checkpoint


class Killed(BaseException):
    """What comes between two steps."""


class KillAt(Callback):
    """Break off after so many steps of this process, as a signal would."""

    def __init__(self, step):
        self.left = step

    def on_step_end(self, trainer):
        self.left -= 1
        if self.left < 0:
            raise Killed


OPTIMIZERS = {
    "adam": lambda p: optim.Adam(p, lr=0.01),
    "sgd": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: optim.RMSprop(p, momentum=0.5, centered=True),
    "adagrad": lambda p: optim.Adagrad(p),
    "adamw": lambda p: optim.AdamW(p),
    "lion": lambda p: optim.Lion(p, lr=1e-3),
    "amsgrad": lambda p: optim.Adam(p, amsgrad=True),
    "lbfgs": lambda p: optim.LBFGS(p, max_iter=4, line_search_fn="strong_wolfe"),
    "two groups": lambda p: optim.Adam(
        [{"params": (ps := list(p))[:2], "lr": 0.02}, {"params": ps[2:], "weight_decay": 0.1}]
    ),
}


def network():
    return nn.Sequential(
        nn.Linear(2, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Dropout(0.2), nn.Linear(16, 2)
    )


def trainer_of(make_optimizer=OPTIMIZERS["adam"], schedule=None, every="epoch", **options):
    xn.manual_seed(5)
    model = network()
    optimizer = make_optimizer(model.parameters())
    made = None if schedule is None else schedule(optimizer)
    return xn.Trainer(model, optimizer, schedule=made, schedule_every=every, **options)


def bits(trainer):
    return {name: to_numpy(x).tobytes() for name, x in trainer.model.state_dict().items()}


def timeless(history):
    clock = ("seconds", "samples_per_second")
    return [{k: v for k, v in row.items() if k not in clock} for row in history.rows]


def broken_off(make, data, folder, steps, **options):
    """Train, broken off after every so many steps and resumed by a new trainer each time."""
    for _ in range(100):
        trainer = make()
        trainer.callbacks.append(KillAt(steps))
        if os.path.exists(folder):
            random.set_state({"seed": 5, "draws": 99})  # a new process does not know how many
        try:
            history = trainer.fit(*data, checkpoint_dir=folder, progress=False, **options)
        except Killed:
            continue
        return trainer, history
    raise AssertionError("it does not come to an end")


@pytest.fixture
def data(points):
    x, y = points
    return (x[:150], y[:150]), (x[150:], y[150:])


# ---- the same bits -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_on_to_the_same_bits(data, tmp_path, name):
    def make():
        return trainer_of(OPTIMIZERS[name])

    whole = make()
    history = whole.fit(*data, epochs=4, progress=False)
    resumed, again = broken_off(make, data, tmp_path / "run", 7, epochs=4, checkpoint_every=3)
    assert bits(resumed) == bits(whole)
    assert timeless(again) == timeless(history)
    assert (resumed.epoch, resumed.step) == (whole.epoch, whole.step)


SCHEDULES = {
    "cosine": ("epoch", lambda o: optim.CosineAnnealingLR(o, T_max=4)),
    "one cycle": ("step", lambda o: optim.OneCycleLR(o, max_lr=0.05, total_steps=20)),
    "plateau": (
        "epoch",
        lambda o: optim.ReduceLROnPlateau(o, factor=0.5, patience=0, threshold=0.5),
    ),
    "steps": ("epoch", lambda o: optim.StepLR(o, step_size=1, gamma=0.5)),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_goes_on_where_it_was(data, tmp_path, name):
    every, schedule = SCHEDULES[name]

    def make():
        return trainer_of(schedule=schedule, every=every, callbacks=[LearningRateLogger()])

    whole = make()
    history = whole.fit(*data, epochs=4, progress=False)
    resumed, again = broken_off(make, data, tmp_path / "run", 8, epochs=4, checkpoint_every=2)
    assert len(set(history["lr"])) > 1
    assert again["lr"] == history["lr"]
    assert bits(resumed) == bits(whole)


@pytest.mark.parametrize("kernels", ["on", "off"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_last_bits_do_not_depend_on_kernels_or_dtype(
    data, tmp_path, monkeypatch, kernels, dtype
):
    def make():
        trainer = trainer_of(OPTIMIZERS["sgd"])
        trainer.model.to(dtype=dtype)
        return trainer

    if kernels == "off":
        monkeypatch.setattr(xn.kernels, "find", lambda *a, **k: None)
        monkeypatch.setattr(xn.kernels, "find_for", lambda *a, **k: None)
    whole = make()
    whole.fit(*data, epochs=3, progress=False)
    resumed, _ = broken_off(make, data, tmp_path / "run", 4, epochs=3, checkpoint_every=1)
    assert bits(resumed) == bits(whole)


@pytest.mark.parametrize(
    "options",
    [
        {"accumulate": 3},
        {"clip_norm": 0.5},
        {"log_every": 2},
        {"metrics": ["accuracy", "f1", "top_5"]},
    ],
    ids=str,
)
def test_options_of_the_trainer_make_no_difference(data, tmp_path, options):
    def make():
        return trainer_of(**options)

    whole = make()
    history = whole.fit(*data, epochs=3, batch_size=16, progress=False)
    resumed, again = broken_off(
        make, data, tmp_path / "run", 6, epochs=3, batch_size=16, checkpoint_every=1
    )
    assert bits(resumed) == bits(whole)
    assert timeless(again) == timeless(history)


@pytest.mark.parametrize("prefetch", [0, 2])
def test_a_loader_of_ones_own_goes_on_where_it_was(data, tmp_path, prefetch):
    (x, y), held_out = data

    def loader():
        return xn.data.DataLoader(
            (x, y), 16, shuffle=True, seed=3, drop_last=True, prefetch=prefetch
        )

    whole = trainer_of()
    whole.fit(loader(), held_out, epochs=3, progress=False)
    for _ in range(20):
        resumed = trainer_of(callbacks=[KillAt(5)])
        try:
            resumed.fit(
                loader(), held_out, epochs=3, checkpoint_dir=tmp_path, checkpoint_every=2,
                progress=False,
            )  # fmt: skip
            break
        except Killed:
            pass
    assert bits(resumed) == bits(whole)


def test_weights_of_samples_and_augmentation_make_no_difference(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 1, 6, 6)).astype(np.float32)
    y, w = np.arange(60) % 2, rng.uniform(size=60).astype(np.float32)

    def make():
        xn.manual_seed(5)
        model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2))
        return xn.Trainer(model, optim.Adam(model.parameters()))

    for data in ((x, y, w), (x, y)):
        shift = xn.data.augmentation.Shift(1) if len(data) == 2 else None
        folder = tmp_path / str(len(data))

        def loader(data=data, shift=shift):
            return xn.data.DataLoader(data, 16, shuffle=True, transform=shift)

        whole = make()
        history = whole.fit(loader(), epochs=2, progress=False)
        for _ in range(20):
            resumed = make()
            resumed.callbacks.append(KillAt(3))
            try:
                again = resumed.fit(
                    loader(), epochs=2, checkpoint_dir=folder, checkpoint_every=1, progress=False
                )
                break
            except Killed:
                pass
        assert bits(resumed) == bits(whole)
        assert timeless(again) == timeless(history)


def test_on_every_backend_a_resumed_training_is_the_same(backend, data, tmp_path):
    (x, y), (xv, yv) = data
    there = (backend.asarray(x), backend.asarray(y)), (backend.asarray(xv), backend.asarray(yv))
    whole = trainer_of()
    history = whole.fit(*there, epochs=2, progress=False)
    resumed, again = broken_off(
        trainer_of, there, tmp_path / "run", 3, epochs=2, checkpoint_every=2
    )
    for name, array in whole.model.state_dict().items():
        other = resumed.model.state_dict()[name]
        assert device_of(other) == backend.device
        np.testing.assert_allclose(to_numpy(other), to_numpy(array), rtol=1e-6, atol=1e-7)
    assert again["loss"] == pytest.approx(history["loss"], rel=1e-6)


def test_a_training_may_go_on_on_another_device(data, tmp_path):
    pytest.importorskip("array_api_strict")
    with pytest.raises(Killed):
        trainer_of(callbacks=[KillAt(7)]).fit(
            *data, epochs=2, checkpoint_dir=tmp_path, checkpoint_every=2, progress=False
        )
    with xn.device("strict:device1"):
        resumed = trainer_of(callbacks=[KillAt(100)])
        history = resumed.fit(*data, epochs=2, checkpoint_dir=tmp_path, progress=False)
    whole = trainer_of()
    expected = whole.fit(*data, epochs=2, progress=False)
    assert device_of(resumed.model[0].weight).name == "strict:device1"
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-4)


# ---- callbacks -----------------------------------------------------------------------------------


def test_early_stopping_counts_on_and_goes_back_to_the_best(data, tmp_path):
    def make():
        return trainer_of(lambda p: optim.Adam(p, lr=0.1), callbacks=[EarlyStopping(patience=4)])

    whole = make()
    history = whole.fit(*data, epochs=60, progress=False)
    resumed, again = broken_off(make, data, tmp_path / "run", 9, epochs=60, checkpoint_every=4)
    assert 4 < len(history) < 60
    assert timeless(again) == timeless(history)
    assert bits(resumed) == bits(whole)
    assert resumed.callbacks[0].best_epoch == whole.callbacks[0].best_epoch
    # and stays over
    later = make()
    over = later.fit(*data, epochs=60, checkpoint_dir=tmp_path / "run", progress=False)
    assert len(over) == len(history)
    assert bits(later) == bits(whole)


@pytest.mark.parametrize("append", [False, True])
def test_a_csv_file_has_each_epoch_once(data, tmp_path, append):
    path = tmp_path / "history.csv"
    path.write_text("epoch\nbefore\n")

    def make():
        return trainer_of(callbacks=[CSVLogger(path, append=append)])

    _, history = broken_off(make, data, tmp_path / "run", 7, epochs=3, checkpoint_every=3)
    lines = path.read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        *(["epoch", "before"] if append else ["epoch"]), "1", "2", "3"
    ]  # fmt: skip
    assert float(lines[-1].split(",")[1]) == history.rows[-1]["loss"]


def test_stop_asked_for_within_an_epoch_is_not_forgotten(data, tmp_path):
    class StopAt(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 7:
                trainer.stop("asked to")

    def make():
        return trainer_of(callbacks=[StopAt()])

    _, history = broken_off(make, data, tmp_path / "run", 3, epochs=9, checkpoint_every=1)
    assert len(history) == 2


# ---- the files -----------------------------------------------------------------------------------


def fit(folder, data, trainer=None, epochs=3, **options):
    trainer = trainer_of() if trainer is None else trainer
    trainer.fit(*data, epochs=epochs, checkpoint_dir=folder, progress=False, **options)
    return trainer


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_last_few_and_the_best_are_kept(data, tmp_path):
    fit(Checkpoints(tmp_path / "run", every=2, keep=2), data)
    # at the beginning, after 7 times two steps, 3 epochs, and at the end: 12
    assert names(tmp_path / "run") == [
        "best.safetensors", "checkpoint-000011.safetensors", "checkpoint-000012.safetensors"
    ]  # fmt: skip


def test_the_best_is_a_model_that_loads(data, tmp_path):
    trainer = trainer_of(metrics=["accuracy"])
    history = trainer.fit(
        *data,
        epochs=4,
        progress=False,
        checkpoint_dir=Checkpoints(tmp_path, monitor="val_accuracy"),
    )
    best = xn.load(tmp_path / "best.safetensors")
    row = history.best("val_accuracy")
    assert xn.Trainer(best, "sgd").evaluate(data[1])["accuracy"] == row["val_accuracy"]
    notes = read_notes(tmp_path / "best.safetensors")
    assert (notes["epoch"], notes["val_accuracy"]) == (row["epoch"], row["val_accuracy"])
    manifest = read_manifest(tmp_path / "best.safetensors")
    assert manifest["config"]["optimizer"] == "Adam"
    assert manifest["config"]["epochs"] == 4
    assert manifest["data"].startswith("crc32:")


def test_a_checkpoint_has_its_manifest_and_no_pickle(data, tmp_path):
    fit(tmp_path, data)
    metadata = read_file(tmp_path / "checkpoint-000005.safetensors").metadata
    assert metadata["xpnet_checkpoint"] == "1"
    assert json.loads(metadata["manifest"])["versions"]["xpnet"] == xn.__version__


def test_a_checkpoint_is_no_model(data, tmp_path):
    fit(tmp_path, data)
    with pytest.raises(ModelFileError, match=r"got a checkpoint of a training; load best\.safeten"):
        xn.load(tmp_path / "checkpoint-000005.safetensors")


def test_a_finished_run_does_nothing(data, tmp_path):
    done = fit(tmp_path, data)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()}
    again = trainer_of(callbacks=[KillAt(0)])
    history = again.fit(*data, epochs=3, checkpoint_dir=tmp_path, progress=False)
    assert bits(again) == bits(done)
    assert timeless(history) == timeless(done.history)
    assert before == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()}


def test_a_finished_run_goes_on_for_more_epochs(data, tmp_path):
    fit(tmp_path, data, epochs=2)
    longer = fit(tmp_path, data, epochs=5)
    whole = trainer_of()
    whole.fit(*data, epochs=5, progress=False)
    assert bits(longer) == bits(whole)
    assert longer.history["epoch"] == [1, 2, 3, 4, 5]


def test_never_needs_an_empty_folder(data, tmp_path):
    fit(tmp_path, data, resume="never")
    with pytest.raises(ArgumentError, match=r"without checkpoints for resume='never', got.*with 3"):
        fit(tmp_path, data, resume="never")


def test_a_checkpoint_by_its_path_is_gone_on_from(data, tmp_path):
    done = fit(Checkpoints(tmp_path / "one", every=1, keep=100), data)
    other = fit(tmp_path / "other", data, resume=tmp_path / "one" / "checkpoint-000004.safetensors")
    assert bits(other) == bits(done)


def test_what_is_written_after_going_back_is_not_removed_as_old(data, tmp_path):
    fit(Checkpoints(tmp_path, every=1, keep=3), data)
    middle = tmp_path / names(tmp_path)[1]
    newest = names(tmp_path)[-1]
    fit(Checkpoints(tmp_path, every=1, keep=3), data, resume=middle)
    assert newest <= names(tmp_path)[-1]


def test_an_interrupted_run_goes_on(data, tmp_path):
    class Interrupt(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 7:
                raise KeyboardInterrupt

    def interrupted():
        return trainer_of(callbacks=[Interrupt()])

    assert fit(tmp_path, data, interrupted()).history.interrupted
    whole = trainer_of()
    whole.fit(*data, epochs=3, progress=False)
    assert bits(fit(tmp_path, data)) == bits(whole)


def test_what_was_left_half_written_is_cleared_away(data, tmp_path):
    half = tmp_path / ".checkpoint-000001.safetensors.0123456789abcdef.tmp"
    half.write_bytes(b"half")
    other = tmp_path / ".mine.tmp"
    other.write_bytes(b"mine")
    fit(tmp_path, data)
    assert not half.exists()
    assert other.exists()


# ---- what can go wrong -------------------------------------------------------------------------


def test_arguments_without_a_folder_are_an_error(data):
    for options in ({"checkpoint_every": 3}, {"resume": "never"}):
        with pytest.raises(ArgumentError, match="checkpoint_dir must be given for"):
            trainer_of().fit(*data, progress=False, **options)


@pytest.mark.parametrize("options", [{"keep": 0}, {"every": 0}, {"every": 2.5}, {"keep": True}])
def test_counts_must_be_positive(tmp_path, options):
    with pytest.raises(ArgumentError, match=f"Checkpoints: {next(iter(options))} must be a posit"):
        Checkpoints(tmp_path, **options)


def other_network():
    xn.manual_seed(5)
    model = nn.Sequential(nn.Linear(2, 8), nn.Linear(8, 2))
    return xn.Trainer(model, optim.Adam(model.parameters(), lr=0.01))


@pytest.mark.parametrize(
    ("make", "options", "difference"),
    [
        (other_network, {}, r"model 0\.weight: \(16, 2\) float32 there, \(8, 2\) float32 here"),
        (lambda: trainer_of(OPTIMIZERS["sgd"]), {}, "optimizer: Adam there, SGD here; make"),
        (
            lambda: trainer_of(lambda p: optim.Adam(p, lr=0.5)),
            {},
            r"options of the optimizer lr: 0\.01 there, 0\.5 here",
        ),
        (lambda: trainer_of(OPTIMIZERS["two groups"]), {}, r"groups: \[6\] there, \[2, 4"),
        (lambda: trainer_of(loss="multi_margin"), {}, "loss: cross_entropy there, multi_margin"),
        (lambda: trainer_of(metrics=["f1"]), {}, r"metrics: \['accuracy'\] there, \['f1'\] here"),
        (
            lambda: trainer_of(callbacks=[EarlyStopping()]),
            {},
            r"callbacks with a state: \[\] there, \['EarlyStopping'\] here",
        ),
        (lambda: trainer_of(clip_norm=1.0), {}, r"clip_norm: nothing there, 1\.0 here"),
        (trainer_of, {"batch_size": 16}, "batch_size: 32 there, 16 here"),
        (trainer_of, {"seed": 4}, "seed: 5 there, 4 here"),
        (trainer_of, {"shuffle": False}, "shuffle: True there, False here"),
    ],
)  # fmt: skip
def test_another_run_is_an_error_that_names_the_difference(
    data, tmp_path, make, options, difference
):
    fit(tmp_path, data)
    before = names(tmp_path)
    trainer = make()
    untouched = bits(trainer)
    with pytest.raises(ArgumentError, match=f"must be of this run, got one with.*{difference}"):
        fit(tmp_path, data, trainer, **options)
    assert names(tmp_path) == before
    assert bits(trainer) == untouched


def test_other_data_are_an_error(data, tmp_path):
    fit(tmp_path, data)
    (x, y), held_out = data
    with pytest.raises(ArgumentError, match=r"data: crc32:.* there, crc32:.* here"):
        fit(tmp_path, ((x + 1, y), held_out))
    with pytest.raises(ArgumentError, match="samples: 150 there, 149 here"):
        fit(tmp_path, ((x[1:], y[1:]), held_out))


def test_a_schedule_without_a_state_is_an_error(data, tmp_path):
    class Mine:
        def step(self):
            pass

    with pytest.raises(ArgumentError, match=r"must have state_dict and load_state_dict.*got Mine"):
        fit(tmp_path, data, trainer_of(schedule=lambda o: Mine()))
    assert names(tmp_path) == []


def test_a_callback_with_a_state_that_cannot_be_written_is_an_error(data, tmp_path):
    class Mine(Callback):
        def state_dict(self):
            return {"since": {1, 2}}

    with pytest.raises(ModelFileError, match=r"got set in 'callbacks\.0\.since'"):
        fit(tmp_path, data, trainer_of(callbacks=[Mine()]))


@pytest.mark.parametrize("damage", ["cut off", "changed", "of another kind", "a newer format"])
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(data, tmp_path, damage):
    done = fit(tmp_path, data)
    path = tmp_path / names(tmp_path)[-1]
    content = path.read_bytes()
    if damage == "cut off":
        path.write_bytes(content[:-7])
    elif damage == "changed":
        path.write_bytes(content[:-7] + b"x" + content[-6:])
    elif damage == "of another kind":
        xn.save(nn.Linear(2, 2), path)
    else:
        path.write_bytes(content.replace(b'"xpnet_checkpoint":"1"', b'"xpnet_checkpoint":"2"'))
    with pytest.raises(ModelFileError):
        read_checkpoint(path)
    with pytest.warns(UserWarning, match=r"training goes on from checkpoint-000004\.safetensors"):
        again = fit(tmp_path, data)
    assert bits(again) == bits(done)


def test_checkpoints_that_are_all_damaged_are_an_error(data, tmp_path):
    fit(tmp_path, data)
    for path in tmp_path.glob("checkpoint*"):
        path.write_bytes(b"")
    with pytest.raises(ModelFileError, match="must be a complete safetensors file"):
        fit(tmp_path, data)


def test_a_model_file_is_no_checkpoint(data, tmp_path):
    fit(tmp_path, data)
    with pytest.raises(ModelFileError, match="resume must be a checkpoint, got another file"):
        fit(tmp_path / "new", data, resume=tmp_path / "best.safetensors")
    with pytest.raises(ModelFileError, match="got no file at"):
        fit(tmp_path / "new", data, resume=tmp_path / "missing.safetensors")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_leaves_the_checkpoint_before(data, tmp_path, monkeypatch, number):
    """Full, turned read-only, broken: while a checkpoint is written, and at each moment of it."""
    whole = trainer_of()
    whole.fit(*data, epochs=3, progress=False)
    for function in ("fsync", "replace", "open"):
        folder = tmp_path / function
        original = getattr(os, function)
        calls = []

        def failing(*arguments, function=function, original=original, calls=calls, **options):
            ours = function == "fsync" or "checkpoint-" in str(arguments[0])
            calls.extend([1] * ours)
            if ours and len(calls) > 6:
                raise OSError(number, os.strerror(number))
            return original(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, function, failing)
            with pytest.raises(ModelFileError, match=os.strerror(number)):
                fit(folder, data, checkpoint_every=1)
        left = names(folder)
        assert not [name for name in left if name.endswith(".tmp")]
        for path in folder.glob("checkpoint-*"):
            read_checkpoint(path)
        assert bits(fit(folder, data, checkpoint_every=1)) == bits(whole)


def test_a_folder_that_cannot_be_made_is_an_error_before_training(data, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelFileError, match="must be a folder that can be made and read"):
        fit(tmp_path / "file" / "run", data, trainer_of(callbacks=[KillAt(0)]))


@pytest.mark.skipif(os.getuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_an_error_before_training(data, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o500)
    with pytest.raises(ModelFileError, match="must be in a folder that can be written to"):
        fit(folder, data, trainer_of(callbacks=[KillAt(0)]))


def test_a_folder_that_became_read_only_is_an_error_before_training_goes_on(
    data, tmp_path, monkeypatch
):
    done = fit(tmp_path, data)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert bits(fit(tmp_path, data)) == bits(done)  # nothing is to be written
    with pytest.raises(ModelFileError, match="must be a folder that can be written to, got"):
        fit(tmp_path, data, trainer_of(callbacks=[KillAt(0)]), epochs=4)


def test_wrong_data_write_nothing(tmp_path):
    with pytest.raises(DataError):
        fit(tmp_path / "run", (([[math.nan]], [0]), None))
    assert not (tmp_path / "run").exists()


def test_every_error_of_a_checkpoint_is_one_of_xpnet(data, tmp_path):
    """Bits of a state that were changed, and the checksum made to fit."""
    from xpnet.io.tensor_file import write_file

    fit(tmp_path / "run", data, checkpoint_every=2)
    path = tmp_path / "run" / names(tmp_path / "run")[-1]
    contents = read_file(path)
    rng = np.random.default_rng(0)
    for i in range(40):
        text = bytearray(contents.arrays["[state]"].tobytes())
        text[rng.integers(len(text))] = rng.choice(list(b'0a"{[]}:,'))
        changed = {**contents.arrays, "[state]": np.frombuffer(bytes(text), np.uint8)}
        forged = tmp_path / f"forged-{i}.safetensors"
        write_file("test", forged, changed, contents.metadata)
        with warnings.catch_warnings(), suppress(XpnetError):
            warnings.simplefilter("ignore")
            fit(tmp_path / f"new-{i}", data, resume=forged, epochs=3)
