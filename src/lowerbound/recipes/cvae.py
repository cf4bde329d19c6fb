r"""The conditional VAE: labels or covariates enter prior, posterior and decoder.

.. math:: \log p(x \mid c) \ge E_q[\log p(x \mid z, c)] - \mathrm{KL}(q(z \mid x, c) \,\|\, p(z \mid c))
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.recipes.build import flat_vae, needed_condition
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe
from lowerbound.recipes.vae import elbo

__all__ = ["cvae"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return flat_vae(schema, options, modules, condition=needed_condition("cvae", schema))


cvae = Recipe(
    name="cvae",
    summary="VAE conditioned on labels or covariates in prior, posterior and decoder",
    paper="Sohn, Lee and Yan, Learning Structured Output Representation using Deep Conditional Generative Models, 2015",
    model=_model,
    objective=elbo,
    conditional=True,
    when="Labels or covariates are known and should steer what is generated: `sample(n, given=...)`.",
    formula=r"-E_{q(z \mid x, c)}[\log p(x \mid z, c)] + \mathrm{KL}(q(z \mid x, c) \,\|\, p(z \mid c))",
)
"""Recipe ``cvae``. Sohn, Lee and Yan, 2015."""
