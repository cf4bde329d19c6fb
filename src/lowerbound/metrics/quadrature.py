r"""log p(x) of models with one or two latents, by the trapezoid rule.

.. math:: p(x) = \int p(x, u) \, du \approx h^D \sum_{u \in \text{grid}} p(x, u)

The density is smooth and falls to nothing at the edges of the box, where the rule converges faster than any power
of the spacing. Each row has a box of its own, found on coarser grids, and its grid is refined until the sum stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import Batch, Model, held
from lowerbound.errors import ConfigError
from lowerbound.metrics.joint import Joint

__all__ = ["Quadrature", "grid_log_likelihood"]

NEGLIGIBLE = 36.0
"""Nats below the highest density at which a grid point is outside the box: e^-36 of the peak."""

ZOOMS, COARSE, FIRST = 3, 48, 32
ROUNDING = 30
"""Units in the last place of log p(x) that no refinement is asked to resolve."""


@dataclass(frozen=True)
class Quadrature:
    """log p(x) on grids, nats.

    Attributes
    ----------
    rows : ndarray, (n,)
        log p of each row.
    errors : ndarray, (n,)
        How far the last refinement moved each row: the error of the grid before it, so far more than its own.
    points : int
        Most points on a side.

    Examples
    --------
    >>> Quadrature(np.array([-3.0, -5.0]), np.array([1e-9, 1e-8]), 64).value
    -4.0
    """

    rows: np.ndarray
    errors: np.ndarray
    points: int

    @property
    def value(self) -> float:
        """Mean over rows, nats per row."""
        return float(self.rows.mean())


def grid_log_likelihood(
    model: Model,
    batches: Iterator[Batch],
    *,
    tolerance: float = 1e-6,
    most: int = 1024,
    chunk: int = 2**14,
    advance: Callable[[int], None] | None = None,
) -> Quadrature:
    """Integrate the latents of every row out on a grid.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents of one or two entries in all.
    batches
        Batches of rows, as the model takes them.
    tolerance
        Nats: grids are refined until no row of a batch moves by more, or by what rounding explains.
    most
        Points on a side at which refinement ends in any case.
    chunk
        Most points x rows computed at once.
    advance
        Called with the number of rows done.

    Raises
    ------
    ConfigError
        For models with more latents, or discrete ones.

    References
    ----------
    Trefethen and Weideman, The Exponentially Convergent Trapezoidal Rule, 2014.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> bool((grid_log_likelihood(model, iter([{"x": torch.zeros(5, 3)}])).errors < 1e-5).all())
    True
    """
    rows, errors, largest = [], [], 0
    with held(model), torch.no_grad():
        for batch in batches:
            joint = Joint(model, batch)
            if joint.size > 2:
                raise ConfigError(
                    f"This model has {joint.size} latent dimensions; a grid is for one or two. Use importance sampling "
                    "or annealing."
                )
            grid = _Grid(joint, chunk)
            value, error, points = grid.refine(tolerance, most)
            rows.append(value.cpu())
            errors.append(error.cpu())
            largest = max(largest, points)
            if advance is not None:
                advance(joint.rows)
    return Quadrature(torch.cat(rows).numpy(), torch.cat(errors).numpy(), largest)


class _Grid:
    """Boxes ``(B, D)`` from ``low`` to ``high``, and the joint density on their grids."""

    def __init__(self, joint: Joint, chunk: int) -> None:
        self.joint, self.chunk = joint, chunk
        prior = joint.draw_prior(256)
        reach = 1.5 * (prior.amax(0) - prior.amin(0))
        self.kept = joint.location - 6 * joint.spread, joint.location + 6 * joint.spread
        self.low = torch.minimum(prior.amin(0) - reach, self.kept[0])
        self.high = torch.maximum(prior.amax(0) + reach, self.kept[1])
        for _ in range(ZOOMS):
            self._zoom()

    def _axes(self, points: int) -> Tensor:
        """Return the grid on the unit cube, ``(points ** D, D)``."""
        axis = torch.linspace(0, 1, points, dtype=self.low.dtype, device=self.low.device)
        return torch.cartesian_prod(*[axis] * self.joint.size).reshape(-1, self.joint.size)

    def _density(self, unit: Tensor) -> Tensor:
        """Return log p(x, u) at the grid points, ``(points ** D, B)``, float64."""
        count = max(1, self.chunk // self.joint.rows)
        parts = []
        for some in unit.split(count):
            prior, likelihood = self.joint(self.low + some[:, None] * (self.high - self.low))
            parts.append((prior + likelihood).double())
        return torch.cat(parts).nan_to_num(-math.inf)

    def _zoom(self) -> None:
        """Shrink each box to the points that matter and their neighbours, and keep the encoder's region inside."""
        unit = self._axes(COARSE)
        density = self._density(unit)
        matters = (density > density.amax(0) - NEGLIGIBLE).unsqueeze(-1)
        cell, width = 1 / (COARSE - 1), self.high - self.low
        first = torch.where(matters, unit[:, None], 1.0).amin(0) - cell
        last = torch.where(matters, unit[:, None], 0.0).amax(0) + cell
        low, high = self.low + first * width, self.low + last * width
        self.low, self.high = torch.minimum(low, self.kept[0]), torch.maximum(high, self.kept[1])

    def refine(self, tolerance: float, most: int) -> tuple[Tensor, Tensor, int]:
        """Double the grid until no row moves by more than ``tolerance``."""
        points, value = FIRST, self._integral(FIRST)
        while True:
            points = 2 * points
            finer = self._integral(points)
            error = (finer - value).abs()
            rounding = ROUNDING * torch.finfo(self.low.dtype).eps * finer.abs()
            if points >= most or bool((error <= rounding.clamp(min=tolerance)).all()):
                return finer, error, points
            value = finer

    def _integral(self, points: int) -> Tensor:
        volume = ((self.high - self.low).double() / (points - 1)).log().sum(-1)
        return torch.logsumexp(self._density(self._axes(points)), 0) + volume
