"""Memory that runs out: one error with the sizes, and everything as before the step."""

import subprocess
import sys
import weakref

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend.memory import on_release, shortage_of
from xpnet.errors import OutOfMemoryError, XpnetError
from xpnet.testing import BACKENDS


def error_of(package, name, text, base):
    """An exception as a library that is not here would raise it."""
    return type(name, (base,), {"__module__": package})(text)


CUPY = error_of(
    "cupy.cuda.memory",
    "OutOfMemoryError",
    "Out of memory allocating 2,147,483,648 bytes (allocated so far: 1,024 bytes).",
    MemoryError,
)
ERRORS = {
    "cupy pool": (CUPY, "cupy", 2**31),
    "cuda": (
        error_of(
            "cupy_backends.cuda.api.runtime",
            "CUDARuntimeError",
            "cudaErrorMemoryAllocation: out of memory",
            RuntimeError,
        ),
        "cupy",
        None,
    ),
    "torch on a GPU": (
        error_of(
            "torch",
            "OutOfMemoryError",
            "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79 GiB",
            RuntimeError,
        ),
        "torch",
        5 * 2**29,
    ),
    "torch on the CPU": (
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate "
            "memory: you tried to allocate 4000000 bytes. Error code 12 (Cannot allocate memory)"
        ),
        "torch",
        4_000_000,
    ),
    "jax": (
        error_of(
            "jax.errors",
            "JaxRuntimeError",
            "RESOURCE_EXHAUSTED: Out of memory allocating 40000 bytes.",
            RuntimeError,
        ),
        "jax",
        40_000,
    ),
    "numpy": (
        MemoryError("Unable to allocate 7.50 GiB for an array with shape (1, 2) and data type x"),
        "numpy",
        15 * 2**29,
    ),
    "python": (MemoryError(), "numpy", None),
}


@pytest.mark.parametrize("name", ERRORS)
def test_each_library_is_understood(name):
    error, library, asked = ERRORS[name]
    found = shortage_of(error)
    assert (found.library.name, found.asked) == (library, asked)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: invalid argument"),
        error_of("cupy_backends.cuda.api.runtime", "CUDARuntimeError", "cudaErrorX", RuntimeError),
        error_of("jax.errors", "JaxRuntimeError", "INVALID_ARGUMENT: x", RuntimeError),
        error_of("mine", "OutOfMemoryError", "of my own", RuntimeError),
        ValueError("RESOURCE_EXHAUSTED"),
    ],
    ids=range(5),
)
def test_other_errors_are_left_alone(error, points, make_trainer):
    assert shortage_of(error) is None
    trainer = make_trainer()
    remove = trainer.model.register_forward_hook(raising(error))
    with pytest.raises(type(error)) as caught:
        trainer.fit(points, progress=False)
    assert caught.value is error
    remove()


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_what_the_libraries_of_this_machine_raise(name):
    if BACKENDS[name].unavailable():
        pytest.skip(BACKENDS[name].unavailable())
    with BACKENDS[name]:
        xp = xn.namespace(xn.asarray([1.0]))
        with pytest.raises((RuntimeError, MemoryError, ValueError)) as caught:
            xn.synchronize((xp.ones((1 << 44,), dtype=xp.float32) + 1).device)
    found = shortage_of(caught.value)
    assert found.library.name == name
    assert found.asked == 1 << 46


class Big:
    """What the failing forward has made, to see whether it lives on."""


def raising(error, when=lambda: True, kept=None):
    def hook(module, inputs, output):
        big = Big()
        if kept is not None:
            kept.append(weakref.ref(big))
            kept.append(weakref.ref(output))
        if when():
            raise error

    return hook


@pytest.mark.parametrize("name", ERRORS)
def test_a_fit_that_fails_leaves_the_process_as_it_was(make_trainer, points, name):
    trainer = make_trainer()
    trainer.fit(points, batch_size=50, progress=False)
    before = [p.data.copy() for p in trainer.model.parameters()]
    calls, kept = [], []
    remove = trainer.model.register_forward_hook(
        raising(ERRORS[name][0], lambda: calls.append(1) or len(calls) == 1, kept)
    )
    with pytest.raises(OutOfMemoryError, match=r"fit: memory ran out on .* batch of 100"):
        trainer.fit(points, batch_size=100, progress=False)
    assert [ref() for ref in kept] == [None, None]
    for p, q in zip(trainer.model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, q)
        assert p.grad is None
    remove()
    history = trainer.fit(points, epochs=2, batch_size=10, progress=False)
    assert len(history) == 2


