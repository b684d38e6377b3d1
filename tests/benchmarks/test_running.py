"""The benchmarks run, print and store; what they measure is right, not how much it is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import memory, paired, stored
from benchmarks.paired import Result

ROOT = Path(__file__).resolve().parents[2]


def test_a_benchmark_is_timed_printed_and_stored(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(command, "_installed", lambda peer: peer == "xpnet")
    monkeypatch.setattr(
        sys, "argv", ["", "lenet_predict", "--quick", "--threads", "1", "--results", str(tmp_path)]
    )
    command.main()
    record = json.loads((tmp_path / "lenet_predict.json").read_text())
    assert record["benchmark"] == "lenet_predict"
    assert record["threads"] == 1
    assert record["machine"]["versions"]["numpy"]
    (row,) = record["seconds"]
    assert row["repetitions"] == 300
    assert 0 < row["best"] <= row["low"] <= row["median"] <= row["high"] < 1
    assert f"{1e3 * row['median']:.3f} ms" in capfd.readouterr().out


def test_peers_can_be_chosen(monkeypatch, capfd):
    monkeypatch.setattr(
        sys, "argv", ["", "tape", "--quick", "--no-store", "--peers", "xpnet", "--threads", "1"]
    )
    command.main()
    out = capfd.readouterr().out
    assert "  xpnet  " in out
    assert "torch" not in out


def test_peers_that_no_benchmark_has_are_an_error(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "tape", "--peers", "xpnet,nobody"])
    with pytest.raises(SystemExit):
        command.main()
    assert "--peers must be xpnet and some of" in capsys.readouterr().err


def test_no_store_stores_nothing(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(command, "_installed", lambda peer: peer == "xpnet")
    arguments = ["tape", "--quick", "--no-store", "--results", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["", *arguments])
    command.main()
    assert "tape" in capfd.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_ratio_is_of_medians_and_bytes_are_printed_as_mebibytes(capsys):
    results = [
        Result(peer, figure, figure, figure, figure, 3)
        for peer, figure in (("xpnet", 3 * 2.0**20), ("torch", 2 * 2.0**20))
    ]
    rows = command.table(memory, results)
    assert [row["xpnet_ratio"] for row in rows] == [None, 1.5]
    options = type("Options", (), {"device": "cpu", "threads": 2, "tf32": False})
    command.show("memory", memory, options, rows)
    out = capsys.readouterr().out
    assert "3.000 MiB" in out
    assert "xpnet / torch = 1.50  (wanted: <= 1.5)" in out


def test_a_case_is_timed_unless_its_module_measures_something_else(monkeypatch, capsys):
    module = type("Module", (), {"peer": lambda a, b: lambda: time.sleep(0.01) or a + b})
    monkeypatch.setattr(paired.importlib, "import_module", lambda name: module)
    for measure in (None, "bytes"):
        if measure:
            module.MEASURE = measure
        monkeypatch.setattr(sys, "stdin", ["2\n"])
        paired.main("module", "peer", "3", "4")
    ready, timed, ready_again, figures = capsys.readouterr().out.splitlines()
    assert ready == ready_again == "ready"
    assert all(0.009 < float(word) < 7 for word in timed.split())
    assert figures == "7 7"


@pytest.mark.parametrize("failing", ["absent", "broken"])
def test_a_peer_that_fails_is_left_out_and_a_line_says_so(monkeypatch, capsys, failing):
    class Stub:
        def __init__(self, module, peer, threads, device, sizes):
            self.peer = peer

        def require_ready(self):
            if self.peer == "absent":
                raise RuntimeError("absent: the case did not start")

        def ask(self, repetitions):
            self.asked = repetitions

        def told(self):
            if self.peer == "broken":
                raise RuntimeError("broken: the case ended in a step")
            return [1.0] * self.asked

        def run(self, repetitions):
            return [1.0] * repetitions

        def close(self):
            pass

    monkeypatch.setattr(paired, "Worker", Stub)
    monkeypatch.setattr(paired, "SETTLE_SECONDS", 0)
    options = {"threads": 1, "rounds": 2, "repetitions": 2, "wake": 1}
    assert paired.take_turns("m", ["xpnet", failing], **options) == {"xpnet": [1.0] * 4}
    assert f"left out: {failing}" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match=failing):
        paired.take_turns("m", [failing, "xpnet"], **options)


def test_a_process_that_ends_is_an_error(monkeypatch):
    with pytest.raises(RuntimeError, match="did not start"):
        paired.Worker("benchmarks.tape", "no_such_peer", 1, "cpu").require_ready()


def test_a_process_that_ends_in_its_first_steps_is_an_error():
    worker = paired.Worker("benchmarks.tape", "no_such_peer", 1, "cpu")
    worker.process.wait()
    worker.ask(3)
    with pytest.raises(RuntimeError, match="ended in a step"):
        worker.told()


def test_targets_are_those_of_the_device():
    module = type("Module", (), {"TARGETS": {"torch": 1.0}, "TARGETS_ON_GPU": {"torch": 0.5}})
    assert command.targets_of(module, "cpu") == {"torch": 1.0}
    assert command.targets_of(module, "cuda") == {"torch": 0.5}


def test_a_stored_file_tells_command_machine_and_figures(tmp_path):
    stored.store(tmp_path / "new", "a", {"command": "c"}, {"rows": [1]})
    record = json.loads((tmp_path / "new" / "a.json").read_text())
    assert list(record) == ["command", "machine", "rows"]
    assert record["machine"]["cores"] >= 1


def in_a_process(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")


@needs_proc
def test_memory_is_what_the_work_adds_at_its_peak():
    done = in_a_process(
        "import numpy as np; from benchmarks.memory import added_by\n"
        "kept = np.ones(2**22)\n"
        "print(added_by(lambda: (np.ones(2**23), np.ones(2**22)) and None))"
    )
    assert int(done.stdout) == pytest.approx(96 * 2**20, rel=0.05)


@needs_proc
def test_memory_refuses_a_peak_that_was_before_the_work():
    done = in_a_process(
        "import numpy as np; from benchmarks.memory import added_by\n"
        "np.ones(2**23)\n"
        "added_by(lambda: np.ones(2**20))"
    )
    assert "was before the work" in done.stderr


@needs_proc
def test_memory_of_training_grows_with_the_batch(monkeypatch):
    monkeypatch.setenv("XPNET_KERNELS", "on")  # generic code lays all columns of a batch at once
    small, large = (
        int(
            in_a_process(
                f"from benchmarks import memory; print(memory.measure('xpnet', {n}, 2))"
            ).stdout
        )
        for n in (16, 128)
    )
    # one sample's activations and their gradients are a few hundred kilobytes
    assert 100_000 < (large - small) / 112 < 3_000_000
