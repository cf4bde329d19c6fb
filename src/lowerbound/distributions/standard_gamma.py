r"""Gamma draws from noise that knows no parameter, with the gradient of the inverse distribution function.

A draw is Marsaglia and Tsang's: of a fixed number of candidates the first accepted one, the shape raised by one where
it is below one. Its gradient in the shape :math:`\alpha` is implicit, with :math:`F` the distribution function:

.. math:: \frac{\partial \log z}{\partial \alpha} = -\frac{\partial F / \partial \alpha}{z f(z)}
          = \int_0^\infty (s + \psi(\alpha) - \log z)\, e^{-\alpha s + z (1 - e^{-s})} \, ds,

taken above ``z`` instead of below where z exceeds the shape, and by its series where z is below one.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.distributions.quadrature import gauss_legendre

__all__ = ["CANDIDATES", "log_standard_gamma"]

CANDIDATES = 6
"""Each is accepted with probability 0.95 or more, so that none is in one draw of sixty million."""

_RULE = gauss_legendre(16)
_REACH = 20.0


def log_standard_gamma(concentration: Tensor, event_dim: int) -> Tensor:
    """Draw log z, z ~ Gamma(concentration, 1), one for each entry, with a gradient in the concentration.

    The logarithm is drawn because z itself underflows where the concentration is small.

    Parameters
    ----------
    concentration
        Positive, ``(*samples, B, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, 2000; Figurnov, Mohamed and Mnih, Implicit
    Reparameterization Gradients, 2018, equation 5.

    Examples
    --------
    >>> log_standard_gamma(torch.ones(4, 3), 1).shape
    torch.Size([4, 3])
    """
    with torch.no_grad():
        log_z = _draw(concentration, event_dim)
    if not torch.is_grad_enabled():
        return log_z
    with torch.no_grad():
        slope = _slope(concentration, log_z)
    return log_z + slope * (concentration - concentration.detach())


def _draw(alpha: Tensor, event_dim: int) -> Tensor:
    shape = (*alpha.shape, CANDIDATES)
    x = noise.normal(shape, event_dim + 1, alpha)
    u = noise.uniform(shape, event_dim + 1, alpha)
    lift = noise.uniform(tuple(alpha.shape), event_dim, alpha)
    d = (torch.where(alpha < 1, alpha + 1, alpha) - 1 / 3).unsqueeze(-1)
    root = 1 + x / (9 * d).sqrt()
    log_v = 3 * root.clamp(min=1e-3).log()
    accepted = (root > 1e-3) & ((1 - u).log() < 0.5 * x.square() + d - d * log_v.exp() + d * log_v)
    first = accepted.to(torch.uint8).argmax(-1, keepdim=True)
    log_z = (d.log() + log_v).gather(-1, first).squeeze(-1)
    return log_z + torch.where(alpha < 1, torch.log1p(-lift) / alpha, 0.0)


def _slope(alpha: Tensor, log_z: Tensor) -> Tensor:
    """Return d log z / d alpha along the inverse of the distribution function."""
    return torch.where(log_z < 0, _series(alpha, log_z), _integral(alpha, log_z.clamp(min=0)))


def _series(alpha: Tensor, log_z: Tensor, terms: int = 12) -> Tensor:
    z = log_z.clamp(max=0).exp()
    gap, total, term = torch.digamma(alpha) - log_z, torch.zeros_like(z), z.exp()
    for k in range(terms):
        total = total + term * (1 / (alpha + k) + gap) / (alpha + k)
        term = -term * z / (k + 1)
    return total


def _integral(alpha: Tensor, log_z: Tensor) -> Tensor:
    """Gauss-Legendre quadrature up to where the integrand has fallen by a factor of e^20 at least."""
    z = log_z.exp()
    side = torch.where(z < alpha, 1.0, -1.0).to(z.dtype)
    decay = (alpha - z).abs()
    rest = _REACH - 2 * decay
    below = (rest + (rest.square() + 8 * _REACH * alpha).sqrt()) / (2 * alpha)
    above = 2 * _REACH / (decay + (decay.square() + 2 * _REACH * z).sqrt())
    end = torch.where(z < alpha, below, above)
    gap, total = side * (torch.digamma(alpha) - log_z), torch.zeros_like(z)
    for node, weight in _RULE:
        s = node * end
        total = total + weight * (s + gap) * torch.exp(-side * alpha * s - z * torch.expm1(-side * s))
    return total * end
