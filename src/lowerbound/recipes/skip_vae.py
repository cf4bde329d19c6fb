"""The skip-VAE: codes enter every layer of the decoder."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.recipes.vae import vae

__all__ = ["skip_vae"]

skip_vae = replace(
    vae,
    name="skip-vae",
    summary="VAE whose codes enter every layer of the decoder, which then cannot do without them so easily",
    paper="Dieng, Kim, Rush and Blei, Avoiding Latent Variable Collapse with Generative Skip Models, 2019",
    defaults={"network": "skip"},
    when="A deep fully connected decoder leaves latents unused; what is minimised stays the negative ELBO. Images are "
    "decoded without convolutions.",
    formula=r"-E_q[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``skip-vae``. Dieng et al., Avoiding Latent Variable Collapse with Generative Skip Models, 2019."""
