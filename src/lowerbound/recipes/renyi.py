"""The VAE on a bound by Rényi's divergence, half way from the importance-weighted bound to the ELBO."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import Renyi
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["renyi"]


def _objective(task: Task) -> Objective:
    return Renyi(0.5, task.options.samples)


renyi = replace(
    vae,
    name="renyi",
    summary="VAE trained on the Rényi bound of order 0.5 with 5 samples (or as many as given)",
    paper="Li and Turner, Rényi Divergence Variational Inference, 2016",
    objective=_objective,
    defaults={"samples": 5},
    when="A posterior that should cover more than the ELBO's does. Other orders: objective='Renyi(-1.0, 50)'.",
    formula=r"-\frac1{1 - \alpha} E\Big[\log \tfrac1S \sum_s \Big(\frac{p(x, z_s)}{q(z_s \mid x)}\Big)^{1 - "
    r"\alpha}\Big], \quad \alpha = 0.5",
)
"""Recipe ``renyi``. Li and Turner, 2016."""
