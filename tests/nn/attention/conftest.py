"""Layers beside PyTorch's, with the same weights."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor
from xpnet.backend import to_numpy
from xpnet.testing import assert_close


class Pair:
    """A layer and PyTorch's, run on the same inputs, with the gradients of all of them."""

    def __init__(self, backend, ours, theirs):
        self.backend, self.ours, self.theirs = backend, ours, theirs
        state = {k: v.numpy() for k, v in theirs.state_dict().items()}
        ours.load_state_dict(state)  # strict: the names are PyTorch's

    def compare(self, *inputs, pick=lambda y: y, **masks):
        """Compare outputs and gradients; inputs are NumPy arrays, the same one twice if shared."""
        import torch

        ours, theirs = {}, {}
        for x in inputs:
            ours[id(x)] = Tensor(self.backend.asarray(x), requires_grad=True)
            theirs[id(x)] = torch.tensor(x, requires_grad=True)
        plain = {k: torch.tensor(v) if hasattr(v, "dtype") else v for k, v in masks.items()}
        masks = {k: self.backend.asarray(v) if hasattr(v, "dtype") else v for k, v in masks.items()}
        y = pick(self.ours(*(ours[id(x)] for x in inputs), **masks))
        expected = pick(self.theirs(*(theirs[id(x)] for x in inputs), **plain))
        assert_close(to_numpy(y), expected.detach().numpy())
        dy = np.cos(np.arange(y.size)).reshape(tuple(y.shape))
        y.backward(self.backend.asarray(dy))
        expected.backward(torch.tensor(dy))
        for key in ours:
            assert_close(to_numpy(ours[key].grad), theirs[key].grad.numpy())
        parameters = dict(self.theirs.named_parameters())
        for name, p in self.ours.named_parameters():
            assert_close(to_numpy(p.grad), parameters[name].grad.numpy())


@pytest.fixture
def pair(backend):
    """``pair(nn.Layer(...), torch.nn.Layer(...)).compare(x, attn_mask=mask)``, in float64."""
    pytest.importorskip("torch")
    return lambda ours, theirs: Pair(backend, ours, theirs)
