"""The regularised autoencoder with a gradient penalty: a decoder that changes slowly with the code."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import DecoderGradient
from lowerbound.recipes.rae_l2 import rae_l2, regularised
from lowerbound.recipes.recipe import Task

__all__ = ["rae_gp"]


def _objective(task: Task) -> Objective:
    return regularised(task) + task.weight(1e-7) * DecoderGradient()


rae_gp = replace(
    rae_l2,
    name="rae-gp",
    summary="regularised autoencoder: small codes, a penalty on the decoder's gradient, a mixture fitted to the codes",
    objective=_objective,
    when="As `rae-l2`, with a smoothness that is measured where the codes are, for about twice the time of a step; no "
    "ELBO and no log p(x).",
    formula=r"-\log p(x \mid z(x)) + \beta \, \tfrac12 \|z(x)\|^2 + \lambda \|\nabla_z \mu(z(x))\|^2",
)
"""Recipe ``rae-gp``. Ghosh et al., From Variational to Deterministic Autoencoders, 2020."""
