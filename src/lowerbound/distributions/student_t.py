r"""Student's t distribution with independent coordinates: a normal whose precision is gamma-distributed.

.. math:: \log p(x) = \sum_i \log \frac{\Gamma(\frac{\nu+1}2)}{\Gamma(\frac\nu2)} - \tfrac12 \log \pi\nu - \log \sigma_i
          - \tfrac{\nu+1}2 \log\left(1 + \tfrac1\nu \left(\tfrac{x_i - \mu_i}{\sigma_i}\right)^2\right)

The terms of :math:`\nu` alone are :math:`P(\nu / 2) - \tfrac12 \log 2\pi`, and P is small where their parts are large:

.. math:: P(h) = \log \frac{\Gamma(h + \frac12)}{\sqrt h \, \Gamma(h)}
          = -\frac1{8h} + \frac1{192h^3} - \frac1{640h^5} + \frac{17}{14336h^7} - \dots
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl

from lowerbound.core import noise
from lowerbound.distributions.diagonal_normal import DiagonalNormal
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.standard_gamma import log_standard_gamma
from lowerbound.distributions.stirling import HALF_LOG_2PI, cubic

__all__ = ["StudentT"]

_FAR = 8.0
_SERIES = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336)
_SLOPES = (1 / 8, -1 / 64, 1 / 128, -17 / 2048)
_NEAR = 0.01


class StudentT(Elementwise):
    """t(df, loc, exp(log_scale)) of each entry; draws have a gradient in all three.

    Parameters
    ----------
    df, loc, log_scale
        ``(*batch, *event)``, df positive.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018, appendix (Student's t).

    Examples
    --------
    >>> p = StudentT(torch.ones(1), torch.zeros(1), torch.zeros(1))
    >>> round(p.log_prob(torch.zeros(1)).item(), 4)
    -1.1447
    """

    has_rsample = True

    def __init__(self, df: Tensor, loc: Tensor, log_scale: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, df=df, loc=loc, log_scale=log_scale)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``; the centre where df is at most one and there is none."""
        return self.params["loc"]

    @property
    def mode(self) -> Tensor:
        """The mode, which is the centre."""
        return self.params["loc"]

    @property
    def variance(self) -> Tensor:
        """The variance of each entry, infinite where df is at most two."""
        df = self.params["df"]
        finite = (2 * self.params["log_scale"]).exp() * df / (df - 2)
        return torch.where(df > 2, finite, math.inf)

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry."""
        df, log_scale = self.params["df"], self.params["log_scale"]
        standard = (value - self.params["loc"]) * torch.exp(-log_scale)
        peak = _peak(0.5 * df) - HALF_LOG_2PI
        return peak - log_scale - 0.5 * (1 + 1 / df) * _compound(df, standard.square())

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a normal divided by the root of a gamma, whose gradient in df is implicit."""
        lead = self._lead(sample_shape)
        df, loc, log_scale = (v.expand(lead) for v in self.params.values())
        half_log_precision = 0.5 * (log_standard_gamma(0.5 * df, self.event_dim_) - torch.log(0.5 * df))
        return loc + noise.normal(lead, self.event_dim_, loc) * torch.exp(log_scale - half_log_precision)

    def entropy(self) -> Tensor:
        """Return the entropy, nats summed over the event."""
        h = 0.5 * self.params["df"]
        # (h + 1/2) (digamma(h + 1/2) - digamma(h)), where the difference is P'(h) + 1 / (2 h).
        spread = 0.5 + 0.25 / h + (h + 0.5) * _peak_slope(h)
        return self.total(self.params["log_scale"] + HALF_LOG_2PI + spread - _peak(h))


def _peak(h: Tensor) -> Tensor:
    """Return P(h)."""
    near, inverse = h.clamp(max=_FAR), h.clamp(min=_FAR).reciprocal()
    direct = torch.lgamma(near + 0.5) - torch.lgamma(near) - 0.5 * near.log()
    return torch.where(h < _FAR, direct, inverse * cubic(_SERIES, inverse.square()))


def _peak_slope(h: Tensor) -> Tensor:
    """Return the derivative of P."""
    near, square = h.clamp(max=_FAR), h.clamp(min=_FAR).reciprocal().square()
    direct = torch.digamma(near + 0.5) - torch.digamma(near) - 0.5 / near
    return torch.where(h < _FAR, direct, square * cubic(_SLOPES, square))


def _compound(m: Tensor, v: Tensor) -> Tensor:
    """Return m log(1 + v / m), which tends to v as m grows, with a gradient in m that keeps its digits."""
    x = v / m
    small = x.clamp(max=_NEAR)
    y = small / (2 + small)  # log(1 + x) = 2 artanh(y), and 2 y - x = -x y
    square = y.square()
    rest = square * (2 / 3 + 0.4 * square)
    return torch.where(x < _NEAR, v + m * y * (rest - small), m * torch.log1p(x))


@register_kl(StudentT, DiagonalNormal)
def _kl_student_normal(q: StudentT, p: DiagonalNormal) -> Tensor:
    log_scale = p.params["log_scale"]
    square = ((q.mean - p.mean).square() + q.variance) * torch.exp(-2 * log_scale)
    return q.total(0.5 * square + log_scale + 0.5 * math.log(2 * math.pi)) - q.entropy()
