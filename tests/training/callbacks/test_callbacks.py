from __future__ import annotations

import csv
import io
import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import xpnet as xn
from xpnet import optim
from xpnet.backend import to_numpy
from xpnet.errors import AnomalyError, ArgumentError
from xpnet.training import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LearningRateLogger,
    StopOnNaN,
    TensorBoard,
    Trainer,
)
from xpnet.training.callbacks import Monitor, StepSchedule


class Numbers(Callback):
    """Replaces a number of each epoch by a given one, for the callbacks after it."""

    def __init__(self, column, values):
        self.column, self.values = column, iter(values)

    def on_epoch_end(self, trainer, logs):
        logs[self.column] = next(self.values)


# ---- the moments -------------------------------------------------------------------------------


def test_callbacks_are_called_at_their_moments_in_order(points, make_trainer):
    calls = []

    class Record(Callback):
        def __init__(self, name):
            self.name = name

    for moment in ("train_begin", "epoch_begin", "step_end", "log", "epoch_end", "train_end"):
        method = f"on_{moment}"
        setattr(Record, method, lambda self, *a, m=moment: calls.append((self.name, m)))
    trainer = make_trainer(callbacks=[Record("a"), Record("b")], log_every=2)
    trainer.fit(points, epochs=1, batch_size=100, progress=False)
    assert [m for name, m in calls if name == "a"] == [
        "train_begin", "epoch_begin", "step_end", "step_end", "log", "log", "epoch_end", "train_end"
    ]  # fmt: skip
    assert [name for name, _ in calls] == ["a", "b"] * 8


def test_a_column_that_a_callback_adds_is_in_the_history(points, make_trainer):
    trainer = make_trainer(callbacks=[Numbers("weather", [1.0, 2.0])])
    assert trainer.fit(points, epochs=2, progress=False)["weather"] == [1.0, 2.0]


def test_a_callback_can_stop_training_after_the_epoch(points, make_trainer):
    class Enough(Callback):
        def on_step_end(self, trainer):
            trainer.stop("enough")

    history = make_trainer(callbacks=[Enough()]).fit(points, epochs=5, progress=False)
    assert len(history) == 1
    assert not history.interrupted


def test_the_end_is_told_also_when_training_fails(points, make_trainer):
    class Fails(Callback):
        ended = False

        def on_epoch_end(self, trainer, logs):
            raise ZeroDivisionError

        def on_train_end(self, trainer):
            self.ended = True

    callback = Fails()
    with pytest.raises(ZeroDivisionError):
        make_trainer(callbacks=[callback]).fit(points, progress=False)
    assert callback.ended


# ---- monitor and early stopping ----------------------------------------------------------------


def test_a_monitor_knows_the_direction_from_the_name():
    falls, rises = Monitor("test", "val_mae"), Monitor("test", "val_r2")
    assert [falls.improved({"val_mae": v}) for v in (2.0, 3.0, 1.0)] == [True, False, True]
    assert [rises.improved({"val_r2": v}) for v in (0.2, 0.3, 0.1)] == [True, True, False]


def test_nan_is_never_an_improvement():
    monitor = Monitor("test", "loss")
    assert [monitor.improved({"loss": v}) for v in (math.nan, 1.0, math.nan, 0.5)] == [
        False, True, False, True
    ]  # fmt: skip


def test_an_unknown_column_is_an_error_that_lists_the_columns(points, make_trainer):
    trainer = make_trainer(callbacks=[EarlyStopping("val_loss")])
    with pytest.raises(ArgumentError, match=r"EarlyStopping: monitor must be one of.*'loss'"):
        trainer.fit(points, progress=False)


@pytest.mark.parametrize(
    ("values", "patience", "min_delta", "epochs", "best"),
    [
        ([5, 4, 3, 4, 4, 4, 4, 4], 2, 0.0, 5, 3),
        ([5, 4, 3, 4, 2, 4, 4, 4], 2, 0.0, 7, 5),
        ([5.0, 4.9, 4.8, 4.7, 4.6], 1, 0.5, 2, 1),
        ([5, 4, 3], 1, 0.0, 3, 3),
    ],
)
def test_training_stops_when_nothing_improves(
    points, make_trainer, values, patience, min_delta, epochs, best
):
    stopping = EarlyStopping("loss", patience=patience, min_delta=min_delta)
    trainer = make_trainer(callbacks=[Numbers("loss", values), stopping])
    history = trainer.fit(points, epochs=len(values), progress=False)
    assert len(history) == epochs
    assert stopping.best_epoch == best


