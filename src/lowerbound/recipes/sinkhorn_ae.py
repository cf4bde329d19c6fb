r"""The Sinkhorn autoencoder: codes and prior are compared by optimal transport with an entropy.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, S_\epsilon(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.distances import Sinkhorn
from lowerbound.recipes.matching import matching
from lowerbound.recipes.vae import vae

__all__ = ["sinkhorn_ae"]

sinkhorn_ae = replace(
    vae,
    name="sinkhorn-ae",
    summary="Sinkhorn autoencoder: codes matched to the prior by optimal transport with an entropy, weight 10",
    paper="Patrini et al., Sinkhorn AutoEncoders, 2019",
    objective=matching(Sinkhorn, 10.0),
    when="As `wae-mmd`, where the geometry of codes matters: it moves each code towards its share of the prior. The "
    "slowest of its kind; weight 10 and epsilon 1 are usual and not tuned.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, S_\epsilon(q(z), p(z))",
)
"""Recipe ``sinkhorn-ae``. Patrini et al., Sinkhorn AutoEncoders, 2019."""
