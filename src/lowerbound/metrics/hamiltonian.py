r"""One Hamiltonian Monte Carlo transition, for many chains of many rows.

With momentum :math:`r \sim N(0, I)`, step :math:`\epsilon` and scales :math:`s`, leapfrog steps

.. math:: r \leftarrow r + \tfrac\epsilon2 s \nabla \log f(u), \quad u \leftarrow u + \epsilon s r, \quad
          r \leftarrow r + \tfrac\epsilon2 s \nabla \log f(u)

lead to a proposal that is accepted with probability :math:`\min(1, e^{-\Delta H})`, where
:math:`H = \tfrac12 \|r\|^2 - \log f`. The transition leaves f as it is, and is its own reverse.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lowerbound.core import noise

__all__ = ["transition"]

JITTER = 0.2
"""Steps vary by this share, so that no trajectory closes on itself."""


def transition(
    density: Callable[[Tensor], Tensor], u: Tensor, size: Tensor, *, leapfrogs: int = 10
) -> tuple[Tensor, Tensor]:
    """Move every chain once.

    Parameters
    ----------
    density
        Maps ``(S, B, D)`` to log f, ``(S, B)``, up to a constant.
    u
        Where the chains are, ``(S, B, D)``.
    size
        Step of each entry, ``(B, D)``: it may not depend on where these chains are.
    leapfrogs
        Gradients a transition.

    Returns
    -------
    u : Tensor, (S, B, D)
        Where the chains are now.
    probability : Tensor, (S, B)
        With which each proposal was accepted; zero where it went out of bounds.

    References
    ----------
    Neal, MCMC using Hamiltonian dynamics, 2011, section 3.

    Examples
    --------
    >>> u, probability = transition(lambda u: -0.5 * u.square().sum(-1), torch.zeros(4, 2, 3), torch.full((2, 3), 0.5))
    >>> u.shape, bool((probability > 0.5).all())
    (torch.Size([4, 2, 3]), True)
    """
    size = size * (1 + JITTER * (2 * noise.uniform((*u.shape[:2], 1), 1, u) - 1))
    start = noise.normal(tuple(u.shape), 1, u)
    before, slope = _with_slope(density, u)
    after, moved, momentum = before, u, start
    for _ in range(leapfrogs):
        half = momentum + 0.5 * size * slope
        moved = moved + size * half
        after, slope = _with_slope(density, moved)
        momentum = half + 0.5 * size * slope
    change = after - before + 0.5 * (start.square() - momentum.square()).sum(-1)
    probability = change.clamp(max=0).exp().nan_to_num(0.0)
    accepted = noise.uniform((*u.shape[:2], 1), 1, u) < probability.unsqueeze(-1)
    return torch.where(accepted, moved, u), probability


def _with_slope(density: Callable[[Tensor], Tensor], u: Tensor) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():
        u = u.detach().requires_grad_()
        value = density(u)
        (slope,) = torch.autograd.grad(value.sum(), u)
    return value.detach(), slope
