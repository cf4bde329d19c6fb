r"""JointVAE: continuous latents and a class side by side, each led up to a capacity of its own.

.. math:: \mathrm{loss} = -E_q[\log p(x \mid z, y)] + \gamma \left| \mathrm{KL}(q(z \mid x) \,\|\, p(z)) - C_z \right|
          + \gamma \left| \mathrm{KL}(q(y \mid x) \,\|\, p(y)) - C_y \right|

Neither latent reads the other; the decoder sees both. The class is drawn exactly, with the gradient of its relaxation,
so that the bound is that of the discrete latent. A class at its capacity need not tell rows apart: one class for all
rows is as far from the uniform prior as a class for each kind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Conditional, Model, Objective
from lowerbound.data import Schema
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import Capacity, Distortion
from lowerbound.posteriors import RelaxedOneHot
from lowerbound.priors import UniformCategorical
from lowerbound.recipes.build import decoder, encoder_network, latent_prior, latent_size, posterior_family, spread_means
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["joint_vae"]

CLASSES = 10


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    classes = (options.classes or CLASSES,)
    continuous, discrete = posterior_family(schema, options), RelaxedOneHot(classes, straight_through=True)
    features = (math.prod(continuous.params_shape) + classes[0],)
    encoder = encoder_network(schema, options, modules, (schema.shape,), features)
    prior = latent_prior(schema, options, continuous, None)
    heads = [MLP((features,), family.params_shape, hidden=()) for family in (continuous, discrete)]
    spread_means(options.spread, continuous, heads[0])
    z = Latent(
        "z", prior, Conditional(continuous, heads[0]), enumerate=continuous.enumerable, score=continuous.scored
    )  # fmt: skip
    y = Latent("y", UniformCategorical(classes), Conditional(discrete, heads[1]), apart=True)
    state = (latent_size(schema, options) + classes[0],)
    return VAE([z, y], decoder(schema, options, modules, (state,)), encoder)


def _objective(task: Task) -> Objective:
    samples, gamma, nats = task.options.samples, task.weight(30.0), task.target(5.0)
    least = min(nats, math.log(task.latent_shape[0]))
    return (
        Distortion(samples)
        + Capacity(gamma, task.warmed(nats), "z", samples)
        + Capacity(gamma, task.warmed(least), "y", samples)
    )


joint_vae = replace(
    vae,
    name="joint-vae",
    summary="VAE with a class beside its continuous latents, the rate of each led up to a capacity (5 nats)",
    paper="Dupont, Learning Disentangled Joint Continuous and Discrete Representations, 2018",
    model=_model,
    objective=_objective,
    defaults={"warmup": 0.5},
    when="The data has kinds as well as shades, and no labels: `classes` is the number of kinds. A run may end "
    "with one class for all rows, whose rate is the same: `diagnose` calls y collapsed then; try other seeds.",
    formula=r"-E_q[\log p(x \mid z, y)] + \gamma \left| \mathrm{KL}(q(z \mid x) \,\|\, p(z)) - C_z \right|"
    r" + \gamma \left| \mathrm{KL}(q(y \mid x) \,\|\, p(y)) - C_y \right|",
)
"""Recipe ``joint-vae``. Dupont, 2018."""
