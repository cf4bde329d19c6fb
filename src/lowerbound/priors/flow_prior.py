"""A prior of normalizing flows: any flow of zuko, by name."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound import distributions
from lowerbound.core import Component, Size, as_shape
from lowerbound.core.component import positive
from lowerbound.distributions import DiagonalNormal, Transform
from lowerbound.errors import UnknownNameError, nearest
from lowerbound.priors.context import last_context

__all__ = ["FlowPrior"]


class FlowPrior(Component, nn.Module):
    """N(0, I), transformed by learned maps that are fast to score: MAF, NSF, RealNVP, NAF, CNF and others.

    Models with MAF, NSF, NICE and RealNVP compile; the others run eagerly. Draws of NAF, UNAF, BPF, SOSPF and GF are
    found by bisection between -10 and 10, and NAF and UNAF lose what little mass is outside. CNF solves a differential
    equation for all rows at once, to a relative tolerance of 1e-5.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    kind
        Class name in ``zuko.flows``, of a flow over all real numbers.
    transforms
        How many maps; flows that are a single one (CNF) have no such number.
    hidden
        Widths of the hidden layers of their networks.
    condition
        Shape of c, for p(z | c).

    Raises
    ------
    UnknownNameError
        For a name that is no flow over all real numbers.
    ShapeError
        When it is conditional and the condition is missing.

    References
    ----------
    Papamakarios, Pavlakou and Murray, Masked Autoregressive Flow for Density Estimation, 2017; Durkan et al., Neural
    Spline Flows, 2019 (NSF); Rozet, Zuko: Normalizing flows in PyTorch, 2022.

    Examples
    --------
    >>> FlowPrior((3,), kind="MAF")().log_prob(torch.zeros(5, 3)).shape
    torch.Size([5])
    """

    support = "real"
    zeros: Tensor

    def __init__(
        self,
        event_shape: Size,
        kind: str = "NSF",
        transforms: int = 3,
        hidden: Sequence[int] = (64, 64),
        condition: Size | None = None,
    ) -> None:
        super().__init__()
        self.event_shape, self.kind, self.hidden = as_shape(event_shape), kind, tuple(hidden)
        self.transforms = positive(transforms, "transforms")
        self.condition = None if condition is None else as_shape(condition)
        context = 0 if self.condition is None else math.prod(self.condition)
        with torch.device("cpu"):  # zuko's masks need numbers: its networks cannot be laid out without memory
            self.flow = _build(kind, math.prod(self.event_shape), context, transforms, self.hidden)
        self.register_buffer("zeros", torch.zeros(self.event_shape), persistent=False)

    def forward(self, *contexts: Tensor | None) -> distributions.Flow:
        """Return the distribution: of empty batch shape, or that of the condition, the last context."""
        c = last_context(self, self.condition, contexts)
        zeros = self.zeros if c is None else self.zeros.expand(*c.shape[:-1], *self.event_shape)
        event_dim = len(self.event_shape)
        moved = [_FromZuko(to_noise(c), zeros, event_dim) for to_noise in reversed(self._maps())]
        return distributions.Flow(DiagonalNormal(zeros, zeros, event_dim), moved, remember=False)

    def _maps(self) -> list[Any]:
        """Return the maps from latent to noise one by one: zuko's composition of them does not compile."""
        return list(getattr(self.flow.transform, "transforms", [self.flow.transform]))


class _FromZuko(Transform):
    """From noise to latents; ``to_noise`` is the direction that zuko learns, and the fast one."""

    def __init__(self, to_noise: Any, like: Tensor, event_dim: int) -> None:
        self.to_noise, self.shape, self.event_dim = to_noise, like.shape, event_dim

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the latent of a noise, and the log-determinant."""
        return self._apply(self.to_noise.inv, z)

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return the noise of a latent, and the log-determinant of the way back."""
        z, log_det = self._apply(self.to_noise, value)
        return z, -log_det

    def _apply(self, map: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        whole = x.expand(torch.broadcast_shapes(x.shape, self.shape))
        moved, log_det = map.call_and_ladj(whole.flatten(whole.ndim - self.event_dim))
        total = log_det.sum(-1) if log_det.ndim == moved.ndim else log_det  # of maps entry by entry
        return moved.reshape(whole.shape), total


def _zuko() -> ModuleType:
    """Import zuko, and give torch its checks of arguments back: zuko switches them off for the whole process."""
    checked, constraints = Distribution._validate_args, vars(Distribution)["arg_constraints"]
    try:
        import zuko.flows
    finally:
        Distribution.set_default_validate_args(checked)
        Distribution.arg_constraints = constraints  # pyright: ignore[reportAttributeAccessIssue]
    return zuko


def _build(kind: str, features: int, context: int, transforms: int, hidden: tuple[int, ...]) -> Any:
    zuko = _zuko()
    flows: dict[str, Any] = {
        name: value
        for name, value in vars(zuko.flows).items()
        if inspect.isclass(value) and issubclass(value, zuko.flows.Flow) and value is not zuko.flows.Flow
    }
    real = sorted(set(flows) - {"NCSF"})  # circular: over angles
    if kind not in real:
        raise UnknownNameError(f"There is no flow {kind!r} over all real numbers in zuko. {nearest(kind, real)}")
    counted = any("transforms" in inspect.signature(base).parameters for base in flows[kind].__mro__[:-1])
    options = {"transforms": transforms} if counted else {}
    return flows[kind](features, context, hidden_features=hidden, **options)
