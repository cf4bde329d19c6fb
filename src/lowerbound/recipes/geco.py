"""GECO: the least rate at which rows are reconstructed as well as the user asks."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import GECO, Rate
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["geco"]


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    return Rate(samples=samples) + GECO(task.target(0.1), unit="rmse", samples=samples)


geco = replace(
    vae,
    name="geco",
    summary="VAE of the least rate whose reconstructions err by no more than `target` (0.1 unless given), root mean "
    "square",
    paper="Rezende and Viola, Taming VAEs, 2018",
    objective=_objective,
    when="You know how good reconstructions must be, in units of the data: that replaces the search for beta. "
    "Another quantity by `objective`: Rate() + GECO(90.0) for nats.",
    formula=r"\mathrm{KL}(q(z \mid x) \,\|\, p(z)) + \lambda \big( \|x - \hat x(z)\|^2 - D \kappa^2 \big)",
)
"""Recipe ``geco``. Rezende and Viola, Taming VAEs, 2018."""
