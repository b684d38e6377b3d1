from __future__ import annotations

import threading
import time

import pytest

from xpnet.data.prefetch import prefetched


def prefetch_threads():
    return [t for t in threading.enumerate() if t.name == "xpnet-prefetch"]


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    return condition()


def test_items_come_in_order():
    assert list(prefetched(iter(range(100)), ahead=3)) == list(range(100))
    assert not prefetch_threads()


def test_no_more_items_wait_than_allowed():
    made = []

    def items():
        for i in range(50):
            made.append(i)
            yield i

    consumer = prefetched(items(), ahead=3)
    assert next(consumer) == 0
    assert wait_until(lambda: len(made) == 4)
    time.sleep(0.02)
    assert len(made) == 4  # the one delivered and three that wait
    consumer.close()


def test_an_exception_is_raised_in_its_place():
    def items():
        yield 1
        raise KeyError("third file")

    consumer = prefetched(items(), ahead=5)
    assert next(consumer) == 1
    with pytest.raises(KeyError, match="third file") as caught:
        next(consumer)
    assert caught.traceback[-1].name == "items"  # the traceback leads to the cause
    assert not prefetch_threads()


def test_breaking_off_ends_the_thread():
    for item in prefetched(iter(range(10**9)), ahead=2):
        if item == 5:
            break
    del item
    assert not prefetch_threads()


def test_an_exception_in_the_loop_ends_the_thread():
    with pytest.raises(ZeroDivisionError):
        for item in prefetched(iter(range(10**9)), ahead=2):
            _ = 1 // item
    assert wait_until(lambda: not prefetch_threads())


def test_a_generator_that_never_started_has_no_thread():
    prefetched(iter(range(3)), ahead=2).close()
    assert not prefetch_threads()


def test_the_consumer_need_not_wait_for_items_that_are_ready():
    consumer = prefetched(iter(range(3)), ahead=3)
    next(consumer)
    assert list(consumer) == [1, 2]
