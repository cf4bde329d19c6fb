r"""The Radon-Sobolev variational autoencoder: codes and prior are compared by the energy distance.

The mean over all directions of a Sobolev distance along them is the energy distance, up to a factor: no direction is
drawn. :class:`lowerbound.distances.SlicedEnergy` draws them, for batches too large for all pairs.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, D_E^2(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.distances import Energy
from lowerbound.recipes.matching import matching
from lowerbound.recipes.vae import vae

__all__ = ["radon_sobolev_vae"]

radon_sobolev_vae = replace(
    vae,
    name="radon-sobolev-vae",
    summary="codes matched to the prior by the energy distance, in closed form over all directions, weight 10",
    paper="Turinici, Radon-Sobolev Variational Auto-Encoders, 2021",
    objective=matching(Energy, 10.0),
    when="As `wae-mmd` without a kernel or its scales to choose. The weight, 10, is a usual one and not tuned.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, D_E^2(q(z), p(z))",
)
"""Recipe ``radon-sobolev-vae``. Turinici, Radon-Sobolev Variational Auto-Encoders, 2021."""
