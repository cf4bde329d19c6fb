"""Cyclical annealing: the weight of the rate rises from zero again and again."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Cyclical, Objective
from lowerbound.objectives import ELBO
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["cyclical_vae"]

CYCLES = 4


def _objective(task: Task) -> Objective:
    options, steps = task.options, round(task.options.warmup * task.total)
    rises = steps and task.schedule is None
    beta = Cyclical(0.0, float(options.beta), steps, cycles=CYCLES) if rises else task.beta
    return ELBO(beta=beta, samples=options.samples)


cyclical_vae = replace(
    vae,
    name="cyclical-vae",
    summary="VAE whose beta rises from zero to its value four times over, and stays",
    paper="Fu et al., Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing, 2019",
    objective=_objective,
    defaults={"warmup": 0.8},
    when="Latents are unused after one rise of beta: each cycle starts from better codes. The cycles take `warmup` of "
    "the run, so it should not be short.",
    formula=r"-E_q[\log p(x \mid z)] + \beta_t \, \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``cyclical-vae``. Fu et al., Cyclical Annealing Schedule, 2019."""
