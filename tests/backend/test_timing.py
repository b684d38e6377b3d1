"""Calls are timed by marks in the queue of the device."""

from __future__ import annotations

import time

import pytest

import xpnet as xn
from xpnet.backend import time_calls
from xpnet.backend.device import Device


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
