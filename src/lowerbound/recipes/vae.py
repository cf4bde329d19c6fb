r"""The variational autoencoder, with a short rise of beta that keeps its latents alive.

.. math:: \log p(x) \ge E_q[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from lowerbound.core import Model, Objective
from lowerbound.data import Schema
from lowerbound.objectives import ELBO
from lowerbound.recipes.build import flat_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe, Task

__all__ = ["elbo", "vae"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return flat_vae(schema, options, modules)


def elbo(task: Task) -> Objective:
    """Return the ELBO with beta as the options say.

    Examples
    --------
    >>> elbo(Task(ModelOptions(beta=4.0), total=1000))
    ELBO(beta=Linear(0.0, 4.0, 100))
    """
    return ELBO(beta=task.beta, samples=task.options.samples)


vae = Recipe(
    name="vae",
    summary="variational autoencoder: one Gaussian latent vector, trained on the ELBO",
    paper="Kingma and Welling, Auto-Encoding Variational Bayes, 2014",
    model=_model,
    objective=elbo,
    when="First: it gives codes, samples and a bound on log p(x). Go on from here when its diagnosis says why.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``vae``. Kingma and Welling, Auto-Encoding Variational Bayes, 2014."""
