"""Switching recording off and on, and watching for NaN."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import AnomalyError, AutogradError


@pytest.fixture
def w(backend):
    return xn.Tensor(backend.asarray(np.asarray([1.0, 2.0])), requires_grad=True)


def test_inside_no_grad_nothing_is_recorded(w):
    xp = xn.namespace(w)
    with xn.no_grad():
        assert not xn.is_grad_enabled()
        for y in (w * 2.0, -w, w[0], xp.exp(w), xp.concat([w, w]), *xp.unstack(w)):
            assert not y.requires_grad
    assert xn.is_grad_enabled()
    assert (w * 2.0).requires_grad


def test_enable_grad_records_again_inside_no_grad(w):
    with xn.no_grad(), xn.enable_grad():
        assert (w * 2.0).requires_grad
    with xn.no_grad():
        with xn.enable_grad():
            pass
        assert not xn.is_grad_enabled()


def test_both_are_decorators_too(w):
    @xn.no_grad()
    def plain(x):
        return x * 2.0

    @xn.enable_grad()
    def recorded(x):
        return plain(x) + x * 2.0

    assert not plain(w).requires_grad
    with xn.no_grad():
        assert recorded(w).requires_grad
    assert xn.is_grad_enabled()


def test_one_switch_can_be_entered_inside_itself():
    switch = xn.no_grad()
    with switch, xn.enable_grad(), switch:
        assert not xn.is_grad_enabled()
    assert xn.is_grad_enabled()


def test_an_error_restores_the_mode():
    with pytest.raises(KeyError), xn.no_grad():
        raise KeyError
    assert xn.is_grad_enabled()


def test_no_grad_in_one_thread_does_not_show_in_another():
    seen = {}
    both = threading.Barrier(2, timeout=20)

    def work(name, recording):
        with xn.enable_grad() if recording else xn.no_grad():
            both.wait()
            seen[name] = xn.is_grad_enabled()
            both.wait()

    threads = [threading.Thread(target=work, args=(str(r), r)) for r in (True, False)]
    with xn.no_grad():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == {"True": True, "False": False}
    started_inside = []
    with xn.no_grad():
        thread = threading.Thread(target=lambda: started_inside.append(xn.is_grad_enabled()))
        thread.start()
        thread.join()
    assert started_inside == [True]


def test_a_decorated_function_may_run_in_two_threads_at_once():
    inside = threading.Barrier(2, timeout=20)
    first_left = threading.Event()
    after = {}

    @xn.no_grad()
    def work(name):
        inside.wait()
        if name == "second":
            first_left.wait(20)

    def run(name, recording):
        with xn.enable_grad() if recording else xn.no_grad():
            work(name)
            after[name] = xn.is_grad_enabled()
        first_left.set()

    threads = [
        threading.Thread(target=run, args=args) for args in (("first", True), ("second", False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert after == {"first": True, "second": False}


# ---- detect_anomaly ----------------------------------------------------------------------------


def test_an_anomaly_in_the_forward_pass_is_named_with_its_inputs(backend):
    x = xn.Tensor(backend.asarray(np.asarray([-1.0, 4.0])), requires_grad=True)
    with np.errstate(all="ignore"), xn.detect_anomaly():
        y = x * 2.0
        with pytest.raises(AnomalyError, match=r"^sqrt: the result holds NaN .* \(2,\) .*float64"):
            xn.namespace(y).sqrt(y)


def test_an_anomaly_of_an_operator_is_named(backend):
    x = xn.Tensor(backend.asarray(np.asarray([0.0, 4.0])), requires_grad=True)
    with np.errstate(all="ignore"), xn.detect_anomaly():
        with pytest.raises(AnomalyError, match=r"^divide: the result holds NaN"):
            x / x
        with pytest.raises(AnomalyError, match=r"^divide: the result holds NaN"):
            x / xn.Tensor(x.data)
        assert (x / 2.0).requires_grad


def test_an_anomaly_in_the_backward_pass_is_named(backend):
    x = xn.Tensor(backend.asarray(np.asarray([0.0, 4.0])), requires_grad=True)
    with np.errstate(all="ignore"), xn.detect_anomaly():
        y = xn.namespace(x).sqrt(x * 0.0 + 0.0).sum()
        with pytest.raises(AnomalyError, match=r"^multiply: a gradient holds NaN"):
            y.backward()


def test_an_operation_is_not_blamed_for_a_nan_it_was_given(backend):
    x = xn.Tensor(backend.asarray(np.asarray([np.nan, 4.0])), requires_grad=True)
    with xn.detect_anomaly():
        y = x * 2.0
        (y * y).sum().backward()
    assert np.isnan(xn.to_numpy(x.grad)[0])


def test_watching_ends_with_the_block(backend):
    x = xn.Tensor(backend.asarray(np.asarray([-1.0])), requires_grad=True)
    with xn.detect_anomaly():
        pass
    with np.errstate(all="ignore"):
        assert np.isnan(float(xn.namespace(x).sqrt(x)[0]))


def test_watching_does_not_change_results(w):
    y = (w * w).sum()
    with xn.detect_anomaly():
        z = (w * w).sum()
        z.backward()
    assert float(y) == float(z)
    assert xn.to_numpy(w.grad).tolist() == [2.0, 4.0]


def test_several_results_are_watched_each(backend):
    x = xn.Tensor(backend.asarray(np.eye(2)), requires_grad=True)
    with xn.detect_anomaly():
        values, _ = xn.namespace(x).linalg.eigh(x)
        values.sum().backward()
    with pytest.raises(AutogradError, match="used up"):
        values.sum().backward()
