r"""The von Mises-Fisher distribution on the sphere of vectors of length one.

.. math:: p(x) = e^{\kappa \mu^\top x} / Z(\kappa), \qquad
          Z(\kappa) = |S^{d-2}| \int_0^\pi e^{\kappa \cos\theta} \sin^{d-2}\theta \, d\theta

The integrals are taken around the mode of their integrand, which a quadratic equation gives: no Bessel function, and
no overflow for any dimension or concentration. A draw turns the pole, tilted by an angle that is drawn by rejection
from noise without parameters; its gradient in :math:`\kappa` is that of the inverse distribution function.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.quadrature import gauss_legendre

__all__ = ["VonMisesFisher"]

_RULE = gauss_legendre(80)
_TAIL = gauss_legendre(24)
_WIDTHS = 13.0
_CANDIDATES = 16  # each is accepted with probability 0.64 or more: none is in one draw of fifteen million


class VonMisesFisher(Distribution):
    """vMF(loc, concentration); at concentration zero the uniform distribution.

    Parameters
    ----------
    loc
        Of length one, ``(*batch, D)``, D at least two.
    concentration
        At least zero, ``(*batch,)``.

    References
    ----------
    Davidson et al., Hyperspherical Variational Auto-Encoders, 2018, section 3; Wood, Simulation of the von Mises
    Fisher distribution, 1994 (draws); Figurnov, Mohamed and Mnih, 2018 (their gradient).

    Examples
    --------
    >>> p = VonMisesFisher(torch.tensor([0.0, 0.0, 1.0]), torch.tensor(0.0))
    >>> round(p.log_prob(torch.tensor([1.0, 0.0, 0.0])).exp().item() * 4 * math.pi, 5)
    1.0
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, loc: Tensor, concentration: Tensor) -> None:
        batch = torch.broadcast_shapes(loc.shape[:-1], concentration.shape)
        self.loc = loc.expand(*batch, loc.shape[-1])
        self.concentration = concentration.expand(batch)
        super().__init__(torch.Size(batch), loc.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean, inside the sphere, ``(*batch, D)``."""
        return self._moments()[1].unsqueeze(-1) * self.loc

    @property
    def mode(self) -> Tensor:
        """The mean direction."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate."""
        _, first, second = (m.unsqueeze(-1) for m in self._moments())
        along, across = second - first.square(), (1 - second) / (self.event_shape[0] - 1)
        return along * self.loc.square() + across * (1 - self.loc.square())

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value) with respect to the area of the sphere, nats, ``(*batch,)``."""
        apart = 0.5 * (value - self.loc).square().sum(-1)
        return -self.concentration * apart - self._moments()[0]

    def entropy(self) -> Tensor:
        """Return the entropy, nats."""
        log_z, first, _ = self._moments()
        return log_z + self.concentration * (1 - first)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw an angle and a direction around the pole, and turn the pole to the mean direction."""
        d = self.event_shape[0]
        lead = torch.Size(sample_shape) + self.batch_shape
        loc, kappa = self.loc.expand(*lead, d), self.concentration.expand(lead)
        angle = _angle(kappa, d)
        around = noise.normal((*lead, d - 1), 1, loc)
        around = around / around.norm(dim=-1, keepdim=True)
        pole = torch.cat([-angle.cos().unsqueeze(-1), angle.sin().unsqueeze(-1) * around], -1)
        return _turn(pole, loc)

    def expand(self, batch_shape: Any, _instance: Any = None) -> VonMisesFisher:
        """Return the distribution with a larger batch shape."""
        batch = torch.Size(batch_shape)
        return VonMisesFisher(self.loc.expand(*batch, self.event_shape[0]), self.concentration.expand(batch))

    def _moments(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return log Z - concentration, and the first two moments of the cosine."""
        kappa, d = self.concentration, self.event_shape[0]
        mode, width = _mode(kappa.detach(), d)
        low, high = (mode - _WIDTHS * width).clamp(min=0), (mode + _WIDTHS * width).clamp(max=math.pi)
        nodes = kappa.new_tensor(_RULE)
        theta = low.unsqueeze(-1) + (high - low).unsqueeze(-1) * nodes[:, 0]
        log_f = _log_integrand(theta, mode.unsqueeze(-1), kappa.unsqueeze(-1), d) + nodes[:, 1].log()
        at_mode = -2 * kappa * (0.5 * mode).sin().square() + (d - 2) * torch.log(_sine(mode))
        log_z = torch.logsumexp(log_f, -1) + at_mode + (high - low).log() + _log_area(d - 1)
        share, cosine = log_f.softmax(-1), theta.cos()
        return log_z, (share * cosine).sum(-1), (share * cosine.square()).sum(-1)


def _log_area(d: int) -> float:
    """The log of the area of the sphere in d dimensions."""
    return math.log(2) + 0.5 * d * math.log(math.pi) - math.lgamma(0.5 * d)


def _sine(theta: Tensor) -> Tensor:
    return theta.sin().clamp(min=torch.finfo(theta.dtype).tiny)


def _mode(kappa: Tensor, d: int) -> tuple[Tensor, Tensor]:
    """Return where e^(kappa cos) sin^(d - 2) is largest, and its width there."""
    half = 0.5 * (d - 2)
    cosine = kappa / (half + (half * half + kappa.square()).sqrt()).clamp(min=1e-30)
    mode = torch.atan2((1 - cosine.square()).clamp(min=0).sqrt(), cosine) if d > 2 else torch.zeros_like(kappa)
    sharpness = kappa * mode.cos() + (2 * half / _sine(mode).square() if d > 2 else 0.0)
    return mode, sharpness.clamp(min=1e-4).rsqrt()


def _log_integrand(theta: Tensor, mode: Tensor, kappa: Tensor, d: int) -> Tensor:
    """Return the log of the integrand relative to its value at ``mode``."""
    tilt = -2 * kappa * (0.5 * (theta + mode)).sin() * (0.5 * (theta - mode)).sin()
    return tilt + (d - 2) * torch.log(_sine(theta) / _sine(mode)) if d > 2 else tilt


def _angle(kappa: Tensor, d: int) -> Tensor:
    with torch.no_grad():
        theta = _draw_angle(kappa, d)
    if not torch.is_grad_enabled():
        return theta
    with torch.no_grad():
        slope = _slope(theta, kappa, d)
    return theta + slope * (kappa - kappa.detach())


def _draw_angle(kappa: Tensor, d: int) -> Tensor:
    """Wood's rejection: the first accepted candidate."""
    b = (d - 1) / (2 * kappa + (4 * kappa.square() + (d - 1) ** 2).sqrt())
    b = b.unsqueeze(-1)
    share, possible = _candidates(kappa, d)
    u = noise.uniform((*kappa.shape, _CANDIDATES), 1, kappa)
    rest = 1 - (1 - b) * share
    # 1 - t and 1 - x0 t, t the cosine, without a difference of numbers near one.
    short, x0 = 2 * b * share / rest, (1 - b) / (1 + b)
    inner = 2 * b / (1 + b) + x0 * short
    log_ratio = kappa.unsqueeze(-1) * (1 - x0 - short) + (d - 1) * (inner.log() - (1 - x0.square()).log())
    accepted = possible & (log_ratio >= torch.log1p(-u))
    first = accepted.to(torch.uint8).argmax(-1, keepdim=True)
    return 2 * torch.asin((0.5 * short.gather(-1, first).squeeze(-1)).clamp(0, 1).sqrt())


def _candidates(kappa: Tensor, d: int) -> tuple[Tensor, Tensor]:
    """Return Beta((d - 1) / 2, (d - 1) / 2) shares, and which of them may be used.

    The height of a point drawn uniformly on the sphere: a normal beside a chi-square, Marsaglia and Tsang's.
    """
    shape = (*kappa.shape, _CANDIDATES)
    height, x = noise.normal(shape, 1, kappa), noise.normal(shape, 1, kappa)
    if d == 2:
        square, possible = x.square(), torch.ones_like(x, dtype=torch.bool)
    else:
        c = 0.5 * (d - 1) - 1 / 3
        root = (1 + x / math.sqrt(9 * c)).clamp(min=1e-3)
        log_v = 3 * root.log()
        u = noise.uniform(shape, 1, kappa)
        possible = (root > 1e-3) & (torch.log1p(-u) < 0.5 * x.square() + c - c * log_v.exp() + c * log_v)
        square = 2 * c * log_v.exp()
    tiny = torch.finfo(x.dtype).tiny
    return 0.5 * (1 - height / (height.square() + square + tiny).sqrt()), possible


def _slope(theta: Tensor, kappa: Tensor, d: int) -> Tensor:
    r"""Return d theta / d kappa: the integral of (A - cos) f over the thinner side of theta, over f(theta)."""
    mode, width = _mode(kappa, d)
    reach = _WIDTHS * width
    below = theta < mode
    end = torch.where(below, (theta - reach).clamp(min=0), (theta + reach).clamp(max=math.pi))
    first = VonMisesFisher(torch.ones_like(kappa).unsqueeze(-1).expand(*kappa.shape, d), kappa).mean[..., 0]
    total = torch.zeros_like(theta)
    for node, weight in _TAIL:
        phi = theta + node * (end - theta)
        total = total + weight * (phi.cos() - first) * torch.exp(_log_integrand(phi, theta, kappa, d))
    return total * (end - theta)


def _turn(x: Tensor, loc: Tensor) -> Tensor:
    """Reflect so that minus the first axis goes to ``loc``: smooth but where they are opposite."""
    axis = loc + functional.pad(loc.new_ones(1), (0, loc.shape[-1] - 1))
    square = axis.square().sum(-1, keepdim=True).clamp(min=1e-12)
    return x - 2 * axis * (x * axis).sum(-1, keepdim=True) / square


@register_kl(VonMisesFisher, VonMisesFisher)
def _kl_von_mises_fisher(q: VonMisesFisher, p: VonMisesFisher) -> Tensor:
    log_z, first, _ = q._moments()
    apart = 0.5 * (q.loc - p.loc).square().sum(-1)
    drop = p.concentration * (1 - first + first * apart) - q.concentration * (1 - first)
    return drop + p._moments()[0] - log_z
