"""A posterior of Sylvester flows with a few orthonormal columns."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Size
from lowerbound.core.component import positive
from lowerbound.distributions import Transform, orthonormal
from lowerbound.errors import ConfigError
from lowerbound.posteriors.flow_family import FlowFamily
from lowerbound.posteriors.sylvester import sylvester_size, sylvester_step

__all__ = ["SylvesterOrthogonal"]


class SylvesterOrthogonal(FlowFamily):
    """Planar flows of M units at once, along M orthonormal columns that each row has of its own.

    Columns are the nearest orthonormal ones to a fixed start plus raw parameters.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps; 2 D + K M (D + M + 2) parameters.
    columns
        M, at most D; the smaller of D and 16 when None.

    Raises
    ------
    ShapeError
        For latents that are not vectors.
    ConfigError
        For more columns than D.

    References
    ----------
    van den Berg, Hasenclever, Tomczak and Welling, Sylvester Normalizing Flows for Variational Inference, 2018,
    section 3.1.

    Examples
    --------
    >>> SylvesterOrthogonal((3,), flows=2, columns=2)(torch.zeros(5, 34)).rsample().shape
    torch.Size([5, 3])
    """

    start: Tensor

    def __init__(self, event_shape: Size, flows: int = 4, columns: int | None = None) -> None:
        d = event_shape[0]
        self.units = positive(min(d, 16) if columns is None else columns, "columns")
        if self.units > d:
            raise ConfigError(f"columns={columns}: no more than {d} columns of {d} entries are orthonormal.")
        super().__init__(event_shape, flows, flows * (d * self.units + sylvester_size(self.units)))
        self.columns = columns
        generator = torch.Generator().manual_seed(flows)
        drawn = torch.randn(flows, d, self.units, generator=generator, dtype=torch.float64, device="cpu")
        self.register_buffer("start", torch.linalg.qr(drawn).Q.float())

    def steps(self, params: Tensor) -> list[Transform]:
        """Split the parameters into columns and triangles of each step."""
        d, m = self.event_shape[0], self.units
        raw, rest = params.unflatten(-1, (self.flows, -1)).split([d * m, sylvester_size(m)], -1)
        q = orthonormal(self.start, raw.unflatten(-1, (d, m)))
        return [sylvester_step(q[..., k, :, :], rest[..., k, :]) for k in range(self.flows)]
