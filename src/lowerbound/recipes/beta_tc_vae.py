r"""The beta-TC-VAE: of the rate, only what the latents tell about each other weighs more.

.. math:: \mathrm{loss} = -\mathrm{ELBO} + (\beta - 1) \, \mathrm{KL}\Big(q(z) \,\Big\|\, \prod_d q(z_d)\Big)
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import ELBO, TotalCorrelation
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["beta_tc_vae"]


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    penalty = task.warmed(task.weight(5.0)) * TotalCorrelation(samples=samples)
    return ELBO(beta=task.beta, samples=samples) + penalty


beta_tc_vae = replace(
    vae,
    name="beta-tc-vae",
    summary="VAE with the total correlation of its latents weighted by beta (6: weight 5 beside the ELBO)",
    paper="Chen et al., Isolating Sources of Disentanglement in Variational Autoencoders, 2018",
    objective=_objective,
    when="Independent latents at less loss of detail than `beta-vae`; batches of 100 rows and more. `weight` is "
    "beta - 1.",
    formula=r"-\mathrm{ELBO} + (\beta - 1) \, \mathrm{KL}\Big(q(z) \,\Big\|\, \prod_d q(z_d)\Big)",
)
"""Recipe ``beta-tc-vae``. Chen et al., 2018."""
