"""The mean of several importance-weighted bounds: tighter than the ELBO, with a signal left for the encoder.

As published there are 8 groups; ``samples`` is the number in each.
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import MIWAE
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["miwae"]

GROUPS = 8


def _objective(task: Task) -> Objective:
    return MIWAE(GROUPS * task.options.samples, groups=GROUPS)


miwae = replace(
    vae,
    name="miwae",
    summary="VAE trained on the mean of 8 importance-weighted bounds of 8 samples each (or as many as given)",
    paper="Rainforth, Kosiorek, Le, Maddison, Igl, Wood and Teh, Tighter Variational Bounds are Not Necessarily "
    "Better, 2018",
    objective=_objective,
    defaults={"samples": 8},
    when="As iwae, when its encoder learns too slowly. Dear: eight times `samples` runs of the decoder a row.",
    formula=r"-E\Big[\tfrac18 \sum_{m=1}^8 \log \tfrac1K \sum_{k=1}^K \frac{p(x, z_{mk})}{q(z_{mk} \mid x)}\Big]",
)
"""Recipe ``miwae``. Rainforth et al., Tighter Variational Bounds are Not Necessarily Better, 2018."""
