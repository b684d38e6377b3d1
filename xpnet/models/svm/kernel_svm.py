"""The support vector machine with a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import nn
from ...backend import asarray, device_of, namespace
from ...errors import ArgumentError, DataError, ShapeError, choose
from ...nn import Parameter
from ...typing import Array
from .dual import Dual, smo
from .gram import FEW, PIECE, Gram, in_double
from .inputs import bounds, samples, signs
from .kernels import KERNELS, KernelFunction, kernel_function, resolve_gamma

__all__ = ["KernelSVM"]


class KernelSVM(nn.Module):
    """The widest margin between two classes in the space of a kernel.

    The output is f(x) = Σ y_i α_i K(x_i, x) + b, a sum over those training samples, the support
    vectors, that lie on the margin or on its wrong side. :meth:`fit` finds them and their α by
    sequential minimal optimisation.

    Parameters
    ----------
    kernel : str or callable, default "rbf"
        ``"linear"``, ``"poly"``, ``"rbf"``, ``"sigmoid"``, see :mod:`xpnet.models.svm.kernels`; a
        function (N, D), (M, D) -> (N, M) in the array API; or ``"precomputed"``: the kernel matrix
        is given in place of the samples.
    C : float, default 1.0
        What a sample pays for each unit that it falls short of the margin: the bound of α.
    gamma : "scale", "auto" or float
        γ: a number, 1 / (D Var(x)), or 1 / D.
    coef0 : float, default 0.0
        r of ``"poly"`` and ``"sigmoid"``.
    degree : float, default 3
        d of ``"poly"``.
    tol : float, default 1e-3
        How much the solution may violate the conditions of optimality.
    max_iter : int, optional
        Stop after so many steps. Default: no limit that a problem meets.
    cache_size : float, default 1000.0
        Megabytes for the kernel matrix. Of more than 2000 samples rows are computed when they are
        needed, and as many kept as there is room for: all of 11,000 samples in float64.
    shape : tuple of two int
        (S, D), how many support vectors there are, and their features. It is zero for a new
        model; :meth:`fit` writes it into what a model file says of the model.

    Attributes
    ----------
    support_vectors : buffer, (S, D)
        (S, 0) of a precomputed kernel.
    support : buffer, (S,)
        Which of the training samples they are.
    dual_coef : Parameter, (S,)
        y_i α_i.
    bias : Parameter, ()
        b.
    gamma_used : buffer, ()
        γ as a number.
    solution : Dual or None
        What the solver said: its steps, the violation, whether that is below `tol`. Not saved.

    Raises
    ------
    ArgumentError
        If the kernel is unknown, or a number out of its range.

    References
    ----------
    B. Boser, I. Guyon and V. Vapnik, A training algorithm for optimal margin classifiers, COLT
    1992. C. Cortes and V. Vapnik, Support-vector networks, Machine Learning 20, 1995.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), [-1, 1, 1, -1]
    >>> model = xn.models.KernelSVM("rbf", C=10.0, gamma=1.0).fit(x, xn.asarray(y))
    >>> model.predict(x)
    array([-1.,  1.,  1., -1.], dtype=float32)
    >>> model
    KernelSVM('rbf', C=10.0, gamma=1.0, shape=(4, 2))
    """

    def __init__(
        self,
        kernel: str | KernelFunction = "rbf",
        *,
        C: float = 1.0,
        gamma: str | float = "scale",
        coef0: float = 0.0,
        degree: float = 3,
        tol: float = 1e-3,
        max_iter: int | None = None,
        cache_size: float = 1000.0,
        shape: tuple[int, int] = (0, 0),
    ) -> None:
        if not callable(kernel):
            choose("KernelSVM", "kernel", kernel, [*KERNELS, "precomputed"])
        bounds("KernelSVM", C, None, 0)
        if not isinstance(gamma, str):
            resolve_gamma(gamma, None)
        for name, value, usual in (("tol", tol, "1e-3"), ("cache_size", cache_size, "1000")):
            if not value > 0:
                raise ArgumentError(
                    f"KernelSVM: {name} must be > 0, got {value!r}; a usual value is {usual}"
                )
        if max_iter is not None and max_iter < 1:
            raise ArgumentError(
                f"KernelSVM: max_iter must be >= 1 or None, got {max_iter!r}; None sets no limit"
            )
        self.kernel, self.C, self.gamma, self.coef0, self.degree = kernel, C, gamma, coef0, degree
        self.tol, self.max_iter, self.cache_size = tol, max_iter, cache_size
        self.solution: Dual | None = None
        count, features = shape
        self._set(
            asarray(np.zeros((count, features), np.float32)),
            np.zeros(count, np.int64),
            np.zeros(count),
            0.0,
            1.0,
        )
        self._buffer_names = ("support_vectors", "support", "gamma_used")

    def _set(
        self, vectors: Array, support: np.ndarray, beta: np.ndarray, bias: float, gamma: float
    ) -> None:
        """Take over what training found, where the support vectors live and in their data type."""
        xp, home = namespace(vectors), device_of(vectors)

        def there(values: Any) -> Array:
            return xp.astype(asarray(np.asarray(values), device=home), vectors.dtype)

        self.support_vectors = vectors
        self.support = asarray(support, device=home)
        self.gamma_used = there(gamma)
        self.dual_coef = Parameter(there(beta))
        self.bias = Parameter(there(bias))

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> KernelSVM:
        """Find the support vectors; afterwards the model lives where `x` does, in its data type.

        Parameters
        ----------
        x : (N, D) array
            (N, N) of a precomputed kernel: K(x_i, x_j).
        y : (N,) array
            -1 and 1.
        sample_weight : (N,) array, optional
            Factors of C.

        Returns
        -------
        KernelSVM
            The model.

        Raises
        ------
        ArgumentError, ShapeError, DTypeError, DataError
            If an argument makes no sense; the message tells which and what would.
        """
        where = "KernelSVM.fit"
        x = samples(where, x, fitting=True)
        n = x.shape[0]
        labels = signs(where, y, n)
        upper = bounds(where, self.C, sample_weight, n)
        signs(where, labels[upper > 0], int(np.sum(upper > 0)))  # both classes have a weight
        given = self.kernel == "precomputed"
        if given and x.shape[1] != n:
            raise ShapeError(
                f"{where}: x must be ({n}, {n}) for kernel='precomputed', got {tuple(x.shape)}; "
                "give the kernel of every sample with every other"
            )
        named = not callable(self.kernel) and self.kernel not in ("linear", "precomputed")
        gamma = resolve_gamma(self.gamma, x) if named else 1.0
        # the rounding of single precision would look like a kernel that is no inner product
        work = in_double(x) if n <= FEW and not given and not callable(self.kernel) else x
        gram = Gram(None if given else self._function(gamma), work, self.cache_size)
        self.solution = found = smo(gram, labels, upper, self.tol, self.max_iter)
        support = np.flatnonzero(found.beta)
        held = namespace(x).take(x, asarray(support, device=device_of(x)), axis=0)
        vectors = held[:, :0] if given else held
        self._set(vectors, support, found.beta[support], found.intercept, gamma)
        args, kwargs = self._init_args
        self._init_args = (args, {**kwargs, "shape": tuple(vectors.shape)})
        return self

    def forward(self, x: Any) -> Any:
        """Return the outputs: (N, D) -> (N,); of a precomputed kernel K(x, x_i), (N, n) -> (N,)."""
        xp = namespace(x)
        x = xp.reshape(x, (x.shape[0], -1)) if len(x.shape) > 2 else x
        if self.kernel == "precomputed":
            similar = xp.take(x, self.support, axis=1)  # (N, S)
        else:
            expected = self.support_vectors.shape[1]
            if x.shape[1] != expected:
                raise ShapeError(
                    f"KernelSVM: x must be (N, {expected}) as in training, got {tuple(x.shape)}; "
                    "give the same features in the same order"
                )
            similar = self._function(self.gamma_used)(x, self.support_vectors)
        return xp.matmul(similar, self.dual_coef) + self.bias

    def scores(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the outputs as bare arrays, (N,): positive for class 1.

        Parameters
        ----------
        x : (N, D) array
        batch_size : int, optional
            Work through `x` in pieces of so many rows. Default: as many as keep the kernel of the
            rows and the support vectors below 2²⁴ numbers.

        Raises
        ------
        DataError
            If the model has not been fitted.
        """
        if self.support.shape[0] == 0:
            raise DataError(
                "KernelSVM.scores: the model must have support vectors, got none; call fit first"
            )
        x = samples("KernelSVM.scores", x)
        if batch_size is None:
            batch_size = max(1, PIECE // self.support.shape[0])
        return super().predict(x, batch_size)

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the classes, -1 or 1: (N, D) -> (N,). An output of exactly 0 is a 1."""
        scores = self.scores(x, batch_size)
        yes = namespace(scores).ones_like(scores)
        return namespace(scores).where(scores >= 0, yes, -yes)

    def _function(self, gamma: Any) -> KernelFunction:
        return kernel_function(self.kernel, gamma, self.coef0, self.degree)
