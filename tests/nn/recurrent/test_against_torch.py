"""Values and gradients of recurrent layers are PyTorch's, for every combination of options."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from xpnet import Tensor, nn
from xpnet.backend import asarray, to_numpy, unwrap

torch = pytest.importorskip("torch")

T, N, D, H, P = 6, 4, 3, 5, 2
LENGTHS = [4, 6, 1, 3]
KINDS = ["RNN", "LSTM", "GRU"]
GRID = list(product(KINDS, (1, 2, 3), (False, True), (False, True), (None, LENGTHS), (True, False)))


def both(kind, **options):
    """The layer and PyTorch's with the same weights, in float64."""
    own = getattr(nn, kind)(D, H, dtype="float64", **options)
    other = getattr(torch.nn, kind)(D, H, **options).double()
    own_state = {name: to_numpy(w) for name, w in own.state_dict().items()}
    other.load_state_dict({name: torch.tensor(w) for name, w in own_state.items()})
    return own, other


def inputs(kind, layers, directions, batch_first, width=H, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, T, D) if batch_first else (T, N, D))
    shapes = [(layers * directions, N, width)]
    if kind == "LSTM":
        shapes.append((layers * directions, N, H))
    return x, [rng.standard_normal(shape) for shape in shapes]


def run_own(layer, x, states, lengths):
    x = Tensor(asarray(x), requires_grad=True)
    hx = [Tensor(asarray(s), requires_grad=True) for s in states]
    y, final = layer(x, tuple(hx) if len(hx) > 1 else hx[0], lengths=lengths)
    outputs = [y, *(final if isinstance(final, tuple) else (final,))]
    total = sum((out * asarray(weights_like(out))).sum() for out in outputs)
    total.backward()
    gradients = [x.grad, *(h.grad for h in hx), *(p.grad for p in layer.parameters())]
    return [to_numpy(unwrap(out)) for out in outputs], [to_numpy(g) for g in gradients]


def run_other(layer, x, states, lengths):
    x = torch.tensor(x, requires_grad=True)
    hx = [torch.tensor(s, requires_grad=True) for s in states]
    sequence = x
    if lengths is not None:
        sequence = torch.nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=layer.batch_first, enforce_sorted=False
        )
    y, final = layer(sequence, tuple(hx) if len(hx) > 1 else hx[0])
    if lengths is not None:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(
            y, batch_first=layer.batch_first, total_length=T
        )
    outputs = [y, *(final if isinstance(final, tuple) else (final,))]
    total = sum((out * torch.tensor(weights_like(out))).sum() for out in outputs)
    total.backward()
    gradients = [x.grad, *(h.grad for h in hx), *(p.grad for p in layer.parameters())]
    return [out.detach().numpy() for out in outputs], [g.numpy() for g in gradients]


def weights_like(y):
    count = int(np.prod(y.shape))
    return np.cos(np.arange(count)).reshape(tuple(y.shape))


def compare(kind, batch_first, lengths, layers, bidirectional, width=H, **options):
    own, other = both(
        kind,
        num_layers=layers,
        batch_first=batch_first,
        bidirectional=bidirectional,
        **options,
    )
    x, states = inputs(kind, layers, 2 if bidirectional else 1, batch_first, width)
    for ours, theirs in zip(
        run_own(own, x, states, lengths), run_other(other, x, states, lengths), strict=True
    ):
        for actual, expected in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind, layers, bidirectional, batch_first, lengths, bias", GRID)
def test_every_combination(kind, layers, bidirectional, batch_first, lengths, bias, backend):
    compare(kind, batch_first, lengths, layers, bidirectional, bias=bias)


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_the_rectifier(lengths, backend):
    compare("RNN", False, lengths, 2, True, nonlinearity="relu")


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_projection(lengths, bidirectional, backend):
    compare("LSTM", True, lengths, 2, bidirectional, width=P, proj_size=P)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [True, False])
def test_cells(kind, bias, backend):
    own = getattr(nn, kind + "Cell")(D, H, bias, dtype="float64")
    other = getattr(torch.nn, kind + "Cell")(D, H, bias).double()
    other.load_state_dict({name: torch.tensor(to_numpy(w)) for name, w in own.state_dict().items()})
    rng = np.random.default_rng(0)
    steps = rng.standard_normal((3, N, D))
    found = []
    for cell, make in (
        (own, lambda x: Tensor(asarray(x), requires_grad=True)),
        (other, lambda x: torch.tensor(x, requires_grad=True)),
    ):
        xs, state = [make(x) for x in steps], None
        for x in xs:
            state = cell(x, state)
        last = state if isinstance(state, tuple) else (state,)
        sum((s * s).sum() for s in last).backward()
        arrays = [s.data if cell is own else s.detach().numpy() for s in last]
        arrays += [x.grad for x in xs] + [p.grad for p in cell.parameters()]
        found.append([to_numpy(a) if cell is own else np.asarray(a) for a in arrays])
    for actual, expected in zip(*found, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_have_the_names_and_shapes_of_pytorch(kind):
    options = {"num_layers": 2, "bidirectional": True}
    own, other = getattr(nn, kind)(D, H, **options), getattr(torch.nn, kind)(D, H, **options)
    names = [(name, tuple(p.shape)) for name, p in own.named_parameters()]
    assert names == [(name, tuple(p.shape)) for name, p in other.named_parameters()]
    bound = 1 / np.sqrt(H)
    drawn = np.concatenate([to_numpy(p.data).ravel() for p in own.parameters()])
    assert np.abs(drawn).max() <= bound and drawn.std() > 0.5 * bound
