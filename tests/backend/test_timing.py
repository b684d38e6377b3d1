"""Calls are timed by marks in the queue of the device."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import time_calls
from xpnet.backend.device import Device
from xpnet.errors import ArgumentError


def test_each_call_is_timed_on_every_backend(backend):
    x = xn.asarray([[1.0, 2.0], [3.0, 4.0]])
    calls = []

    def work():
        calls.append(x @ x)
        time.sleep(0.005)

    seconds = time_calls(work, times=3, warm_up=2)
    assert len(calls) == 5
    assert len(seconds) == 3
    assert all(0.004 < s < 5 for s in seconds)


class Queue(xn.backend.Library):
    """A device that works later: its clock goes on by what is put into its queue."""

    name = "numpy"

    def __init__(self):
        super().__init__()
        self.now, self.queue, self.waited = 0.0, [], 0

    def device_name(self, device):
        return "queue"

    def synchronize(self, device):
        self.waited += 1
        for job in self.queue:
            job()
        self.queue.clear()

    def mark(self, device):
        event = []
        self.queue.append(lambda: event.append(self.now))
        return event

    def seconds_between(self, first, second):
        self.synchronize(None)
        return second[0] - first[0]

    def work(self):
        def job():
            self.now += 2.0

        self.queue.append(job)


def test_nobody_waits_for_the_device_while_calls_go_on():
    library = Queue()
    waited = []

    def call():
        library.work()
        waited.append(library.waited)

    assert time_calls(call, times=4, warm_up=3, on=Device(library, None)) == [2.0] * 4
    assert waited == [0] * 3 + [1] * 4


@pytest.mark.parametrize("times", [1, 2])
def test_what_comes_before_does_not_count(times):
    def slow_at_first():
        time.sleep(0.05 if not slow_at_first.done else 0)
        slow_at_first.done = True

    slow_at_first.done = False
    assert max(time_calls(slow_at_first, times=times, warm_up=1)) < 0.05


# ---- which device --------------------------------------------------------------------------------


@pytest.fixture
def marked(monkeypatch):
    """The names of the libraries that were asked for marks."""
    names = []
    for name in ("cpu", "strict:device1"):
        library = xn.backend.as_device(name).library

        def mark(device, library=library):
            names.append(library.device_name(device))
            return 0.0

        monkeypatch.setattr(library, "mark", mark)
        monkeypatch.setattr(library, "seconds_between", lambda first, second: 0.0)
    return names


@pytest.mark.parametrize(
    "of",
    [
        lambda x: x,
        xn.Tensor,
        lambda x: (x, 1.0),
        lambda x: [None, x],
    ],
    ids=["array", "Tensor", "tuple", "list"],
)
def test_the_device_of_the_result_is_timed(marked, of):
    with xn.device("strict:device1"):
        x = xn.asarray([1.0])
    time_calls(lambda: of(x), times=2, warm_up=1)
    assert marked == ["strict:device1"] * 3


@pytest.mark.parametrize("result", [None, 1.0, "x", (), [3]])
def test_a_result_without_an_array_leaves_the_current_device(marked, result):
    with xn.device("strict:device1"):
        time_calls(lambda: result, times=1)
        time_calls(lambda: result, times=1, warm_up=0)
    assert marked == ["strict:device1"] * 4


def test_a_device_that_is_given_is_timed(marked):
    x = np.ones(2)
    time_calls(lambda: x, times=1, on="strict:device1")
    time_calls(lambda: x, times=1, warm_up=0, on="strict:device1")
    assert marked == ["strict:device1"] * 4


def test_without_a_call_to_warm_up_another_device_is_asked_for(marked):
    with xn.device("strict:device1"):
        x = xn.asarray([1.0])
    message = (
        "on must be given with warm_up=0, got None, and a result on 'strict:device1' where the"
    )
    with pytest.raises(ArgumentError, match=f"{message} .*'cpu'; write on='strict:device1'"):
        time_calls(lambda: x, times=1, warm_up=0)
    y = np.ones(2)
    assert len(time_calls(lambda: y, times=2, warm_up=0)) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"times": 0}, "times must be a whole number >= 1, got 0; 50"),
        ({"times": -1}, "times must be a whole number >= 1, got -1"),
        ({"times": 2.5}, "times must be a whole number >= 1, got 2.5"),
        ({"times": True}, "times must be a whole number >= 1, got True"),
        ({"warm_up": -3}, "warm_up must be a whole number >= 0, got -3; 5"),
        ({"warm_up": None}, "warm_up must be a whole number >= 0, got None"),
    ],
    ids=str,
)
def test_numbers_of_calls_that_make_no_sense(options, message):
    calls = []
    with pytest.raises(ArgumentError, match=f"time_calls: {re.escape(message)}"):
        time_calls(lambda: calls.append(1), **options)
    assert calls == []
