r"""Factor analysis and probabilistic PCA: accelerated EM, whose weights are at their maximum at every step.

.. math:: x = Wz + b + \epsilon, \quad z \sim N(0, I), \quad \epsilon \sim N(0, \Psi)

Let :math:`\Psi^{-1/2} S \Psi^{-1/2} = U \Lambda U^\top` with the covariance S of the rows. Given :math:`\Psi` the most
likely weights, and the log-likelihood there, are

.. math:: W = \Psi^{1/2} U_q (\Lambda_q - I)_+^{1/2}, \qquad
          \log p = -\tfrac12 \Bigl[ D \log 2\pi + \log|\Psi| + \sum_{i \le q} (\log \lambda_i + 1)
          + \sum_{i > q} \lambda_i \Bigr]

(with :math:`\lambda_i` for :math:`\log \lambda_i + 1` where it is below one), and EM's step of :math:`\Psi` from there
is :math:`\mathrm{diag}(S - WW^\top)`; its mean, where all entries share one variance. Neither can lower the likelihood.
In these axes the exact posterior has independent coordinates: :math:`z_i \mid x` has the variance
:math:`1 / \lambda_i`. Where EM creeps, two of its steps tell where it is going (squared extrapolation of
:math:`\log \Psi`; Varadhan and Roland, 2008): the leap is taken where it is better than they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from lowerbound.recipes.build import latent_size
from lowerbound.recipes.linear import Blocks, LinearModel, bound, check_solvable, linear_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe

__all__ = ["factor_analysis", "linear_gaussian", "solve"]


def linear_gaussian(
    recipe: str, variance: str, schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]
) -> Model:
    """Build the model of a recipe: one variance (``"scalar"``) or one an entry (``"feature"``)."""
    check_solvable(recipe, options, modules, (variance,))
    size = min(latent_size(schema, options), schema.n_features) if options.latent is None else options.latent
    if size > schema.n_features:
        raise ConfigError(
            f"latent={size}: rows have {schema.n_features} entries, and the recipe {recipe!r} has no use for more "
            "latents than that."
        )
    return linear_vae(schema, options, StandardNormal((size,)), DiagonalNormal((size,)))


def solve(model: Any, blocks: Blocks, seed: int) -> Iterator[float]:
    """Improve the model without end; yield its log-likelihood, nats per row, after each step.

    Parameters
    ----------
    model
        Built by :func:`linear_gaussian`, calibrated.
    blocks
        Gives the training rows; they are read once.
    seed
        Not needed: the start is the same always.
    """
    linear = LinearModel(model)
    mean, covariance = _moments(linear, blocks)
    likelihood = _Likelihood(linear, covariance)
    point = likelihood.at(linear.variance(covariance.diagonal()))
    while True:
        linear.write(point.weight, mean, point.variance)
        _write_posterior(linear, point, mean)
        yield point.value - float(linear.unit.log().sum())
        first = likelihood.after(point)
        second = likelihood.after(first)
        point = max(second, likelihood.at(_leap(linear, point, first, second)), key=lambda p: p.value)


@dataclass
class _Point:
    """A noise variance ``(D,)`` with its most likely weights ``(D, q)`` and their log-likelihood in units.

    ``precision`` (q,) is that of the posterior.
    """

    variance: Tensor
    weight: Tensor
    precision: Tensor
    value: float


class _Likelihood:
    """The log-likelihood of a noise variance, at its most likely weights."""

    def __init__(self, linear: LinearModel, covariance: Tensor) -> None:
        self.linear, self.covariance = linear, covariance
        self.fixed = torch.linalg.eigh(covariance) if linear.pooled else None

    def at(self, variance: Tensor) -> _Point:
        """Return the weights and the value of a variance."""
        values, vectors = self._spectrum(variance)
        kept, axes = values[: self.linear.latents], vectors[:, : self.linear.latents]
        weight = variance.sqrt()[:, None] * axes * (kept - 1).clamp(min=0).sqrt()
        quadratic = values.sum() - kept.sum() + torch.where(kept > 1, kept.log() + 1, kept).sum()
        value = -0.5 * float(len(variance) * math.log(2 * math.pi) + variance.log().sum() + quadratic)
        return _Point(variance, weight, kept.clamp(min=1), value)

    def after(self, point: _Point) -> _Point:
        """Return where a step of EM leads."""
        return self.at(self.linear.variance(self.covariance.diagonal() - point.weight.square().sum(1)))

    def _spectrum(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        """Return the eigenvalues of the covariance in units of the noise, largest first, and the axes."""
        if self.fixed is not None:
            values, vectors = self.fixed[0] / variance[0], self.fixed[1]
        else:
            scale = variance.sqrt()
            values, vectors = torch.linalg.eigh(self.covariance / (scale[:, None] * scale))
        largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
        return values.flip(0).clamp(min=0), (vectors * largest.sign()).flip(1)


def _leap(linear: LinearModel, start: _Point, first: _Point, second: _Point) -> Tensor:
    """Return the variance that two steps of EM, squared, point to."""
    zero, one, two = (point.variance.log() for point in (start, first, second))
    speed, change = one - zero, two - 2 * one + zero
    length = -speed.norm() / change.norm() if bool(change.norm() > 0) else torch.tensor(-1.0)
    return linear.variance((zero - 2 * length * speed + length.square() * change).clamp(max=zero.max() + 5).exp())


def _moments(linear: LinearModel, blocks: Blocks) -> tuple[Tensor, Tensor]:
    """Return mean and covariance, in units, from one pass."""
    d, count = len(linear.unit), 0
    total, squares = torch.zeros(d).double(), torch.zeros(d, d).double()
    for block in blocks():
        x = linear.units(block)
        count, total, squares = count + len(x), total + x.sum(0), squares + x.T @ x
    mean = total / count
    return mean, squares / count - mean[:, None] * mean


def _write_posterior(linear: LinearModel, point: _Point, mean: Tensor) -> None:
    """Write the exact p(z | x), whose precision is diagonal in these axes."""
    gain = point.weight.T / point.variance / point.precision[:, None]
    raw = distributions.inverse_gentle_log(-0.5 * point.precision.log())
    linear.write_encoder(torch.cat([gain, torch.zeros_like(gain)]), torch.cat([-gain @ mean, raw]))


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return linear_gaussian("factor-analysis", "feature", schema, options, modules)


factor_analysis = Recipe(
    name="factor-analysis",
    summary="linear Gaussian latents and one noise variance a column, solved by EM: no gradients",
    paper="Rubin and Thayer, EM Algorithms for ML Factor Analysis, 1982",
    model=_model,
    objective=bound,
    solve=solve,
    support="real",
    when="As ppca, when columns differ in how noisy they are.",
    formula=r"-\log N(x \mid b, W W^\top + \Psi)",
)
"""Recipe ``factor-analysis``. Rubin and Thayer, EM Algorithms for ML Factor Analysis, 1982."""
