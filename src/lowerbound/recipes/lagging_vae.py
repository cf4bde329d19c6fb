"""Lagging inference: the encoder is trained ahead of the decoder until its codes learn no more."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import ELBO, Lagging
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["lagging_vae"]


def _objective(task: Task) -> Objective:
    return Lagging(ELBO(beta=task.beta, samples=task.options.samples))


lagging_vae = replace(
    vae,
    name="lagging-vae",
    summary="VAE whose encoder is at first trained ahead of its decoder, until its codes learn no more of the rows",
    paper="He, Spokoyny, Neubig and Berg-Kirkpatrick, Lagging Inference Networks and Posterior Collapse in Variational "
    "Autoencoders, 2019",
    objective=_objective,
    when="A strong decoder learns to do without codes before the encoder knows any; what is minimised stays the "
    "negative ELBO. Takes several times the steps, so give it more epochs.",
    formula=r"-E_q[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``lagging-vae``. He et al., Lagging Inference Networks and Posterior Collapse, 2019."""
