"""Latent bits, on the importance-weighted bound: each sample is scored by what it adds to it."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import VIMCO
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["vimco"]


def _objective(task: Task) -> Objective:
    return VIMCO(task.options.samples)


vimco = replace(
    vae,
    name="vimco",
    summary="VAE of latent bits trained on the importance-weighted bound of 5 samples (or as many as given)",
    paper="Mnih and Rezende, Variational Inference for Monte Carlo Objectives, 2016",
    objective=_objective,
    defaults={"posterior": "bernoulli-latent", "samples": 5},
    when="Codes that are bits, drawn as such. With normal latents it is iwae.",
    formula=r"-E\Big[\log \tfrac1S \sum_s w_s\Big], \quad \nabla_\phi = -E\Big[\sum_s (\hat L - \hat L_{-s}) "
    r"\nabla_\phi \log q(z_s \mid x) + \nabla_\phi \hat L\Big]",
)
"""Recipe ``vimco``. Mnih and Rezende, 2016."""
