from __future__ import annotations

import numpy as np

from xpnet import optim


def test_steps_follow_the_algorithm_of_the_paper(parameter):
    rng = np.random.default_rng(0)
    p = parameter(rng.standard_normal(5))
    opt = optim.Lion([p], lr=0.01, betas=(0.9, 0.99), weight_decay=0.1)
    theta, m = p.data.copy(), np.zeros(5)
    for _ in range(20):
        g = rng.standard_normal(5)
        p.grad = g
        opt.step()
        c = 0.9 * m + (1 - 0.9) * g
        theta = theta - 0.01 * (np.sign(c) + 0.1 * theta)
        m = 0.99 * m + (1 - 0.99) * g
        np.testing.assert_allclose(p.data, theta, rtol=1e-12)
