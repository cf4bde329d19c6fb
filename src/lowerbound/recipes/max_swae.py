r"""The max-sliced Wasserstein autoencoder: codes and prior are compared along the direction that tells them most apart.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, \max_\theta W_2^2(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.distances import MaxSlicedWasserstein
from lowerbound.recipes.matching import matching
from lowerbound.recipes.vae import vae

__all__ = ["max_swae"]

max_swae = replace(
    vae,
    name="max-swae",
    summary="sliced Wasserstein autoencoder along the one direction that tells codes and prior most apart, weight 10",
    paper="Deshpande et al., Max-Sliced Wasserstein Distance and its use for GANs, 2019",
    objective=matching(MaxSlicedWasserstein, 10.0),
    when="As `swae` with many latents, where a random direction shows little. Each step searches for its direction; "
    "the weight, 10, is a usual one and not tuned.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, \max_\theta W_2^2(q(z), p(z))",
)
"""Recipe ``max-swae``. Deshpande et al., Max-Sliced Wasserstein Distance and its use for GANs, 2019."""
