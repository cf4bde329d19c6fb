"""The autoencoder: codes without noise, and reconstructions. No likelihood."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import Distortion
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["ae"]


def _objective(task: Task) -> Objective:
    return Distortion()


ae = replace(
    vae,
    name="ae",
    summary="autoencoder: one code a row without noise, trained to reconstruct; no likelihood",
    paper="Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, 2006",
    objective=_objective,
    defaults={"posterior": "point", "prior_after": "NormalMixture(components=10)"},
    when="Only codes and reconstructions matter. It has no ELBO and no log p(x), and its samples come from a mixture "
    "fitted to the codes afterwards; `vae` has all of them.",
    formula=r"-\log p(x \mid z(x))",
)
"""Recipe ``ae``. Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, 2006."""
