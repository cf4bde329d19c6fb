r"""A normal on hyperbolic space, by the Poincare ball: vectors shorter than one, curvature minus one.

.. math:: x = \mu \oplus \tanh\!\big(\tfrac{\lVert v \rVert}2\big) \frac{v}{\lVert v \rVert}, \quad
          v \sim N(0, \sigma^2), \qquad
          \log p(x) = \log N(v; 0, \sigma^2) - (D - 1) \log \frac{\sinh r}{r}, \quad r = \lVert v \rVert = d(\mu, x)

:math:`\oplus` adds in the ball: it carries :math:`v` from the origin to :math:`\mu` and follows the geodesic there. The
density is with respect to the volume of the space, :math:`(2 / (1 - \lVert x \rVert^2))^D dx`. All is written in
:math:`\delta = x - \mu` and :math:`s = \sinh(r / 2) = \lVert \delta \rVert / \sqrt{(1 - \lVert \mu \rVert^2)
(1 - \lVert x \rVert^2)}`, which lose no digits near the edge but those the points have lost.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import noise

__all__ = ["WrappedNormal"]

_SMALL = 1e-12  # below it a square is as good as zero, and its root still has a gradient


class WrappedNormal(Distribution):
    """A normal in the tangent space at the origin, carried to ``loc`` and wrapped around the ball there.

    The ball of curvature -c is this one with every scale times the root of c. Numbers next to one are coarse: a draw
    farther than about 15 from the origin (35 in double precision) is moved back to there.

    Parameters
    ----------
    loc
        The centre, shorter than one, ``(*batch, D)``.
    log_scale
        Log of the standard deviation along each axis, in hyperbolic length, ``(*batch, D)``.

    References
    ----------
    Nagano et al., A Wrapped Normal Distribution on Hyperbolic Space for Gradient-Based Learning, 2019, section 3;
    Mathieu et al., Continuous Hierarchical Representations with Poincare Variational Auto-Encoders, 2019, equation 4.

    Examples
    --------
    >>> p = WrappedNormal(torch.tensor([0.6, 0.0]), torch.zeros(2))
    >>> round(p.log_prob(torch.tensor([0.6, 0.0])).item(), 4)
    -1.8379
    >>> bool((p.sample((100,)).norm(dim=-1) < 1).all())
    True
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, loc: Tensor, log_scale: Tensor) -> None:
        shape = torch.broadcast_shapes(loc.shape, log_scale.shape)
        self.loc = loc.expand(shape)
        self.log_scale = log_scale.expand(shape)
        super().__init__(torch.Size(shape[:-1]), torch.Size(shape[-1:]), validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The centre: the point with the least mean squared distance to a draw, not the mean of coordinates."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """The centre, where the density with respect to the volume is largest."""
        return self.loc

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value) with respect to the volume of the ball, nats, ``(*batch,)``."""
        v, square, ratio = self._tangent(value)
        log_normal = -0.5 * (v * torch.exp(-self.log_scale)).square() - self.log_scale - 0.5 * math.log(2 * math.pi)
        log_stretch = 0.5 * torch.log1p(square) - ratio.log()
        return log_normal.sum(-1) - (self.event_shape[0] - 1) * log_stretch.squeeze(-1)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a tangent vector at the origin, and carry it to the centre."""
        shape = torch.Size(sample_shape) + self.batch_shape + self.event_shape
        v = torch.exp(self.log_scale) * noise.normal(shape, 1, self.loc)
        r = _square(v).clamp(min=_SMALL).sqrt()
        away = torch.tanh(0.5 * r) * v / r
        fade = torch.exp(-r)
        together = self.loc + away
        here, apart = _room(self.loc), _square(together)
        x = (here * together + apart * self.loc) / (apart + here * 4 * fade / (1 + fade).square())
        longest = 1 - 4 * torch.finfo(x.dtype).eps
        return x * (longest * _square(x).clamp(min=longest**2).rsqrt())

    def expand(self, batch_shape: Any, _instance: Any = None) -> WrappedNormal:
        """Return the distribution with a larger batch shape."""
        shape = (*torch.Size(batch_shape), *self.event_shape)
        return WrappedNormal(self.loc.expand(shape), self.log_scale.expand(shape))

    def _tangent(self, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the vector at the origin that is carried to ``value``, sinh(r / 2) squared and r / 2 over its root."""
        apart = value - self.loc
        here, there, far = _room(self.loc), _room(value), _square(apart)
        square = far / (here * there)
        half = square.clamp(min=_SMALL).sqrt()
        ratio = torch.asinh(half) / half
        length = (here * there * (far + here * there)).sqrt()
        return 2 * ratio * (here * apart - far * self.loc) / length, square, ratio


def _square(x: Tensor) -> Tensor:
    return x.square().sum(-1, keepdim=True)


def _room(x: Tensor) -> Tensor:
    """What the squared length lacks to one."""
    return (1 - _square(x)).clamp(min=torch.finfo(x.dtype).eps)
