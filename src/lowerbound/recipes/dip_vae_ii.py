r"""DIP-VAE-II: the covariance of the aggregate posterior is drawn to the identity.

.. math:: \mathrm{loss} = -\mathrm{ELBO} + \lambda \Big( \sum_{i \ne j} C_{ij}^2 + \sum_i (C_{ii} - 1)^2 \Big),
          \qquad C = \mathrm{Cov}[\mu] + E[\mathrm{diag}\, \sigma^2]
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import DIP, ELBO
from lowerbound.recipes.dip_vae import dip_vae
from lowerbound.recipes.recipe import Task

__all__ = ["dip_vae_ii"]


def _objective(task: Task) -> Objective:
    penalty = DIP("ii", diagonal=1.0, samples=task.options.samples)
    return ELBO(beta=task.beta, samples=task.options.samples) + task.warmed(task.weight(10.0)) * penalty


dip_vae_ii = replace(
    dip_vae,
    name="dip-vae-ii",
    summary="VAE whose aggregate posterior has a covariance close to the identity (version ii, weight 10)",
    objective=_objective,
    when="As `dip-vae`, where there may be more latents than factors: an unused latent may stay at its prior.",
    formula=r"-\mathrm{ELBO} + \lambda \Big( \sum_{i \ne j} C_{ij}^2 + \sum_i (C_{ii} - 1)^2 \Big), \quad"
    r" C = \mathrm{Cov}[\mu(x)] + E[\mathrm{diag}\, \sigma^2(x)]",
)
"""Recipe ``dip-vae-ii``. Kumar, Sattigeri and Balakrishnan, 2018."""
