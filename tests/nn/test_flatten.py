from __future__ import annotations

import numpy as np

from xpnet import nn


def test_images_become_rows(backend):
    x = backend.asarray(np.arange(24.0).reshape(2, 1, 3, 4))
    assert tuple(nn.Flatten()(x).shape) == (2, 12)


def test_the_axes_may_be_chosen():
    assert nn.Flatten(start_dim=0, end_dim=1)(np.ones((2, 3, 4))).shape == (6, 4)
