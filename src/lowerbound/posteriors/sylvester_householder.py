"""A posterior of Sylvester flows in rotated coordinates."""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Size
from lowerbound.core.component import positive
from lowerbound.distributions import Transform, reflections
from lowerbound.posteriors.flow_family import FlowFamily
from lowerbound.posteriors.sylvester import sylvester_size, sylvester_step

__all__ = ["SylvesterHouseholder"]


class SylvesterHouseholder(FlowFamily):
    """Planar flows of D units at once, along the columns of a product of Householder reflections.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps; 2 D + K D (D + 2 + reflections) parameters.
    reflections
        How many reflections a step.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    van den Berg, Hasenclever, Tomczak and Welling, Sylvester Normalizing Flows for Variational Inference, 2018,
    section 3.2.

    Examples
    --------
    >>> import torch
    >>> SylvesterHouseholder((3,), flows=2, reflections=1)(torch.zeros(5, 42)).rsample().shape
    torch.Size([5, 3])
    """

    def __init__(self, event_shape: Size, flows: int = 4, reflections: int = 4) -> None:
        d = event_shape[0]
        self.reflections = positive(reflections, "reflections")
        super().__init__(event_shape, flows, flows * (d * reflections + sylvester_size(d)))
        self.start_from(flows * reflections)

    def steps(self, params: Tensor) -> list[Transform]:
        """Split the parameters into reflections and triangles of each step."""
        d, count = self.event_shape[0], self.reflections
        raw, rest = params.unflatten(-1, (self.flows, -1)).split([d * count, sylvester_size(d)], -1)
        q = reflections((self.directions + raw.unflatten(-1, (count, d)).flatten(-3, -2)).unflatten(-2, (-1, count)))
        return [sylvester_step(q[..., k, :, :], rest[..., k, :]) for k in range(self.flows)]
