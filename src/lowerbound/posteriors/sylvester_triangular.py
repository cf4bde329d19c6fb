"""A posterior of Sylvester flows in the coordinates as they are, and in reverse."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Size
from lowerbound.distributions import Transform
from lowerbound.posteriors.flow_family import FlowFamily
from lowerbound.posteriors.sylvester import sylvester_size, sylvester_step

__all__ = ["SylvesterTriangular"]


class SylvesterTriangular(FlowFamily):
    """Planar flows of D units at once, each seeing the coordinates after it, before it at every second step.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps; 2 D + K D (D + 2) parameters.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    van den Berg, Hasenclever, Tomczak and Welling, Sylvester Normalizing Flows for Variational Inference, 2018,
    section 3.3.

    Examples
    --------
    >>> SylvesterTriangular((3,), flows=2)(torch.zeros(5, 36)).rsample().shape
    torch.Size([5, 3])
    """

    def __init__(self, event_shape: Size, flows: int = 4) -> None:
        super().__init__(event_shape, flows, flows * sylvester_size(event_shape[0]))

    def steps(self, params: Tensor) -> list[Transform]:
        """Split the parameters into the triangles of each step."""
        eye = torch.eye(self.event_shape[0], dtype=params.dtype, device=params.device)
        parts = params.unflatten(-1, (self.flows, -1))
        return [sylvester_step(eye.flip(0) if k % 2 else eye, parts[..., k, :]) for k in range(self.flows)]
