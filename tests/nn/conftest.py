from __future__ import annotations

import pytest

from xpnet import nn


@pytest.fixture
def small():
    """A network of two dense layers, on the current device."""

    def make(**options):
        return nn.Sequential(nn.Linear(3, 4, **options), nn.Tanh(), nn.Linear(4, 2, **options))

    return make
