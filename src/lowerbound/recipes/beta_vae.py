"""The beta-VAE: the rate weighs more, so that fewer and cleaner latents are used."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.recipes.vae import vae

__all__ = ["beta_vae"]

beta_vae = replace(
    vae,
    name="beta-vae",
    summary="VAE with the rate weighted by beta (4 unless given): fewer, more independent latents",
    paper="Higgins et al., beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework, 2017",
    defaults={"beta": 4.0},
    when="Each latent should follow one factor of the data; samples and log p(x) suffer. Below 1, codes keep more.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \beta \, \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``beta-vae``. Higgins et al., beta-VAE, 2017."""
