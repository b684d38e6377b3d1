"""Recording what a device does: on libraries that can, and what the others say."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy import emulated
from xpnet.backend import namespace, random, recording
from xpnet.backend.recording import Recording, recording_begun
from xpnet.errors import BackendError


def test_nothing_is_recorded_outside_of_a_recording():
    assert recording() is None
    with recording_begun(Recording()) as outer:
        with recording_begun(Recording()) as inner:
            assert recording() is inner
        assert recording() is outer
    assert recording() is None


def test_a_recording_knows_the_first_draw():
    with random.seeded(7, draws=5):
        assert Recording().first_draw == 5


def recorder_on(home):
    return home.library.recorder(home.native)


def test_a_device_records_or_says_that_it_cannot(backend):
    home = backend.device
    reason = home.library.cannot_record()
    if reason:
        with pytest.raises(BackendError, match="cannot record what a device does; use a device th"):
            recorder_on(home)
        assert reason.endswith("cannot record what a device does")
        return
    records(home)


@pytest.mark.skipif(emulated.unavailable() is not None, reason=str(emulated.unavailable()))
class TestOnTheStandIn:
    """What a GPU does, on the CPU."""

    @pytest.fixture(autouse=True)
    def _gpu(self):
        with emulated.emulation(), xn.device("cuda"):
            yield

    def test_it_records(self):
        records(xn.backend.current_device())

    def test_an_error_is_passed_on_and_the_stream_can_be_used_again(self):
        home = xn.backend.current_device()

        def fail(begun):
            raise ValueError("on purpose")

        with recorder_on(home) as recorder:
            with pytest.raises(ValueError, match="on purpose"):
                recorder.record(fail)
            assert recording() is None
        records(home)

    def test_numbers_of_the_host_cannot_be_recorded(self):
        def make(begun):
            xn.asarray(np.arange(3.0))

        with recorder_on(xn.backend.current_device()) as recorder:
            with pytest.raises(
                BackendError, match="an array is made of numbers on the host, which"
            ):
                recorder.record(make)
            assert xn.to_numpy(xn.asarray(np.arange(3.0))).tolist() == [0.0, 1.0, 2.0]


def records(home):
    """Raise unless a function is recorded, and replayed with other values."""
    x, total = xn.asarray([1.0, 2.0]), xn.asarray([0.0, 0.0])
    made = []
    with recorder_on(home) as recorder:

        def work(begun):
            assert recording() is begun
            y = 3.0 * x + 1.0
            recorder.copy(total + y, total)
            with begun.lasting():
                made.append(namespace(x).empty_like(x))
            made.append(y)

        recorded = recorder.record(work)
        assert recording() is None
        assert xn.to_numpy(total).tolist() == [0.0, 0.0]  # nothing was done
        recorded.replay()
        assert xn.to_numpy(total).tolist() == [4.0, 7.0]
        recorder.copy(xn.asarray([10.0, 20.0]), x)
        for _ in range(2):
            recorded.replay()
    assert xn.to_numpy(total).tolist() == [66.0, 129.0]
    assert xn.to_numpy(made[1]).tolist() == [31.0, 61.0]
