"""The VAE with an encoder gradient that grows quiet as the posterior becomes exact."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import StickingTheLanding
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["sticking_the_landing"]


def _objective(task: Task) -> Objective:
    return StickingTheLanding(beta=task.beta, samples=task.options.samples)


sticking_the_landing = replace(
    vae,
    name="sticking-the-landing",
    summary="VAE whose encoder gradient leaves out the score of q, and with it the noise near the exact posterior",
    paper="Roeder, Wu and Duvenaud, Sticking the Landing: Simple, Lower-Variance Gradient Estimators for Variational "
    "Inference, 2017",
    objective=_objective,
    when="With posteriors that can come close to the exact one, such as flows. Early in training it is noisier than "
    "`vae`, whose rate is exact.",
    formula=r"-\mathrm{ELBO}, \quad \nabla_\phi = -E\Big[\frac{\partial z}{\partial \phi} \frac{\partial}{\partial z} "
    r"\big(\log p(x, z) - \log q(z \mid x)\big)\Big]",
)
"""Recipe ``sticking-the-landing``. Roeder, Wu and Duvenaud, Sticking the Landing, 2017."""
