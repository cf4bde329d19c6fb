r"""FactorVAE: a critic measures the total correlation of the latents, and the encoder lowers it.

.. math:: \mathrm{loss} = -\mathrm{ELBO} + \gamma \, E_{q(z)}[t(z)]

The critic's logit t estimates the log ratio of q(z) and the product of its marginals.
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO, DensityRatioTC
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["factor_vae"]

HIDDEN = (256, 256, 256)
"""Widths of the critic; six layers of 1000 are published, for runs of hours."""


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    critic = MLP((task.latent_shape,), (1,), HIDDEN, "leaky_relu")
    penalty = task.warmed(task.weight(35.0)) * DensityRatioTC(critic, samples=samples)
    return ELBO(beta=task.beta, samples=samples) + penalty


factor_vae = replace(
    vae,
    name="factor-vae",
    summary="VAE that lowers the total correlation of its latents (weight 35), as a critic measures it",
    paper="Kim and Mnih, Disentangling by Factorising, 2018",
    objective=_objective,
    when="As `beta-tc-vae`, where batches are small or latents many; the critic must keep up, so give it many epochs.",
    formula=r"-\mathrm{ELBO} + \gamma \, \mathrm{KL}\Big(q(z) \,\Big\|\, \prod_d q(z_d)\Big)",
)
"""Recipe ``factor-vae``. Kim and Mnih, 2018."""
