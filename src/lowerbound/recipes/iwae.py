"""The importance-weighted autoencoder: a tighter bound, from several samples a row."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import IWAE
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["iwae"]


def _objective(task: Task) -> Objective:
    return IWAE(task.options.samples)


iwae = replace(
    vae,
    name="iwae",
    summary="VAE trained on the importance-weighted bound of 5 samples (or as many as given)",
    paper="Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016",
    objective=_objective,
    defaults={"samples": 5},
    when="log p(x) matters more than the codes. Time grows with samples; with many the encoder learns slowly: see "
    "dreg.",
    formula=r"-E_{z_s \sim q}\Big[\log \tfrac1S \sum_s \frac{p(x, z_s)}{q(z_s \mid x)}\Big]",
)
"""Recipe ``iwae``. Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016."""
