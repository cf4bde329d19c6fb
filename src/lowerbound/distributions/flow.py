r"""Normalizing flows: a normal, moved by invertible maps :math:`f = f_K \circ \dots \circ f_1`.

.. math:: \log p(f(\epsilon)) = \log N(\epsilon \mid \mu, \sigma^2) - \sum_k \log \left|\det \partial f_k\right|

A draw knows its density without any inverse. It is kept, with the draw, for whoever asks next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.distributions.diagonal_normal import DiagonalNormal
from lowerbound.distributions.mirrored import mirrored_points
from lowerbound.distributions.transforms import Transform

__all__ = ["Flow"]


class _LastDraw:
    """The last draw of a distribution and of its expanded copies, which share this object.

    It holds one tensor and its density, no more, and nothing refers back to it: both are freed with the distributions.
    """

    def __init__(self) -> None:
        self.value: Tensor | None = None
        self.log_prob: Tensor | None = None
        self.with_gradient = False

    def keep(self, value: Tensor, log_prob: Tensor) -> None:
        self.value, self.log_prob, self.with_gradient = value, log_prob, torch.is_grad_enabled()

    def find(self, value: Tensor) -> Tensor | None:
        """Return the density of this very tensor; none when its gradient is wanted and was not recorded."""
        if value is self.value and (self.with_gradient or not torch.is_grad_enabled()):
            return self.log_prob
        return None


class Flow(Distribution):
    """A normal with independent coordinates, transformed.

    The density of the tensor that was drawn last, by this object or a copy that :meth:`expand` made, costs nothing,
    and is a function of the parameters alone: its gradient is the total one. Any other tensor, a detached one too, is
    inverted; a tensor that was changed in place must not be asked about.

    Parameters
    ----------
    base
        Of batch ``(*lead)``, over the event.
    transforms
        Applied in this order; parameters broadcast with the lead.
    batch_shape
        A larger one than the base's.
    remember
        Keep the density of the last draw. Not where the inverse is the exact direction, and drawing solves for it.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, equations 6-7; Tabak and Turner, A Family
    of Nonparametric Density Estimation Algorithms, 2013.

    Examples
    --------
    >>> from lowerbound.distributions import AffineTransform
    >>> p = Flow(DiagonalNormal(torch.zeros(2), torch.zeros(2)), [AffineTransform(torch.ones(2), torch.zeros(2))])
    >>> round(p.log_prob(torch.ones(2)).item(), 4)
    -1.8379
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(
        self, base: DiagonalNormal, transforms: Sequence[Transform], batch_shape: Any = None, *, remember: bool = True
    ) -> None:
        self.base, self.transforms, self.remember = base, tuple(transforms), remember
        self._last = _LastDraw()
        batch = base.batch_shape if batch_shape is None else torch.Size(batch_shape)
        super().__init__(batch, base.event_shape, validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Flow:
        """Return the distribution with a larger batch shape; nothing is copied, and the last draw is shared."""
        new = Flow(self.base, self.transforms, batch_shape, remember=self.remember)
        new._last = self._last
        return new

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw with a gradient, and keep the draw's density."""
        base = self.base.expand(self.batch_shape)
        value = base.rsample(sample_shape)
        log_prob = base.log_prob(value)
        for transform in self.transforms:
            value, log_det = transform.forward(value)
            log_prob = log_prob - log_det
        if self.remember:
            self._last.keep(value, log_prob)
        return value

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats: ``(*batch,)``."""
        log_prob = self._last.find(value)
        if log_prob is None:
            log_prob = self._invert(value)
        return log_prob.expand(torch.broadcast_shapes(log_prob.shape, self.batch_shape))

    def _invert(self, value: Tensor) -> Tensor:
        total = value.new_zeros(())
        for transform in reversed(self.transforms):
            value, log_det = transform.inverse(value)
            total = total + log_det
        return self.base.log_prob(value) - total

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``, by a deterministic average.

        Over 256 fixed points in mirrored pairs, exact for affine maps.
        """
        return self._points().mean(0).expand(self.batch_shape + self.event_shape)

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate, by the same points as the mean."""
        return self._points().var(0, correction=0).expand(self.batch_shape + self.event_shape)

    def _points(self) -> Tensor:
        loc = self.base.mean
        points = mirrored_points(self.event_shape.numel()).to(loc)
        lead = (len(points), *(1 for _ in self.base.batch_shape))
        value = loc + self.base.stddev * points.reshape(*lead, *self.event_shape)
        for transform in self.transforms:
            value = transform.forward(value)[0]
        return value
