r"""Optimal transport with an entropy, and the divergence it makes.

.. math:: OT_\epsilon(P, Q) = \min_\pi E_\pi \|X - Y\|^2 + \epsilon\, \mathrm{KL}(\pi \,\|\, P \otimes Q)
          = \max_{f, g} E f(X) + E g(Y) \quad \text{along} \quad
          f(x) = -\epsilon \log E_Y\, e^{(g(Y) - \|x - Y\|^2)/\epsilon}

(and g of f alike), and without the bias of the entropy
:math:`S_\epsilon(P, Q) = OT_\epsilon(P, Q) - \frac12 OT_\epsilon(P, P) - \frac12 OT_\epsilon(Q, Q)`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.core.component import above_zero, positive
from lowerbound.distances.distance import Distance
from lowerbound.distances.pairwise import squares

__all__ = ["Sinkhorn"]


class Sinkhorn(Distance):
    r"""The Sinkhorn divergence, in squared units of the codes: with a small epsilon the squared Wasserstein distance.

    Where iterations are too few each transport is a lower bound on what it converges to.

    Parameters
    ----------
    epsilon
        Weight of the entropy, in squared units of the codes. A small one asks for more iterations.
    iterations
        Updates of both potentials; during the first half epsilon falls from the largest squared length.
    debiased
        Take off the transport within each: then the divergence is zero between equal draws.

    Raises
    ------
    ConfigError
        For an epsilon that is not positive, or fewer than one iteration.

    References
    ----------
    Cuturi, Sinkhorn Distances: Lightspeed Computation of Optimal Transport, 2013; Genevay et al., Learning Generative
    Models with Sinkhorn Divergences, 2018; Patrini et al., Sinkhorn AutoEncoders, 2019; Feydy et al., Interpolating
    between Optimal Transport and MMD using Sinkhorn Divergences, 2019 (``debiased``).

    Examples
    --------
    >>> import torch
    >>> round(float(Sinkhorn()(torch.zeros(3, 1), torch.ones(2, 1))), 3)
    1.0
    """

    def __init__(self, epsilon: float = 1.0, iterations: int = 20, debiased: bool = True) -> None:
        super().__init__()
        self.epsilon, self.iterations = above_zero(epsilon, "epsilon"), positive(iterations, "iterations")
        self.debiased = debiased

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        between = self._transport(squares(x, y))
        if not self.debiased:
            return between
        return between - 0.5 * self._transport(squares(x, x)) - 0.5 * self._transport(squares(y, y))

    def _transport(self, cost: Tensor) -> Tensor:
        """Return the mean of two values of the dual, each of one side's potential and the other's best answer."""
        with torch.no_grad():
            f, g = cost.new_zeros(len(cost)), cost.new_zeros(cost.shape[1])
            range_ = (cost.max() / self.epsilon).clamp(min=1.0)
            for k in range(self.iterations):
                epsilon = self.epsilon * range_ ** max(0.0, 1.0 - 2.0 * k / self.iterations)
                f, g = 0.5 * (f + _answer(g, cost, epsilon)), 0.5 * (g + _answer(f, cost.T, epsilon))
        # With the other side's potential held, the gradient of an answer in the cost is the transport plan.
        best_f, best_g = _answer(g, cost, self.epsilon), _answer(f, cost.T, self.epsilon)
        return 0.5 * (best_f.mean() + g.mean() + f.mean() + best_g.mean())


def _answer(g: Tensor, cost: Tensor, epsilon: float | Tensor) -> Tensor:
    return -epsilon * (torch.logsumexp((g - cost) / epsilon, 1) - math.log(len(g)))
