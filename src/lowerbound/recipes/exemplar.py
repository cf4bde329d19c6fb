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
)
"""Recipe ``exemplar``. Norouzi, Fleet and Norouzi, Exemplar VAE, 2020."""
