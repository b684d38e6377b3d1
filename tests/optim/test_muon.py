from __future__ import annotations

import numpy as np
import pytest

from xpnet import optim
from xpnet.errors import ArgumentError
from xpnet.optim.muon import orthogonalize


@pytest.mark.parametrize("shape", [(8, 8), (3, 9), (9, 3), (1, 4)])
def test_orthogonalized_matrices_have_singular_values_near_one(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    s = np.linalg.svd(orthogonalize(x), compute_uv=False)
    assert np.all((s > 0.6) & (s < 1.3))


def test_orthogonalizing_keeps_the_singular_directions():
    u, s, vt = np.linalg.svd(np.random.default_rng(0).standard_normal((4, 6)), full_matrices=False)
    inner = u.T @ orthogonalize(u @ np.diag(s) @ vt) @ vt.T
    np.testing.assert_allclose(inner, np.diag(np.diag(inner)), atol=1e-6)


def test_a_zero_gradient_moves_nothing(parameter):
    p = parameter([[1.0, 2.0]], grad=[[0.0, 0.0]])
    optim.Muon([p], weight_decay=0.0).step()
    np.testing.assert_array_equal(p.data, [[1.0, 2.0]])


def test_parameters_that_are_no_matrices_are_refused(parameter):
    with pytest.raises(ArgumentError, match=r"p.ndim == 2.* and the others to optim.AdamW"):
        optim.Muon([parameter([[1.0]]), parameter([1.0])])


def test_an_unknown_scaling_is_refused(parameter):
    with pytest.raises(ArgumentError, match="adjust_lr_fn must be one of"):
        optim.Muon([parameter([[1.0]])], adjust_lr_fn="adamw")
