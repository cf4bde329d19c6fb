r"""The VAE/GAN: rows are compared in the features of a critic, which tells them from what the decoder makes.

Features without batch normalisation are small, so the rate weighs less than the paper's; the game is otherwise its.
What is compared is the mean of p(x | z), so a normal serves where nothing else is asked for, levels included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Model, Network, Objective, Size
from lowerbound.data import Schema
from lowerbound.networks import MLP, ConvFeatures, Discriminator, Projected, Standardized
from lowerbound.objectives import VAEGAN
from lowerbound.recipes.build import flat_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["model_of_means", "row_critic", "vae_gan"]


def model_of_means(
    schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module], condition: Size | None = None
) -> Model:
    """Return a flat VAE whose likelihood has a cheap mean, within the range of the data.

    That is a normal for levels, unless another is asked for: a critic tells rows with entries out of range at a glance.
    """
    if schema.support == "levels" and options.likelihood == "auto":
        options = options.model_copy(update={"likelihood": f"Normal(bounds=(0, {(schema.levels or 256) - 1}))"})
    return flat_vae(schema, options, modules, condition)


def row_critic(task: Task) -> Network:
    """Return a critic of rows with features: convolutions for images, two hidden layers for vectors.

    That of a conditional model judges the features with the condition, by a projection.
    """
    shape = task.data_shape
    if len(shape) == 3 and min(shape[1:]) >= 8:
        body: Network = ConvFeatures((shape,), (32, 64))
    else:
        body = MLP((shape,), (128,), (128,), "leaky_relu")
    half = None if task.data_range is None else task.data_range / 2
    given = task.condition_shapes
    head: Network = MLP((body.out_shape,), (128,) if given else (1,), (128,), "leaky_relu")
    if given:
        head = Projected(head, given)
    return Discriminator(Standardized(body, half, half), head)


def _objective(task: Task) -> Objective:
    return VAEGAN(row_critic(task), gamma=task.weight(1.0), beta=task.beta, samples=task.options.samples)


vae_gan = replace(
    vae,
    name="vae-gan",
    summary="VAE/GAN: reconstructions are compared in the features of a critic, which also judges them",
    paper="Larsen et al., Autoencoding beyond pixels using a learned similarity metric, 2016",
    model=model_of_means,
    objective=_objective,
    defaults={"variance": "optimal", "beta": 0.05},
    when="Sharp reconstructions and samples of images matter, and likelihoods do not: it has no ELBO and no log p(x). "
    "Training is a game and may swing.",
    formula=r"\tfrac12 E_q \|f(x) - f(\hat x)\|^2 + \beta \, \mathrm{KL}(q(z \mid x) \,\|\, p(z)), \quad "
    r"\tfrac{\gamma}{2} E_q \|f(x) - f(\hat x)\|^2 + E[\log(1 + e^{-t(\hat x)})]",
)
"""Recipe ``vae-gan``. Larsen et al., Autoencoding beyond pixels using a learned similarity metric, 2016."""
