r"""The sliced Wasserstein autoencoder: codes and prior are compared along random directions, by sorting.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, SW_2^2(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.distances import SlicedWasserstein
from lowerbound.recipes.matching import matching
from lowerbound.recipes.vae import vae

__all__ = ["swae"]

swae = replace(
    vae,
    name="swae",
    summary="sliced Wasserstein autoencoder: codes matched to the prior along 50 random directions, weight 10",
    paper="Kolouri et al., Sliced-Wasserstein Autoencoder: An Embarrassingly Simple Generative Model, 2018",
    objective=matching(SlicedWasserstein, 10.0),
    when="As `wae-mmd` without a kernel to choose, and cheap for large batches. Many latents ask for more directions: "
    "the weight, 10, is a usual one and not tuned.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, SW_2^2(q(z), p(z))",
)
"""Recipe ``swae``. Kolouri et al., Sliced-Wasserstein Autoencoder, 2018."""
