"""Backward: what arrives where, what is kept, what is freed, and what is refused."""

from __future__ import annotations

import gc
import threading
import weakref
from contextlib import contextmanager

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import AutogradError, ShapeError
from xpnet.testing import assert_close


def leaf(backend, values):
    return xn.Tensor(backend.asarray(values), requires_grad=True)


def test_gradients_reach_every_leaf(backend):
    x, y = leaf(backend, [1.0, 2.0]), leaf(backend, [3.0, 4.0])
    (x * y + y).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [3.0, 4.0]
    assert xn.to_numpy(y.grad).tolist() == [2.0, 3.0]
    assert xn.device_of(x.grad) == backend.device
    assert not isinstance(x.grad, xn.Tensor)


def test_gradients_of_several_calls_accumulate(backend):
    x = leaf(backend, [1.0, 2.0])
    for _ in range(3):
        (x * 2.0).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [6.0, 6.0]


def test_a_result_that_is_used_twice_gets_both_gradients(backend):
    x = leaf(backend, [2.0])
    y = x * x
    z = y * 3.0
    (y * z + y + z).sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [3 * 4 * 2.0**3 + 4 * 2 * 2.0]


def test_a_leaf_that_is_its_own_result_gets_the_cotangent(backend):
    x = leaf(backend, 3.0)
    x.backward()
    assert float(xn.to_numpy(x.grad)) == 1.0


def test_intermediate_results_keep_no_gradient(backend):
    x = leaf(backend, [1.0])
    y = x * 2.0
    y.sum().backward()
    assert y.grad is None


def test_a_leaf_that_requires_no_gradient_gets_none(backend):
    x, frozen = leaf(backend, [1.0]), xn.Tensor(backend.asarray([2.0]))
    (x * frozen).sum().backward()
    assert frozen.grad is None


def test_a_leaf_frozen_after_use_gets_none_either(backend):
    x, y = leaf(backend, [1.0]), leaf(backend, [2.0])
    z = x * y
    y.requires_grad = False
    z.sum().backward()
    assert y.grad is None
    assert x.grad is not None


def test_a_cotangent_weighs_the_elements(backend):
    x = leaf(backend, [1.0, 2.0])
    y = x * x
    y.backward(backend.asarray([10.0, 100.0]))
    assert xn.to_numpy(x.grad).tolist() == [20.0, 400.0]


def test_a_cotangent_can_be_a_tensor(backend):
    x = leaf(backend, [1.0, 2.0])
    (x * x).backward(xn.Tensor(backend.asarray([1.0, 1.0])))
    assert not isinstance(x.grad, xn.Tensor)


def test_only_the_needed_part_of_several_results_is_used(backend):
    x = leaf(backend, [[2.0, 0.5], [0.5, 1.0]])
    values, _ = xn.namespace(x).linalg.eigh(x)
    values.sum().backward()
    assert_close(x.grad, np.eye(2, dtype="float32"))
    x.grad = None
    (xn.namespace(x).linalg.eigh(x).eigenvectors ** 2).sum().backward()
    assert_close(x.grad, np.zeros((2, 2), dtype="float32"), atol=1e-6)


def test_create_graph_gives_gradients_that_can_be_differentiated(backend):
    x = leaf(backend, [2.0])
    (x * x * x).sum().backward(create_graph=True)
    first = x.grad
    assert isinstance(first, xn.Tensor)
    x.grad = None
    first.sum().backward()
    assert xn.to_numpy(x.grad).tolist() == [12.0]


# ---- refusals ----------------------------------------------------------------------------------


def test_a_second_backward_is_refused_with_the_remedy(backend):
    x = leaf(backend, [1.0])
    y = (x * x).sum()
    y.backward()
    with pytest.raises(AutogradError, match=r"already used up \(sum\); compute the result again"):
        y.backward()


def test_sharing_a_used_up_part_is_refused_too(backend):
    x = leaf(backend, [1.0])
    shared = x * x
    (shared * 2.0).sum().backward()
    with pytest.raises(AutogradError, match=r"already used up \(multiply\)"):
        (shared * 3.0).sum().backward()
    with pytest.raises(AutogradError, match=r"already used up \(multiply\)"):
        xn.grad(lambda y: (shared * y).sum())(leaf(backend, [1.0])).sum().backward()


def test_retain_graph_allows_a_second_backward(backend):
    x = leaf(backend, [3.0])
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert xn.to_numpy(x.grad).tolist() == [12.0]


def test_several_elements_need_a_cotangent(backend):
    with pytest.raises(AutogradError, match=r"shape \(2,\) needs a gradient argument"):
        (leaf(backend, [1.0, 2.0]) * 2).backward()


def test_a_cotangent_must_have_the_shape_of_the_result(backend):
    with pytest.raises(ShapeError, match=r"gradient must have shape \(2,\), got \(3,\)"):
        (leaf(backend, [1.0, 2.0]) * 2).backward(backend.asarray([1.0, 1.0, 1.0]))


def test_what_was_not_recorded_cannot_go_back(backend):
    x = leaf(backend, [1.0])
    with xn.no_grad():
        y = x * 2.0
    for unrecorded in (y, x.detach(), xn.Tensor(backend.asarray([1.0])) * 2.0, x > 0.0):
        with pytest.raises(AutogradError, match="does not depend on anything that requires a gra"):
            unrecorded.backward()


