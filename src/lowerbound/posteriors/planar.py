"""A posterior of planar flows."""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Size
from lowerbound.distributions import PlanarTransform, Transform
from lowerbound.posteriors.flow_family import FlowFamily

__all__ = ["Planar"]


class Planar(FlowFamily):
    """A normal pushed along some directions, each by what lies on one side of a plane.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps; 2 D + K (2 D + 1) parameters.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, section 4.1.

    Examples
    --------
    >>> import torch
    >>> Planar((2,), flows=3)(torch.zeros(5, 19)).rsample().shape
    torch.Size([5, 2])
    """

    def __init__(self, event_shape: Size, flows: int = 8) -> None:
        super().__init__(event_shape, flows, flows * (2 * event_shape[0] + 1))
        self.start_from(flows)

    def steps(self, params: Tensor) -> list[Transform]:
        """Split the parameters into u, w and b of each step."""
        d = self.event_shape[0]
        u, w, b = params.unflatten(-1, (self.flows, 2 * d + 1)).split([d, d, 1], -1)
        w = self.directions + w
        return [PlanarTransform(u[..., k, :], w[..., k, :], b[..., k, :]) for k in range(self.flows)]
