r"""The InfoVAE: the rate weighs less, the distance of all codes together from the prior more.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + (1 - \alpha) \, \mathrm{KL}(q(z \mid x) \,\|\, p(z))
          + (\alpha + \lambda - 1) \, \mathrm{MMD}^2(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.distances import MMD
from lowerbound.objectives import Distortion, Match, Rate
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["info_vae"]


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    match = task.weight(100.0) * Match(MMD("rbf"), samples=samples)
    return Distortion(samples) + task.beta * Rate(samples=samples) + match


info_vae = replace(
    vae,
    name="info-vae",
    summary="VAE with a lighter rate (0.5 unless given) and codes matched to the prior by MMD with weight 100",
    paper="Zhao et al., InfoVAE: Balancing Learning and Inference in Variational Autoencoders, 2019",
    objective=_objective,
    defaults={"beta": 0.5},
    when="Codes should tell more of x than in `vae`, and all together still follow the prior. `beta` is 1 - alpha, "
    "`weight` is alpha + lambda - 1; 0.5 and 100 are usual and not tuned.",
    formula=r"-E_q[\log p(x \mid z)] + (1 - \alpha) \, \mathrm{KL}(q(z \mid x) \,\|\, p(z)) "
    r"+ (\alpha + \lambda - 1) \, \mathrm{MMD}^2(q(z), p(z))",
)
"""Recipe ``info-vae``. Zhao et al., InfoVAE, 2019."""