def test_the_parameters_of_the_best_epoch_come_back(backend, points, make_trainer):
    kept = {}

    class Keep(Callback):
        def on_epoch_end(self, trainer, logs):
            state = trainer.model.state_dict()
            kept[trainer.epoch] = {name: to_numpy(x).copy() for name, x in state.items()}

    stopping = EarlyStopping("loss", patience=3)
    callbacks = [Numbers("loss", [3, 1, 2, 2, 2]), Keep(), stopping]
    trainer = make_trainer(callbacks=callbacks)
    trainer.fit(points, epochs=5, progress=False)
    for name, x in trainer.model.state_dict().items():
        np.testing.assert_array_equal(to_numpy(x), kept[2][name])


def test_the_last_parameters_can_be_kept(points, make_trainer):
    def final(restore):
        stopping = EarlyStopping("loss", patience=1, restore_best=restore)
        trainer = make_trainer(callbacks=[Numbers("loss", [1, 2, 3]), stopping])
        trainer.fit(points, epochs=3, progress=False)
        return trainer.model.layers[1].weight.data

    assert (final(True) != final(False)).any()


def test_early_stopping_can_be_used_for_a_second_fit(points, make_trainer):
    stopping = EarlyStopping("loss", patience=1)
    trainer = make_trainer(callbacks=[Numbers("loss", [1, 2, 9, 8]), stopping])
    assert len(trainer.fit(points, epochs=2, progress=False)) == 2
    assert len(trainer.fit(points, epochs=2, progress=False)) == 2
    assert stopping.best == 8


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_delta": -1.0}, {"mode": "least"}])
def test_early_stopping_refuses_what_makes_no_sense(options):
    with pytest.raises(ArgumentError, match="EarlyStopping: "):
        EarlyStopping(**options)


# ---- learning rates ----------------------------------------------------------------------------


