"""When the NumPy kernels may be used, and that they work in place."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from xpnet import kernels, optim

fast = pytest.importorskip("xpnet.kernels.numpy.optimizers")


@pytest.fixture
def kernel():
    x = np.zeros(2, dtype=np.float32)
    found = kernels.find("sgd", x, x, {})
    if found is None:
        pytest.skip("kernels are off")
    return found


def arrays():
    return np.ones((4, 4), dtype=np.float32), np.ones((4, 4), dtype=np.float32)


def test_plain_arrays_are_accepted():
    p, g = arrays()
    assert fast.accepts(p, g, {"step": 1, "exp_avg": np.zeros_like(p)})


@pytest.mark.parametrize(
    "unfit",
    [
        lambda p, g: (p.T, g, {}) if not p.T.flags.c_contiguous else (p[:, ::2], g[:, ::2], {}),
        lambda p, g: (p[:, ::2], g[:, ::2], {}),
        lambda p, g: (p, np.asfortranarray(g), {}),
        lambda p, g: (p, g.astype(np.float64), {}),
        lambda p, g: (p.astype(np.float16), g.astype(np.float16), {}),
        lambda p, g: (np.broadcast_to(p[0], p.shape), g, {}),
        lambda p, g: (p, g, {"momentum_buffer": np.broadcast_to(p[0], p.shape)}),
        lambda p, g: (p, g, {"momentum_buffer": p.astype(np.float64)}),
    ],
)
def test_other_arrays_are_left_to_the_generic_rule(unfit):
    assert not fast.accepts(*unfit(*arrays()))


def test_a_read_only_parameter_is_updated_by_the_generic_rule(parameter):
    p = parameter([1.0, 2.0], grad=[1.0, 1.0])
    p.data.flags.writeable = False
    before = p.data
    optim.SGD([p], lr=0.5).step()
    np.testing.assert_array_equal(p.data, [0.5, 1.5])
    np.testing.assert_array_equal(before, [1.0, 2.0])


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_parameters_and_state_keep_their_memory_from_step_to_step(parameter, kernel, name):
    p = parameter([1.0, 2.0])
    options = {"momentum": 0.9} if name == "SGD" else {}
    opt = getattr(optim, name)([p], **options)
    seen = []
    for _ in range(3):
        p.grad = np.ones(2)
        opt.step()
        arrays = [p.data, *(v for v in opt.state[p].values() if np.ndim(v))]
        seen.append([array.ctypes.data for array in arrays])
    assert seen[0] == seen[1] == seen[2]


def test_threads_do_not_share_scratch_memory(kernel):
    results = []

    def work(seed):
        rng = np.random.default_rng(seed)
        p = rng.standard_normal(fast.PIECE).astype(np.float32)
        g = rng.standard_normal(fast.PIECE).astype(np.float32)
        expected = p - 0.5 * g
        for _ in range(20):
            q, _ = kernel.update(p.copy(), g, {}, lr=0.5)
            results.append(np.array_equal(q, expected))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 80 and all(results)
