"""The exemplar VAE: the prior is a mixture about the codes of training rows, which the model keeps."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.recipes.vae import vae

__all__ = ["exemplar"]

exemplar = replace(
    vae,
    name="exemplar",
    summary="VAE whose prior is a mixture of normals about the codes of 1000 training rows, which it keeps",
    paper="Norouzi, Fleet and Norouzi, Exemplar VAE: Linking Generative Models, Nearest Neighbor Retrieval, and Data "
    "Augmentation, 2020",
    defaults={"prior": "exemplar-prior"},
    when="As vamp, when samples should stay near real rows: each draw begins at a training row.",
    formula=r"-E_q[\log p(x \mid z)] + E_q\Big[\log q(z \mid x) - \log \tfrac1K \sum_k r(z \mid x_k)\Big]",
)
"""Recipe ``exemplar``. Norouzi, Fleet and Norouzi, Exemplar VAE, 2020."""
