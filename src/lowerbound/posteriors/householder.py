"""A posterior of Householder flows: a normal with full covariance."""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Size
from lowerbound.distributions import AffineTransform, DiagonalNormal, Flow, HouseholderTransform, Transform, gentle_log
from lowerbound.posteriors.flow_family import FlowFamily

__all__ = ["Householder"]


class Householder(FlowFamily):
    """A normal with independent coordinates, reflected at some planes.

    Reflections come in pairs that undo each other at raw parameters of zero. They follow the scaling, before which
    they would change nothing, and leave the mean alone.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps, an even number for a start at no reflection; (K + 2) D parameters.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    Tomczak and Welling, Improving Variational Auto-Encoders using Householder Flow, 2016, section 3.

    Examples
    --------
    >>> import torch
    >>> Householder((2,))(torch.zeros(5, 12)).mean.shape
    torch.Size([5, 2])
    """

    def __init__(self, event_shape: Size, flows: int = 4) -> None:
        super().__init__(event_shape, flows, flows * event_shape[0])
        self.start_from(flows)

    def steps(self, params: Tensor) -> list[Transform]:
        """Return the reflections."""
        v = params.unflatten(-1, (self.flows, self.event_shape[0]))
        return [HouseholderTransform(self.directions[k // 2] + v[..., k, :]) for k in range(self.flows)]

    def forward(self, params: Tensor) -> Flow:
        """Map (mean, raw scale, normals of the planes) ``(*lead, (K + 2) D)`` to the distribution."""
        d = self.event_shape[0]
        loc, raw, rest = params.split([d, d, self.flows * d], -1)
        zeros = loc.new_zeros(loc.shape)
        moved = AffineTransform(loc, zeros)
        return Flow(DiagonalNormal(zeros, gentle_log(raw)), [*self.steps(rest), moved])
