r"""The variational autoencoder, with a short rise of beta that keeps its latents alive.

.. math:: \log p(x) \ge E_q[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from lowerbound.core import Linear, Model, Objective, Schedule
from lowerbound.data import Schema
from lowerbound.objectives import ELBO
from lowerbound.recipes.build import flat_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe

__all__ = ["elbo", "vae"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return flat_vae(schema, options, modules)


def elbo(options: ModelOptions, total: int, schedule: Schedule | None = None) -> Objective:
    """Return the ELBO with beta as the options say.

    Parameters
    ----------
    options
        ``beta`` a number rises over ``warmup`` of the run.
    total
        Steps of the run.
    schedule
        The schedule that ``beta`` spelled out, already read.

    Examples
    --------
    >>> elbo(ModelOptions(beta=4.0), total=1000)
    ELBO(beta=Linear(0.0, 4.0, 100))
    """
    steps = round(options.warmup * total)
    if schedule is not None:
        return ELBO(beta=schedule, samples=options.samples)
    beta = float(options.beta)
    return ELBO(beta=Linear(0.0, beta, steps) if steps and beta else beta, samples=options.samples)


vae = Recipe(
    name="vae",
    summary="variational autoencoder: one Gaussian latent vector, trained on the ELBO",
    paper="Kingma and Welling, Auto-Encoding Variational Bayes, 2014",
    model=_model,
    objective=elbo,
)
"""Recipe ``vae``. Kingma and Welling, Auto-Encoding Variational Bayes, 2014."""
