"""Enumerated data sets: posteriors of rows, and their traces with quadrature in the place of draws."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.core import Progress, Site, Trace
from lowerbound.distributions import DiagonalNormal
from tests.contracts.agreement import gauss_hermite


def scattered(n: int, d: int, seed: int = 0, spread: float = 1.5) -> DiagonalNormal:
    """Posteriors of n rows, of different means and widths."""
    generator = torch.Generator().manual_seed(seed)
    loc = spread * torch.randn(n, d, generator=generator, dtype=torch.float64)
    loc[:, -1] += loc[:, 0]
    return DiagonalNormal(loc, 0.3 * torch.randn(n, d, generator=generator, dtype=torch.float64) - 0.5)


def equicorrelated(n: int, d: int, rho: float) -> DiagonalNormal:
    """Posteriors of n rows on a diagonal, whose mixture is close to a normal with all correlations ``rho``."""
    normal = torch.distributions.Normal(0.0, 1.0)
    t = normal.icdf((torch.arange(n, dtype=torch.float64) + 0.5) / n)
    t = t / t.square().mean().sqrt()
    loc = math.sqrt(rho) * t[:, None].expand(n, d)
    return DiagonalNormal(loc, torch.full_like(loc, 0.5 * math.log(1 - rho)))


def nodes(q: DiagonalNormal, points: int) -> tuple[Tensor, Tensor]:
    """Gauss-Hermite nodes ``(S, n, d)`` of each row's posterior, and their weights ``(S, n)``."""
    d = q.event_shape[0]
    entry, weight = gauss_hermite(points)
    grid = torch.cartesian_prod(*[entry] * d).reshape(-1, d)
    weights = torch.cartesian_prod(*[weight] * d).reshape(-1, d).prod(1)
    return q.mean + q.stddev * grid[:, None], weights[:, None].expand(-1, len(q.mean))


def integrated(q: DiagonalNormal, points: int, n_data: int | None = None) -> Trace:
    """A trace in which each mean over draws is the expectation under q."""
    value, weight = nodes(q, points)
    d = q.event_shape[0]
    p = DiagonalNormal(torch.zeros(d, dtype=torch.float64), torch.zeros(d, dtype=torch.float64))
    return Trace({"z": Site(value, p, q)}, weight, {}, Progress(0, 1, n_data))


def part(q: DiagonalNormal, rows: tuple[int, ...]) -> DiagonalNormal:
    """The posteriors of some rows."""
    chosen = list(rows)
    return DiagonalNormal(q.params["loc"][chosen], q.params["log_scale"][chosen])
