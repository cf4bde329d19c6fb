"""Latents in hyperbolic space, which has room for trees: volume grows exponentially with the distance."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ShapeError

__all__ = ["WrappedNormal"]

_REACH = 6.0
_LONGEST = math.tanh(0.5 * _REACH)


class WrappedNormal(Family):
    """A wrapped normal on the Poincare ball, with a scale along each axis.

    Centres are less than 6 from the origin, and scales less than 2 or 6 over the root of D: draws then stay where
    single precision tells points of the ball apart, and no KL is gained by leaving it. Zeros give the origin and half
    the largest scale.

    Parameters
    ----------
    event_shape
        ``(D,)``.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    Nagano et al., A Wrapped Normal Distribution on Hyperbolic Space for Gradient-Based Learning, 2019, section 4;
    Mathieu et al., Continuous Hierarchical Representations with Poincare Variational Auto-Encoders, 2019, section 3.

    Examples
    --------
    >>> import torch
    >>> q = WrappedNormal((2,))(torch.zeros(5, 2, 2))
    >>> q.mean[0], q.log_scale.exp()[0]
    (tensor([0., 0.]), tensor([1., 1.]))
    """

    support = "ball"

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        if len(event_shape) != 1:
            raise ShapeError(f"The points of a ball are vectors; got the event shape {tuple(event_shape)}.")
        self.event_shape = as_shape(event_shape)
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.WrappedNormal:
        """Map (centre before it is bounded, raw log scale) ``(*lead, 2, D)`` to the distribution."""
        raw, raw_scale = params.unbind(-2)
        loc = _LONGEST * raw * (raw.square().sum(-1, keepdim=True) + 4 * _LONGEST**2).rsqrt()
        largest = min(2.0, _REACH / math.sqrt(self.event_shape[0]))
        log_scale = functional.logsigmoid(distributions.gentle_log(raw_scale)) + math.log(largest)
        return distributions.WrappedNormal(loc, log_scale)
