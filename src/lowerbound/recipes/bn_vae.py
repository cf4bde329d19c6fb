"""The BN-VAE: posterior means are normalised over the batch, so that they differ from row to row."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.recipes.vae import vae

__all__ = ["bn_vae"]

bn_vae = replace(
    vae,
    name="bn-vae",
    summary="VAE whose posterior means are batch-normalised to a fixed spread, so that the rate stays above a bound",
    paper="Zhu, Bi, Liu, Ma, Li and Wu, A Batch Normalized Inference Network Keeps the KL Vanishing Away, 2020",
    defaults={"posterior": "batch-norm-normal"},
    when="The cheapest cure of a collapsed posterior: nothing to tune but the spread, posterior='BatchNormNormal("
    "gamma=0.5)'. Not for priors made of the posterior, such as `vamp`.",
    formula=r"-E_q[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, p(z)), \quad "
    r"\mu = \gamma \, \frac{m(x) - \bar m}{s} + b",
)
"""Recipe ``bn-vae``. Zhu et al., A Batch Normalized Inference Network Keeps the KL Vanishing Away, 2020."""
