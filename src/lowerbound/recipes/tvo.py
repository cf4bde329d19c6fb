"""The thermodynamic variational objective: a sum of slopes on the way from posterior to model."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import Thermodynamic
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["tvo"]


def _objective(task: Task) -> Objective:
    return Thermodynamic(task.options.samples)


tvo = replace(
    vae,
    name="tvo",
    summary="VAE trained on the thermodynamic bound: 5 intervals, 10 samples (or as many as given)",
    paper="Masrani, Le and Wood, The Thermodynamic Variational Objective, 2019",
    objective=_objective,
    defaults={"samples": 10},
    when="Latents whose draws have no gradient, such as posterior='bernoulli-latent', with many samples; others have "
    "iwae and dreg too.",
    formula=r"-\sum_{k=1}^K (\beta_k - \beta_{k-1}) \, E_{\pi_{\beta_{k-1}}}\Big[\log \frac{p(x, z)}{q(z \mid "
    r"x)}\Big], \quad \pi_\beta \propto q^{1 - \beta} p^\beta",
)
"""Recipe ``tvo``. Masrani, Le and Wood, 2019."""
