"""The importance-weighted bound with a doubly reparameterised encoder gradient."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import DReG
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["dreg"]


def _objective(task: Task) -> Objective:
    return DReG(task.options.samples)


dreg = replace(
    vae,
    name="dreg",
    summary="importance-weighted autoencoder of 5 samples whose encoder gradient gets better as samples are added",
    paper="Tucker, Lawson, Gu and Maddison, Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives, "
    "2019",
    objective=_objective,
    defaults={"samples": 5},
    when="Instead of iwae, wherever draws of the posterior have a gradient: the same bound, a better encoder.",
    formula=r"-E\Big[\log \tfrac1S \sum_s w_s\Big], \quad \nabla_\phi = -E\Big[\sum_s \tilde w_s^2 \frac{\partial "
    r"z_s}{\partial \phi} \frac{\partial \log w_s}{\partial z_s}\Big]",
)
"""Recipe ``dreg``. Tucker, Lawson, Gu and Maddison, 2019."""
