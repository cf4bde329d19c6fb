r"""The Cramer-Wold autoencoder: codes and prior are smoothed and compared along all directions at once.

The paper takes the distance of codes from N(0, I) in closed form. Here the prior is drawn, so that any prior will do.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, \log CW^2(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from lowerbound.distances import CramerWold
from lowerbound.recipes.matching import matching
from lowerbound.recipes.vae import vae

__all__ = ["cwae"]

cwae = replace(
    vae,
    name="cwae",
    summary="Cramer-Wold autoencoder: the log of the distance of smoothed codes from the prior over all directions",
    paper="Knop et al., Cramer-Wold Auto-Encoder, 2020",
    objective=matching(partial(CramerWold, log=True), 1.0),
    when="As `wae-mmd`; the logarithm makes the weight, 1, a matter of taste rather than of units.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, \log CW^2(q(z), p(z))",
)
"""Recipe ``cwae``. Knop et al., Cramer-Wold Auto-Encoder, 2020."""
