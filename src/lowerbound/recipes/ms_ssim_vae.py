r"""A VAE of images whose reconstructions are compared by structural similarity.

The similarity is a mean over pixels; times their number it weighs against the rate as a sum over pixels does.
"""

from __future__ import annotations

import math
from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.errors import ConfigError
from lowerbound.objectives import MultiScaleSimilarity, Rate
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae_gan import vae_gan

__all__ = ["ms_ssim_vae"]


def _objective(task: Task) -> Objective:
    shape, samples = task.data_shape, task.options.samples
    if len(shape) != 3:
        raise ConfigError(f"ms-ssim-vae compares images (C, H, W); rows here have the shape {shape}. Use recipe='vae'.")
    if task.data_range is None:
        raise ConfigError(
            "ms-ssim-vae needs images of a known range, and these are any numbers. Scale it to [0, 1] and use "
            "likelihood='continuous-bernoulli', or say it: objective='784.0 * MultiScaleSimilarity(2.0) + Rate()'."
        )
    similarity = MultiScaleSimilarity(task.data_range, samples=samples)
    return task.weight(float(math.prod(shape))) * similarity + task.beta * Rate(samples=samples)


ms_ssim_vae = replace(
    vae_gan,
    name="ms-ssim-vae",
    summary="VAE of images whose reconstructions are compared by multi-scale structural similarity",
    paper="Snell et al., Learning to Generate Images with Perceptual Similarity Metrics, 2017",
    objective=_objective,
    defaults={"variance": "optimal"},
    when="Images should be rebuilt with their edges and textures rather than with little squared error; it has no ELBO "
    "and no log p(x).",
    formula=r"\lambda \, (1 - E_q[\mathrm{MSSSIM}(x, \hat x)]) + \beta \, \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``ms-ssim-vae``. Snell et al., Learning to Generate Images with Perceptual Similarity Metrics, 2017."""
