"""Free bits: the first nats of each latent cost nothing, so that all of them are worth using."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import Distortion, FreeBits
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["free_bits"]


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    return Distortion(samples=samples) + FreeBits(task.target(0.25), samples=samples)


free_bits = replace(
    vae,
    name="free-bits",
    summary="VAE whose latents each have some nats free (`target`, 0.25 unless given): below, no rate is paid",
    paper="Kingma et al., Improved Variational Inference with Inverse Autoregressive Flow, 2016",
    objective=_objective,
    when="Latents stay unused beside a strong decoder. All of them then carry about `target` nats, needed or not.",
    formula=r"-E_q[\log p(x \mid z)] + \sum_d \max\big(\lambda, \mathrm{KL}_d\big)",
)
"""Recipe ``free-bits``. Kingma et al., Improved Variational Inference with Inverse Autoregressive Flow, 2016."""
