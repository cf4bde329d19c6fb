r"""The Cramer-Wold distance: densities along all directions, smoothed by a normal, in mean square.

.. math:: D^2(P, Q) = E_\theta \big\| \theta^T X * N(0, \gamma) - \theta^T Y * N(0, \gamma) \big\|^2_{L_2}
          = E\,k(X, X') + E\,k(Y, Y') - 2 E\,k(X, Y)

with the mean over directions in closed form,

.. math:: k(x, y) = \frac{1}{\sqrt{4 \pi \gamma}}\, \varphi_d\Big(\frac{\|x - y\|^2}{4 \gamma}\Big), \qquad
          \varphi_d(s) = {}_1F_1\big(\tfrac12; \tfrac d2; -s\big) = E\, e^{-s \theta_1^2} .
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.distances.distance import Distance
from lowerbound.distances.pairwise import contrast, squares
from lowerbound.errors import ConfigError

__all__ = ["CramerWold"]

LARGE, NODES, FIRST, LAST = 20, 40, -2.5, 2.0


class CramerWold(Distance):
    r"""The squared Cramer-Wold distance; zero for equal distributions only.

    Parameters
    ----------
    gamma
        Variance of the normal that smooths; by Silverman's rule for N draws of deviation 1,
        :math:`(4 / 3N)^{2/5}`, unless given.
    log
        Its logarithm instead, whose scale does not matter: what the paper trains.

    Raises
    ------
    ConfigError
        When gamma is not positive.

    Notes
    -----
    :math:`\varphi_d` is computed to :math:`10^{-5}` up to 19 dimensions; from 20 on it is
    :math:`(1 + 4 s / (2 d - 3))^{-1/2}`, as in the paper, within one part in a hundred and a kernel itself.

    References
    ----------
    Knop et al., Cramer-Wold Auto-Encoder, 2020.

    Examples
    --------
    >>> import torch
    >>> x = torch.zeros(1, 2)
    >>> float(CramerWold(gamma=1.0)(x, x))
    0.0
    """

    def __init__(self, gamma: float | None = None, log: bool = False) -> None:
        super().__init__()
        if gamma is not None and gamma <= 0:
            raise ConfigError(f"gamma={gamma}: a variance is above zero.")
        self.gamma, self.log = gamma, log

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        n = min(len(x), len(y))
        gamma = (4.0 / (3.0 * n)) ** 0.4 if self.gamma is None else self.gamma

        def kernel(a: Tensor, b: Tensor) -> Tensor:
            return _phi(squares(a, b) / (4.0 * gamma), a.shape[1]) / math.sqrt(4.0 * math.pi * gamma)

        value = contrast(kernel, x, y, unbiased=False)
        return value.clamp(min=torch.finfo(x.dtype).tiny).log() if self.log else value


def _phi(s: Tensor, d: int) -> Tensor:
    if d == 1:
        return (-s).exp()
    if d == 2:
        return torch.special.i0e(0.5 * s)
    if d >= LARGE:
        return (1.0 + 4.0 * s / (2 * d - 3)).rsqrt()
    square, weight = _first_coordinate(d, s)
    # Value and slope at once: the exponentials of all nodes are then not kept for the gradient.
    with torch.no_grad():
        value, slope = ((-s[..., None] * square).exp() @ torch.stack([weight, -weight * square], 1)).unbind(-1)
    return value + slope * (s - s.detach())


def _first_coordinate(d: int, like: Tensor) -> tuple[Tensor, Tensor]:
    r"""Return squares of a direction's first coordinate t, and weights, by double-exponential quadrature.

    Its density is proportional to :math:`(1 - t^2)^{(d - 3)/2}`; nodes crowd at both ends, where a narrow integrand
    and a steep density need them.
    """
    u = torch.linspace(FIRST, LAST, NODES, dtype=torch.float64, device=like.device)
    w = math.pi * u.sinh()
    t, rest = torch.sigmoid(w), torch.sigmoid(-w)
    weight = t * rest * u.cosh() * (rest * (1.0 + t)) ** ((d - 3) / 2)
    return t.square().to(like.dtype), (weight / weight.sum()).to(like.dtype)