def test_the_error_tells_sizes_and_remedies(make_trainer, points):
    trainer = make_trainer()
    trainer.model.register_forward_hook(raising(ERRORS["numpy"][0]))
    with pytest.raises(OutOfMemoryError) as caught:
        trainer.fit(xn.data.DataLoader(points, batch_size=20), progress=False)
    told = caught.value
    text = str(told)
    assert text.startswith("fit: memory ran out on 'cpu' with a batch of 20: 7.5 GiB more")
    for part in ("are in use", "there are", "smaller batch_size", "accumulate=", "float16"):
        assert part in text
    assert "parameters are as before this step" in text
    assert told.asked == 15 * 2**29
    assert 2**20 < told.used < told.total
    assert told.__cause__ is None
    assert told.__context__ is None
    assert isinstance(told, MemoryError)
    assert isinstance(told, XpnetError)


def test_a_full_computer_beside_a_gpu_is_told_apart(points):
    with BACKENDS["strict-device1"]:
        model = xn.models.MLP(2, (4,), 2)
    trainer = xn.Trainer(model, "sgd")
    model.register_forward_hook(raising(MemoryError()))
    with pytest.raises(OutOfMemoryError, match="memory ran out on 'cpu'"):
        trainer.fit(points, progress=False)


def test_an_update_that_fails_says_that_it_had_begun(make_trainer, points, monkeypatch):
    trainer = make_trainer()
    monkeypatch.setattr(type(trainer.optimizer), "step", lambda self: (_ for _ in ()).throw(CUPY))
    with pytest.raises(OutOfMemoryError, match="it happened in the optimizer's update"):
        trainer.fit(points, progress=False)
    monkeypatch.undo()
    trainer.model.register_forward_hook(raising(MemoryError()))
    with pytest.raises(OutOfMemoryError, match="as before this step"):
        trainer.fit(points, progress=False)


def test_evaluation_and_prediction_tell_it_too(make_trainer, points):
    trainer = make_trainer()
    trainer.model.register_forward_hook(raising(CUPY))
    with pytest.raises(OutOfMemoryError, match=r"evaluate: .* batch of 70.*nothing was changed"):
        trainer.evaluate(points, batch_size=70)
    with pytest.raises(OutOfMemoryError, match=r"predict: .* batch of 70.*batch_size=17\)"):
        trainer.predict(points[0], batch_size=70)
    with pytest.raises(OutOfMemoryError, match=r"predict: .* batch of 200.*batch_size=50\)"):
        trainer.model.predict(points[0])


def test_what_is_kept_for_later_is_given_back(make_trainer, points):
    given_back = []
    on_release(lambda: given_back.append(1))
    trainer = make_trainer()
    trainer.model.register_forward_hook(raising(MemoryError()))
    with pytest.raises(OutOfMemoryError):
        trainer.evaluate(points)
    assert given_back


PROGRAM = """
import resource, numpy as np, xpnet as xn
from xpnet.errors import OutOfMemoryError

def arrays(n):
    return np.ones((n, 256), np.float32), np.zeros(n, np.int64)

xn.manual_seed(0)
model = xn.models.MLP(256, (512, 512), 10)
trainer = xn.Trainer(model, "adam")
trainer.fit(arrays(64), batch_size=64, progress=False)
data = arrays(60_000)  # what the layers make of them at once takes 117 MiB each
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (170 << 20), resource.RLIM_INFINITY))
before = [p.data.copy() for p in model.parameters()]
for call in (
    lambda: trainer.fit(data, batch_size=60_000, progress=False),
    lambda: trainer.evaluate(data, batch_size=60_000),
    lambda: model.predict(data[0]),
):
    for _ in range(2):
        try:
            call()
        except OutOfMemoryError as error:
            print(error)
            assert error.asked > 2**26, error.asked
        else:
            raise AssertionError("there was memory enough")
for p, q in zip(model.parameters(), before):
    assert (p.data == q).all()
trainer.fit([part[:8_000] for part in data], batch_size=2_000, progress=False)
assert model.predict(data[0], batch_size=2_000).shape == (60_000, 10)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and /proc of Linux")
def test_with_a_real_limit_smaller_batches_work_after_it():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.count("memory ran out on 'cpu'") == 6