def trainer_with(schedule, points_model=None, **options):
    model = xn.models.SoftmaxRegression(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    return Trainer(
        model,
        optimizer,
        schedule=schedule(optimizer),
        callbacks=[LearningRateLogger()],
        **options,
    )


def test_a_schedule_counts_epochs(points):
    trainer = trainer_with(lambda o: optim.StepLR(o, step_size=2, gamma=0.5))
    history = trainer.fit(points, epochs=5, progress=False)
    assert history["lr"] == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_a_schedule_can_count_steps(points):
    trainer = trainer_with(
        lambda o: optim.StepLR(o, step_size=4, gamma=0.5), schedule_every="step", accumulate=2
    )
    history = trainer.fit(points, epochs=2, batch_size=25, progress=False)  # 4 steps an epoch
    assert history["lr"] == [0.5, 0.25]


def test_a_plateau_watches_the_validation_loss(points):
    trainer = trainer_with(lambda o: optim.ReduceLROnPlateau(o, factor=0.5, patience=0))
    trainer.callbacks.insert(0, Numbers("val_loss", [1.0, 2.0, 0.5, 3.0]))
    history = trainer.fit(points, epochs=4, progress=False)
    assert history["lr"] == [1.0, 1.0, 0.5, 0.5]
    assert trainer.optimizer.param_groups[0]["lr"] == 0.25


def test_each_group_has_its_column(points):
    model = xn.models.SoftmaxRegression(2, 2)
    groups = [
        {"params": [p], "lr": lr} for p, lr in zip(model.parameters(), (0.1, 0.2), strict=True)
    ]
    trainer = Trainer(model, optim.SGD(groups), callbacks=[LearningRateLogger()])
    history = trainer.fit(points, progress=False)
    assert history["lr_0"] == [0.1]
    assert history["lr_1"] == [0.2]


def test_a_schedule_counts_epochs_or_steps_and_nothing_else():
    with pytest.raises(ArgumentError, match="every must be one of 'epoch', 'step'"):
        StepSchedule(None, every="batch")


# ---- files -------------------------------------------------------------------------------------


def test_the_csv_file_has_a_line_after_each_epoch(points, make_trainer, tmp_path):
    path = tmp_path / "log.csv"
    lines = []

    class Look(Callback):
        def on_epoch_end(self, trainer, logs):
            lines.append(len(path.read_text().splitlines()))

    trainer = make_trainer(callbacks=[CSVLogger(path), Look()])
    history = trainer.fit(points, epochs=3, progress=False)
    assert lines == [2, 3, 4]
    with open(path, newline="") as file:
        assert [float(row["loss"]) for row in csv.DictReader(file)] == history["loss"]


def test_the_csv_file_can_grow_over_several_fits(points, make_trainer, tmp_path):
    trainer = make_trainer(callbacks=[CSVLogger(tmp_path / "log.csv", append=True)])
    trainer.fit(points, epochs=1, progress=False)
    trainer.fit(points, epochs=2, progress=False)
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2", "3"]


def test_a_missing_folder_is_an_error_at_the_beginning(points, make_trainer, tmp_path):
    trainer = make_trainer(callbacks=[CSVLogger(tmp_path / "missing" / "log.csv")])
    with pytest.raises(ArgumentError, match=r"create .* first"):
        trainer.fit(points, progress=False)


def test_tensorboard_gets_the_numbers_of_steps_and_epochs(
    points, make_trainer, tmp_path, monkeypatch
):
    written = {}

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def add_scalar(self, name, value, step):
            written.setdefault(name, []).append(step)

        def flush(self):
            pass

        def close(self):
            written["closed"] = self.folder

    monkeypatch.setitem(sys.modules, "tensorboardX", SimpleNamespace(SummaryWriter=Writer))
    trainer = make_trainer(callbacks=[TensorBoard(tmp_path)], log_every=3)
    trainer.fit(points, points, epochs=2, progress=False)  # 7 steps an epoch
    assert written["epoch/val_loss"] == [1, 2]
    assert written["step/accuracy"] == [3, 6, 7, 9, 12, 14]
    assert written["closed"] == str(tmp_path)
    assert "epoch/epoch" not in written


def test_tensorboard_writes_event_files(points, make_trainer, tmp_path):
    pytest.importorskip("tensorboardX")
    make_trainer(callbacks=[TensorBoard(tmp_path)]).fit(points, progress=False)
    assert len(list(tmp_path.glob("events.out.tfevents.*"))) == 1


def test_without_tensorboardx_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ArgumentError, match=r"pip install 'xpnet\[tensorboard\]'"):
        TensorBoard()


# ---- NaN ---------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_stops_training_and_names_the_place(points, make_trainer):
    class Poison(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 12:
                weight = trainer.model.layers[1].weight
                weight.data = weight.data * math.nan

    trainer = make_trainer(callbacks=[Poison(), StopOnNaN()], log_every=5)
    with pytest.raises(AnomalyError, match=r"got nan in epoch 2 between steps 10 and 14"):
        trainer.fit(points, epochs=5, progress=False)  # 7 steps an epoch


def test_finite_losses_pass(points, make_trainer):
    trainer = make_trainer(callbacks=[StopOnNaN()], log_every=1)
    assert len(trainer.fit(points, epochs=2, progress=False)) == 2


# ---- progress ----------------------------------------------------------------------------------


WORDS = ("epoch 2/2", "loss", "accuracy", "val_loss", "val_accuracy", "samples/s")


def test_progress_in_a_log_file_is_a_line_for_each_epoch(points, make_trainer, capsys):
    make_trainer().fit(points, validation=points, epochs=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    assert all(word in err.splitlines()[1] for word in WORDS)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_on_a_terminal_is_a_bar_and_then_a_line(points, make_trainer, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    make_trainer(log_every=1).fit(points, validation=points, epochs=2)
    err = terminal.getvalue()
    assert "epoch 1/2   0%|" in err and "epoch 2/2   0%|" in err
    assert [all(word in line for word in WORDS) for line in err.splitlines()][-1]
    assert err.count("\n") == 2  # the bars are gone


def test_without_progress_nothing_is_printed(points, make_trainer, capsys):
    make_trainer().fit(points, epochs=2, progress=False)
    assert capsys.readouterr() == ("", "")


def test_a_bar_that_is_broken_off_is_closed(points, make_trainer, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())

    class CtrlC(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 3:
                raise KeyboardInterrupt

    make_trainer(callbacks=[CtrlC()], log_every=1).fit(points)
    assert terminal.getvalue().endswith("\n")
