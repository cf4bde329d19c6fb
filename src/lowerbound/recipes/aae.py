r"""The adversarial autoencoder: a critic holds the codes to the prior, in the place of the rate.

Codes of all rows together look like draws of the prior; a single row's posterior may be as narrow as it likes.
"""

from __future__ import annotations

import math
from dataclasses import replace

from lowerbound.core import Network, Objective
from lowerbound.networks import MLP
from lowerbound.objectives import AdversarialMatch, Distortion
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["aae", "code_critic"]


def code_critic(task: Task) -> Network:
    """Return a critic of codes: two hidden layers of 256 units."""
    return MLP(((math.prod(task.latent_shape),),), (1,), (256, 256), "leaky_relu")


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    return Distortion(samples) + task.weight(10.0) * AdversarialMatch(code_critic(task), samples=samples)


aae = replace(
    vae,
    name="aae",
    summary="adversarial autoencoder: a critic holds the codes of all rows together to the prior",
    paper="Makhzani et al., Adversarial Autoencoders, 2016",
    objective=_objective,
    when="The prior can be drawn from but has no handy density, or the rate of `vae` empties the codes. Its bound on "
    "log p(x) is loose, as no rate was minimised.",
    formula=r"-E_q[\log p(x \mid z)] + \lambda \, E_{q(z)}[\log(1 + e^{-t(z)})]",
)
"""Recipe ``aae``. Makhzani et al., Adversarial Autoencoders, 2016."""
