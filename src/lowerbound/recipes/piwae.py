"""A tight bound for the decoder, several loose ones for the encoder, of the same samples.

As published there are 8 groups; ``samples`` is the number in each.
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import PIWAE
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["piwae"]

GROUPS = 8


def _objective(task: Task) -> Objective:
    return PIWAE(GROUPS * task.options.samples, groups=GROUPS)


piwae = replace(
    vae,
    name="piwae",
    summary="VAE whose decoder follows one bound of 64 samples, and whose encoder the mean of 8 bounds of 8 (or as "
    "many as given)",
    paper="Rainforth, Kosiorek, Le, Maddison, Igl, Wood and Teh, Tighter Variational Bounds are Not Necessarily "
    "Better, 2018",
    objective=_objective,
    defaults={"samples": 8},
    when="As miwae, with the decoder of iwae. Dear: eight times `samples` runs of the decoder a row. Not with a "
    "prior made of the posterior, such as vamp-prior.",
    formula=r"\text{decoder: } -E\Big[\log \tfrac1{8K} \sum_{m,k} w_{mk}\Big]; \quad \text{encoder: } -E\Big[\tfrac18 "
    r"\sum_m \log \tfrac1K \sum_k w_{mk}\Big]",
)
"""Recipe ``piwae``. Rainforth et al., Tighter Variational Bounds are Not Necessarily Better, 2018."""
