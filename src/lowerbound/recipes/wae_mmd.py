r"""The Wasserstein autoencoder by maximum mean discrepancy: codes follow the prior all together, none alone has to.

.. math:: \mathrm{loss} = -E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, \mathrm{MMD}^2(q(z), p(z))
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.distances import MMD
from lowerbound.recipes.matching import matching
from lowerbound.recipes.vae import vae

__all__ = ["wae_mmd"]

wae_mmd = replace(
    vae,
    name="wae-mmd",
    summary="Wasserstein autoencoder: codes matched to the prior by MMD with inverse multiquadrics, weight 10",
    paper="Tolstikhin et al., Wasserstein Auto-Encoders, 2018",
    objective=matching(MMD, 10.0),
    when="Sharper reconstructions than `vae`, and codes that follow the prior all together; batches of 100 rows and "
    "more. No rate is trained, so the bound on log p(x) is poor. Try other weights.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \lambda \, \mathrm{MMD}^2(q(z), p(z))",
)
"""Recipe ``wae-mmd``. Tolstikhin et al., Wasserstein Auto-Encoders, 2018."""