def test_a_new_array_in_a_parameter_forbids_higher_derivatives_through_its_old_one(backend):
    x = leaf(backend, [1.0])
    y = (x * x).sum()
    x.data = backend.asarray([5.0])
    with pytest.raises(AutogradError, match="a parameter was given a new array after it had been"):
        y.backward(create_graph=True)


def test_a_new_array_in_a_parameter_does_not_disturb_the_first_derivative(backend):
    x = leaf(backend, [3.0])
    y = (x * x).sum()
    x.data = backend.asarray([5.0])
    y.backward()
    assert xn.to_numpy(x.grad).tolist() == [6.0]


def test_complex_gradients_are_refused():
    x = xn.Tensor(np.ones(2), requires_grad=True)
    xp = xn.namespace(x)
    y = xp.sum(xp.abs(x * np.asarray([1j, 1.0])))
    with pytest.raises(AutogradError, match="complex numbers are not supported"):
        y.backward()


def test_whole_numbers_computed_from_a_leaf_require_no_gradient(backend):
    x = leaf(backend, [1.5, 2.5])
    xp = xn.namespace(x)
    for y in (xp.astype(x, xp.int64), x > 2.0, xp.argmax(x), xp.isnan(x), xp.round(x)):
        assert not y.requires_grad


# ---- memory ------------------------------------------------------------------------------------


@contextmanager
def no_garbage_collector():
    """Inside, objects die by reference counting or not at all."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Weak(np.ndarray):
    """An array that weak references can point to."""


def weak_leaf():
    return xn.Tensor(np.ones(3).view(Weak), requires_grad=True)


def test_saved_arrays_are_gone_after_backward_while_the_result_lives():
    x = weak_leaf()
    with no_garbage_collector():
        y = x * x
        z = xn.namespace(y).exp(y)
        saved = [weakref.ref(y.data), weakref.ref(z.data), weakref.ref(y), weakref.ref(z)]
        total = z.sum()
        del y, z
        assert all(ref() is not None for ref in saved)
        total.backward()
        assert all(ref() is None for ref in saved)
    assert total.node is not None


def test_each_array_is_freed_as_soon_as_the_walk_has_passed_it():
    x = weak_leaf()
    alive = []

    class Watching:
        name = "watching"

        def pull_back(self, node, dy, create_graph):
            alive.extend(ref() is not None for ref in saved)
            return [dy]

    y = x * 2.0
    from xpnet.autograd.tape import record

    watched = record(Watching(), (y,), y.data * 1.0, ("something",))
    z = watched * watched
    later = xn.namespace(z).exp(z)
    saved = [weakref.ref(z.data), weakref.ref(later.data)]
    total = later.sum()
    del z, later
    total.backward()
    assert alive == [False, False]


def compute_much(create_graph):
    """Return weak references to some of the objects that computing needs."""
    x = weak_leaf()
    xp = xn.namespace(x)
    u, s, vh = xp.linalg.svd(xp.reshape(x * np.arange(1.0, 4.0), (3, 1)), full_matrices=False)
    y = xp.concat([x * x, x])[1:] * xp.sum(u) * xp.sum(s) * xp.sum(vh)
    y[0] = x[1]
    xn.grad(lambda x: xn.grad(lambda x: (x * x * x).sum())(x).sum())(x.data)
    total = y.sum()
    total.backward(create_graph=create_graph)
    x.grad = None  # with create_graph, the gradient itself points back to its leaf
    return [weakref.ref(t) for t in (x, y, u, total, x.data, y.data)]


@pytest.mark.parametrize("create_graph", [False, True])
def test_no_reference_cycles_are_made(create_graph):
    compute_much(create_graph)  # the namespace makes its functions at their first use
    with no_garbage_collector():
        assert [ref() for ref in compute_much(create_graph)] == [None] * 6
        assert gc.collect() == 0


def test_a_tape_that_is_never_walked_dies_with_its_result():
    with no_garbage_collector():
        x = weak_leaf()
        y = x * x
        ref = weakref.ref(y.data)
        z = y.sum()
        del y
        assert ref() is not None
        del z
        assert ref() is None


@pytest.mark.parametrize("walked", [True, False])
def test_long_chains_do_not_recurse(walked):
    x = xn.Tensor(np.ones(1), requires_grad=True)
    y = x
    for _ in range(10_000):
        y = y * 1.0 + 0.0
    if walked:
        y.backward()
        assert x.grad.tolist() == [1.0]
    del y  # 20,000 nodes die one after the other


def test_long_chains_of_writes_do_not_recurse():
    x = xn.Tensor(np.ones(2), requires_grad=True)
    y = x * 1.0
    for i in range(3_000):
        y[i % 2] = y[(i + 1) % 2] * 1.0
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 2.0]
    del y


def test_grad_of_a_long_chain_does_not_recurse():
    def f(x):
        y = x
        for _ in range(5_000):
            y = y * 1.0
        return y.sum()

    assert xn.grad(f)(np.ones(2)).tolist() == [1.0, 1.0]


# ---- threads -----------------------------------------------------------------------------------


def test_threads_record_and_walk_independently():
    results, failures = {}, []

    def work(n):
        try:
            x = xn.Tensor(np.full(2, float(n)), requires_grad=True)
            y = x
            for _ in range(200):
                y = y * 1.0 + x
            y.sum().backward()
            results[n] = x.grad.tolist()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert results == {n: [201.0, 201.0] for n in range(4)}
