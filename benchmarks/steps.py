"""What the benchmarks of networks time, for xpnet and PyTorch: a training step, a prediction.

Both libraries get the same network, the same samples and fresh random weights of their own. Each
function returns cases of both (see `paired`), which import their library when they are called: each
in a process of its own.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from .places import torch_place, xpnet_place


def samples(batch, shape):
    """Return uniform numbers (batch, *shape), float32, and classes out of ten (batch,)."""
    rng = np.random.default_rng(0)
    return rng.random((batch, *shape), dtype=np.float32), rng.integers(0, 10, batch)


ON_GPU = ("xpnet", "xpnet_captured", "torch", "torch_compiled", "torch_graphs")
"""The peers of a training step on a GPU. Captured is a step that is replayed as a CUDA graph;
graphs is PyTorch's compiled model, replayed as one, with an optimizer of one launch."""


def training(network, batch, shape, optimizer="SGD", **options):
    """Time zero_grad, forward, cross-entropy, backward and update, by default by SGD.

    Returns the cases by name, those of `ON_GPU`; ``network(nn)`` makes the model of both libraries.
    """
    options = options or {"lr": 0.01, "momentum": 0.9}
    return cases(lambda nn, x: network(nn), lambda: samples(batch, shape), optimizer, **options)


def cases(network, samples, optimizer, **options):
    """Do the same for ``network(nn, x)`` and ``samples() -> x, y``."""

    def xpnet(captured=False):
        from xpnet import nn, optim

        place, _ = xpnet_place()
        x, y = map(place, samples())
        model = network(nn, x)
        update = getattr(optim, optimizer)(model.parameters(), **options)
        return (captured_step if captured else step_of)(nn, model, update, x, y)

    def torch(mode=None):
        import torch
        from torch import nn

        place, _ = torch_place()
        x, y = map(place, samples())
        model = network(nn, x).to(x.device)
        fused = {"fused": True} if mode == "reduce-overhead" else {}
        update = getattr(torch.optim, optimizer)(model.parameters(), **options, **fused)
        return step_of(nn, torch.compile(model, mode=mode) if mode else model, update, x, y)

    return {
        "xpnet": xpnet,
        "xpnet_captured": partial(xpnet, captured=True),
        "torch": torch,
        "torch_compiled": partial(torch, mode="default"),
        "torch_graphs": partial(torch, mode="reduce-overhead"),
    }


def step_of(nn, model, optimizer, x, y):
    """Both libraries spell a training step alike."""

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def captured_step(nn, model, optimizer, x, y):
    """Return the step of xpnet that records itself and is replayed."""
    from xpnet.training import TrainingStep

    step = TrainingStep(model, optimizer)
    step.__enter__()  # for the rest of this process
    return lambda: step(x, y)


def predicting(network, shape):
    """Time the scores of one sample that is on the device: a call in evaluation mode, no tape."""

    def xpnet():
        from xpnet import nn

        place, finish = xpnet_place()
        x = place(samples(1, shape)[0])
        model = network(nn).eval()

        def predict():
            model.predict(x)
            finish()

        return predict

    def torch():
        import torch
        from torch import nn

        place, finish = torch_place()
        x = place(samples(1, shape)[0])
        model = network(nn).to(x.device).eval()

        def predict():
            with torch.inference_mode():
                model(x)
            finish()

        return predict

    return xpnet, torch
