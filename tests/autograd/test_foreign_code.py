"""Code written in the array API standard that has never heard of xpnet is differentiated."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import array_api_extra as xpx
import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import BackendError
from xpnet.testing import gradcheck

Z = np.random.default_rng(0).standard_normal((3, 4))

# ---- array-api-extra: on every backend ---------------------------------------------------------

EXTRA = {
    "angle": lambda x: xpx.angle(x) + x,
    "apply_where": lambda x: xpx.apply_where(x > 0, (x,), lambda x: x**1.5, fill_value=0.0),
    "apply_where with two branches": lambda x: xpx.apply_where(
        x > 0, (x,), lambda x: x**1.5, lambda x: x * x
    ),
    "at set": lambda x: xpx.at(x * x)[1, :].set(x[0, :]),
    "at add": lambda x: xpx.at(x * x)[:, 1:3].add(x[:, 2:]),
    "at multiply": lambda x: xpx.at(x * x)[:, 1:3].multiply(x[:, 2:]),
    "at max": lambda x: xpx.at(x * x)[:, 1:3].max(0.3),
    "at an argument": lambda x: xpx.at(x)[0, ...].set(x[1, :] ** 2) * x,
    "atleast_nd": lambda x: xpx.atleast_nd(x, ndim=4) ** 2,
    "cov": xpx.cov,
    "create_diagonal": lambda x: xpx.create_diagonal(x[0, :] * x[1, :], offset=1),
    "deg2rad": lambda x: xpx.deg2rad(x) ** 2,
    "isclose": lambda x: xn.namespace(x).where(xpx.isclose(x, 0.0, atol=0.5), x, x * x),
    "kron": lambda x: xpx.kron(x, x[:2, :2]),
    "nan_to_num": lambda x: xpx.nan_to_num(x) ** 2,
    "nanmax": lambda x: xpx.nanmax(x, axis=1) ** 2,
    "nanmean": lambda x: xpx.nanmean(x, axis=0) ** 2,
    "nansum": lambda x: xpx.nansum(x, axis=0) ** 2,
    "pad": lambda x: xpx.pad(x, ((1, 2), (0, 1)), constant_values=1.5) ** 2,
    "partition": lambda x: xpx.partition(x, 2) ** 2,
    "sinc": xpx.sinc,
}


# where the function itself falls short, whatever the arrays are
NOT_ON = {
    "apply_where": ("strict-no-bool", "jax"),  # by boolean masks, else 0 * nan in the other branch
    "apply_where with two branches": ("strict-no-bool", "jax"),
    "at max": ("strict-device1", "strict-no-bool"),  # makes an array without asking for the device
}


@pytest.mark.parametrize("name", EXTRA)
def test_array_api_extra(name, backend):
    if str(backend) in NOT_ON.get(name, ()):
        pytest.skip("array-api-extra cannot do it there")
    order = 1 if str(backend) == "jax" else 2
    gradcheck(EXTRA[name], backend.asarray(Z), order=order, directions=2)


# ---- SciPy: in a process of its own, because it must be asked before it is imported ------------

SCIPY = """
import json
import sys

import numpy as np
import scipy.cluster.vq as vq
import scipy.integrate as integrate
import scipy.special as special
import scipy.stats as stats
from scipy.spatial.transform import Rotation

from xpnet.testing import backends, gradcheck

rng = np.random.default_rng(0)
real, positive, other = rng.standard_normal((3, 4)), *rng.uniform(0.2, 0.9, (2, 3, 4))

FUNCTIONS = {
    "special.logsumexp": (lambda x: special.logsumexp(x, axis=1), real),
    "special.logsumexp weighted": (lambda x, b: special.logsumexp(x, b=b), real, positive),
    "special.softmax": (lambda x: special.softmax(x, axis=0), real),
    "special.log_softmax": (lambda x: special.log_softmax(x, axis=1), real),
    "special.xlogy": (special.xlogy, positive, other),
    "special.rel_entr": (special.rel_entr, positive, other),
    "integrate.trapezoid": (lambda x: integrate.trapezoid(x * x, dx=0.1), real),
    "integrate.cumulative_trapezoid": (
        lambda x: integrate.cumulative_trapezoid(x * x, dx=0.1), real
    ),
    "stats.circmean": (lambda x: stats.circmean(x, axis=1), positive),
    "stats.gmean": (lambda x: stats.gmean(x, axis=1), positive),
    "stats.hmean": (lambda x: stats.hmean(x, axis=1), positive),
    "stats.kurtosis": (lambda x: stats.kurtosis(x, axis=1), real),
    "stats.moment": (lambda x: stats.moment(x, order=3, axis=1), real),
    "stats.pmean": (lambda x: stats.pmean(x, 3, axis=1), positive),
    "stats.skew": (lambda x: stats.skew(x, axis=0), real),
    "stats.tmean": (lambda x: stats.tmean(x * x, axis=1), real),
    "stats.variation": (lambda x: stats.variation(x, axis=1), positive),
    "stats.zscore": (lambda x: stats.zscore(x, axis=0), real),
    "Rotation.from_quat.as_matrix": (lambda q: Rotation.from_quat(q).as_matrix(), real),
    "vq.whiten": (vq.whiten, real),
}

report = {}
for backend in backends(*sys.argv[1:]):
    for name, (function, *arrays) in FUNCTIONS.items():
        try:
            with backend:
                gradcheck(function, *map(backend.asarray, arrays), order=2)
            report[f"{backend} {name}"] = "works"
        except Exception as error:
            report[f"{backend} {name}"] = f"{type(error).__name__}: {error}"
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def scipy_report():
    pytest.importorskip("scipy", minversion="1.17")
    done = subprocess.run(
        [sys.executable, "-c", SCIPY, "numpy", "strict-device1", "torch"],
        capture_output=True,
        text=True,
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_scipy(scipy_report):
    failed = {name: what for name, what in scipy_report.items() if what != "works"}
    assert not failed


# ---- code that does not use the standard is told, not served wrongly ---------------------------


def test_functions_of_numpy_itself_refuse_tensors():
    x = xn.Tensor(np.ones(2), requires_grad=True)
    with pytest.raises(BackendError, match=r"use xp = xpnet\.namespace"):
        np.exp(x)
    with pytest.raises(RuntimeError, match="not converted to a NumPy array silently"):
        np.concatenate([x, x])
