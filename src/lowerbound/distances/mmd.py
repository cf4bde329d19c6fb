r"""The squared maximum mean discrepancy.

.. math:: \mathrm{MMD}^2(P, Q) = E\,k(X, X') + E\,k(Y, Y') - 2 E\,k(X, Y)
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from lowerbound.distances.distance import Distance
from lowerbound.distances.kernels import find
from lowerbound.distances.pairwise import contrast
from lowerbound.errors import ConfigError

__all__ = ["MMD"]


class MMD(Distance):
    r"""The squared maximum mean discrepancy; with ``imq`` and ``rbf`` it is zero for equal distributions only.

    Parameters
    ----------
    kernel
        ``imq`` (inverse multiquadric), ``rbf`` (Gaussian) or ``polynomial`` (cubic; that of the kernel inception
        distance, which compares three moments).
    scales
        The kernel is the sum over these; the usual ones of the kernel unless given. In units of the mean squared
        length between two draws of N(0, I), 2 d: C = 2 d s for ``imq``, a squared length 2 d s for ``rbf``. Those of
        ``imq`` are 0.1, 0.2, 0.5, 1, 2, 5, 10.
    estimator
        ``unbiased`` has the right mean and may be negative; ``biased`` is never negative and takes the pairs of a
        draw with itself; ``linear`` takes disjoint pairs of draws, has the right mean, and costs time N instead of
        :math:`N^2`, for more noise.

    Raises
    ------
    ConfigError
        For an unknown estimator or a scale that is not positive.
    UnknownNameError
        For an unknown kernel.

    References
    ----------
    Gretton et al., A Kernel Two-Sample Test, 2012, lemmas 6 and 14, equation 5; Tolstikhin et al., Wasserstein
    Auto-Encoders, 2018 (``imq`` and its scales); Binkowski et al., Demystifying MMD GANs, 2018 (``polynomial``).

    Examples
    --------
    >>> import torch
    >>> float(MMD("polynomial", estimator="biased")(torch.ones(2, 1), -torch.ones(3, 1)))
    16.0
    """

    def __init__(self, kernel: str = "imq", scales: Sequence[float] | None = None, estimator: str = "unbiased") -> None:
        super().__init__()
        if estimator not in ("unbiased", "biased", "linear"):
            raise ConfigError(f"estimator={estimator!r}: one of unbiased, biased, linear.")
        self.kernel, self.estimator = kernel, estimator
        self.scales = None if scales is None else tuple(scales)
        self._function, usual = find(kernel)
        self._scales = usual if self.scales is None else self.scales
        if not self._scales or min(self._scales) <= 0:
            raise ConfigError(f"scales={self.scales}: at least one is needed, and each is above zero.")

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        if self.estimator == "linear":
            return self._of_pairs(x, y)
        return contrast(self._values, x, y, self.estimator == "unbiased")

    def _values(self, x: Tensor, y: Tensor) -> Tensor:
        return self._function(x, y, self._scales)

    def _of_pairs(self, x: Tensor, y: Tensor) -> Tensor:
        n = min(len(x), len(y)) // 2
        first_x, first_y, second_x, second_y = (v[:, None] for v in (x[:n], y[:n], x[n : 2 * n], y[n : 2 * n]))
        within = self._values(first_x, second_x) + self._values(first_y, second_y)
        between = self._values(first_x, second_y) + self._values(second_x, first_y)
        return (within - between).sum() / max(n, 1)
