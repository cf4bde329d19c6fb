r"""The beta-VAE with a growing capacity: the rate is held at C nats, and C rises during the run.

.. math:: \mathrm{loss} = -E_q[\log p(x \mid z)] + \gamma \left| \mathrm{KL}(q(z \mid x) \,\|\, p(z)) - C \right|
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import Capacity, Distortion
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["capacity_vae"]


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    return Distortion(samples) + Capacity(task.weight(1000.0), task.warmed(task.target(25.0)), samples=samples)


capacity_vae = replace(
    vae,
    name="capacity-vae",
    summary="VAE whose rate is led up to a capacity (25 nats, in the first half of the run) and held there",
    paper="Burgess et al., Understanding disentangling in beta-VAE, 2018",
    objective=_objective,
    defaults={"warmup": 0.5},
    when="The rate should be a number of your choice (`target`, nats), and factors should enter one by one. Not for "
    "the best log p(x).",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \gamma \left| \mathrm{KL}(q(z \mid x) \,\|\, p(z)) - C \right|",
)
"""Recipe ``capacity-vae``. Burgess et al., 2018."""
