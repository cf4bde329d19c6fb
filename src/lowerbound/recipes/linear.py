r"""Models with linear maps and an exact posterior, whose weights are computed and written instead of trained.

.. math:: x \mid z \sim N(Wz + b, \Psi)

All computing is in float64 and in units of the data: entries less their mean, over the unit of the likelihood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound.core import Conditional, Family, Objective
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.location_scale import PACE
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP, Standardized
from lowerbound.objectives import ELBO
from lowerbound.recipes.likelihood import likelihood_family
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Task

__all__ = ["Blocks", "LinearModel", "bound", "check_solvable", "linear_vae"]

Blocks = Callable[[], Iterator[Tensor]]
"""Called for a pass over the training rows: blocks ``(m, *shape)`` as the model sees them."""

SOLVED = {"latent", "variance", "floor", "likelihood"}
LEAST_VARIANCE = 1e-12


def check_solvable(
    recipe: str, options: ModelOptions, modules: Mapping[str, nn.Module], variances: Sequence[str]
) -> None:
    """Refuse options that only a trained model has.

    Raises
    ------
    ConfigError
        Names the option.
    """
    said = [name for name, field in ModelOptions.model_fields.items() if getattr(options, name) != field.default]
    for name in [*modules, *(name for name in said if name not in SOLVED)]:
        raise ConfigError(f"The recipe {recipe!r} is solved by EM and takes no {name}: leave it out, or use 'vae'.")
    if options.likelihood not in ("auto", "normal"):
        raise ConfigError(f"likelihood={options.likelihood!r}: the recipe {recipe!r} has a normal one.")
    if isinstance(options.variance, str) and options.variance not in variances:
        raise ConfigError(
            f"variance={options.variance!r}: the recipe {recipe!r} takes {' or '.join(map(repr, variances))}, or a "
            "number."
        )


def linear_vae(schema: Schema, options: ModelOptions, prior: nn.Module, posterior: Family) -> VAE:
    """Build a flat model whose encoder and decoder are linear, and whose likelihood is normal."""
    family = likelihood_family(schema, options.model_copy(update={"likelihood": "normal"}))
    encoder = Standardized(MLP((schema.shape,), posterior.params_shape, hidden=()))
    decoder = MLP((posterior.event_shape,), family.params_shape, hidden=())
    level = Latent("z", prior, Conditional(posterior, encoder), score=posterior.scored)
    return VAE([level], Conditional(family, decoder))


def bound(task: Task) -> Objective:
    """Return what EM raises: the ELBO, which an exact posterior makes log p(x)."""
    return ELBO()


class LinearModel:
    """The weights of a model that :func:`linear_vae` built, in float64 and in units of the data.

    Parameters
    ----------
    model
        Calibrated.

    Attributes
    ----------
    prior, posterior
        p(z), and the family of q(z | x).
    unit : Tensor, (D,)
        Of each entry.
    least : float
        Smallest variance, in squared units.
    fixed : Tensor or None, (D,)
        The variance, where it is given.

    References
    ----------
    Tipping and Bishop, Probabilistic Principal Component Analysis, 1999, section 2 (the model and its posterior).

    Examples
    --------
    >>> from lowerbound.recipes import ppca
    >>> LinearModel(ppca.model(Schema((3,), "real"), ppca.options(latent=2), {})).latents
    2
    """

    def __init__(self, model: VAE) -> None:
        level: Any = model.levels[0]
        likelihood: Any = model.likelihood
        self.prior, self.posterior, self.family = level.prior_, level.posterior_.family, likelihood.family
        self.encoder, self.decoder = level.posterior_.network, likelihood.network.layers[-1]
        self.shift, self.unit = (getattr(self.family, name).flatten().double().cpu() for name in ("shift", "unit"))
        self.least = max(self.family.floor**2, LEAST_VARIANCE)
        given = self.family.variance
        self.pooled, self.fixed = given == "scalar", None if isinstance(given, str) else given / self.unit.square()

    @property
    def latents(self) -> int:
        """Number of latents."""
        return self.posterior.event_shape[0]

    def units(self, block: Tensor) -> Tensor:
        """Return rows ``(m, *shape)`` in units of the data, ``(m, D)`` float64."""
        return (block.flatten(1).double().cpu() - self.shift) / self.unit

    def variance(self, residual: Tensor) -> Tensor:
        """Return the most likely variance ``(D,)`` of mean squared residuals, as the likelihood allows it."""
        if self.fixed is not None:
            return self.fixed
        shared = residual.mean().expand_as(residual) if self.pooled else residual
        return shared.clamp(min=self.least)

    def write(self, weight: Tensor, bias: Tensor, variance: Tensor) -> None:
        """Write p(x | z): ``weight`` (D, H), ``bias`` and ``variance`` (D,)."""
        with torch.no_grad():
            self.decoder.weight.copy_(weight)
            self.decoder.bias.copy_(bias)
            if self.fixed is None:
                own = (variance - self.family.floor**2).clamp(min=1e-12 * self.least)
                own = own[0] if self.pooled else own.reshape(self.family.event_shape)
                self.family.raw_scale.copy_(0.5 * own.log() / PACE)

    def write_encoder(self, weight: Tensor, bias: Tensor) -> None:
        """Write the raw parameters of q(z | x): ``weight`` (P, D) times x in units of the data, plus ``bias`` (P,)."""
        shift, unit = (getattr(self.encoder, f"buffer_{name}").flatten().double().cpu() for name in ("shift", "unit"))
        last = self.encoder.network.layers[-1]
        with torch.no_grad():
            last.weight.copy_(weight * unit / self.unit)
            last.bias.copy_(bias + weight @ ((shift - self.shift) / self.unit))
