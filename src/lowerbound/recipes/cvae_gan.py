r"""The conditional VAE/GAN: its critic judges rows together with what they are given.

Prior, encoder and decoder see the condition as well; features, in which rows are compared, are of rows alone. How well
they go with the condition is judged by a projection (Miyato and Koyama, cGANs with Projection Discriminator, 2018).
Similarity and rate weigh more than without a condition: codes that say less leave more to what is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.recipes.build import needed_condition
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.vae_gan import model_of_means, vae_gan

__all__ = ["cvae_gan"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return model_of_means(schema, options, modules, needed_condition("cvae-gan", schema))


cvae_gan = replace(
    vae_gan,
    name="cvae-gan",
    summary="VAE/GAN conditioned on labels or covariates, which its critic sees beside the rows",
    model=_model,
    defaults={**vae_gan.defaults, "weight": 3.0, "beta": 0.2},
    conditional=True,
    when="Rows are to be made from attributes, and to look sharp: `sample(n, given=...)`. It has no ELBO and no "
    "log p(x).",
    formula=r"\tfrac12 E_q \|f(x) - f(\hat x)\|^2 + \beta \, \mathrm{KL}(q(z \mid x, c) \,\|\, p(z \mid c)), \quad "
    r"\tfrac{\gamma}{2} E_q \|f(x) - f(\hat x)\|^2 + E[\log(1 + e^{-t(\hat x, c)})]",
)
"""Recipe ``cvae-gan``. Larsen et al., Autoencoding beyond pixels using a learned similarity metric, 2016."""
