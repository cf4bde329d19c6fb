r"""DIP-VAE-I: the covariance of posterior means is drawn to the identity.

.. math:: \mathrm{loss} = -\mathrm{ELBO} + \lambda \Big( \sum_{i \ne j} \mathrm{Cov}[\mu]_{ij}^2
          + 10 \sum_i (\mathrm{Cov}[\mu]_{ii} - 1)^2 \Big)
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import DIP, ELBO
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["dip_vae"]


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    return ELBO(beta=task.beta, samples=samples) + task.warmed(task.weight(10.0)) * DIP("i", samples=samples)


dip_vae = replace(
    vae,
    name="dip-vae",
    summary="VAE whose posterior means have a covariance close to the identity (version i, weight 10)",
    paper="Kumar, Sattigeri and Balakrishnan, Variational Inference of Disentangled Latent Concepts from Unlabeled "
    "Observations, 2018",
    objective=_objective,
    when="Uncorrelated codes with every latent in use: choose `latent` near the number of factors. Else `dip-vae-ii`.",
    formula=r"-\mathrm{ELBO} + \lambda \Big( \sum_{i \ne j} \mathrm{Cov}[\mu(x)]_{ij}^2"
    r" + 10 \sum_i (\mathrm{Cov}[\mu(x)]_{ii} - 1)^2 \Big)",
)
"""Recipe ``dip-vae``. Kumar, Sattigeri and Balakrishnan, 2018."""
