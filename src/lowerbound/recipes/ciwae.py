"""Between two bounds: a little of the ELBO keeps the encoder's signal, the rest is tight."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import CIWAE
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["ciwae"]


def _objective(task: Task) -> Objective:
    return CIWAE(task.options.samples, beta=task.weight(0.05))


ciwae = replace(
    vae,
    name="ciwae",
    summary="VAE trained on the importance-weighted bound and, with weight 0.05, the ELBO",
    paper="Rainforth, Kosiorek, Le, Maddison, Igl, Wood and Teh, Tighter Variational Bounds are Not Necessarily "
    "Better, 2018",
    objective=_objective,
    defaults={"samples": 5},
    when="As iwae, with a better encoder. weight, from 0 to 1, is the share of the ELBO.",
    formula=r"-\beta \, \mathrm{ELBO} - (1 - \beta) \, E\Big[\log \tfrac1S \sum_s \frac{p(x, z_s)}{q(z_s \mid x)}\Big]",
)
"""Recipe ``ciwae``. Rainforth et al., Tighter Variational Bounds are Not Necessarily Better, 2018."""
