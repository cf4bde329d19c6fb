r"""The Wasserstein autoencoder with a critic: one code a row without noise, codes held to the prior.

The critic is given log p(z), so that what it learns is -log q(z) alone.
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import AdversarialMatch, Distortion
from lowerbound.recipes.aae import code_critic
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["wae_gan"]


def _objective(task: Task) -> Objective:
    return Distortion() + task.weight(10.0) * AdversarialMatch(code_critic(task), prior_offset=True)


wae_gan = replace(
    vae,
    name="wae-gan",
    summary="Wasserstein autoencoder with a critic: one code a row without noise, codes held to the prior",
    paper="Tolstikhin et al., Wasserstein Auto-Encoders, 2018",
    objective=_objective,
    defaults={"posterior": "point"},
    when="Sharper reconstructions than a VAE's, and samples drawn from the prior itself; no ELBO and no log p(x). A "
    "latent space larger than the data needs leaves holes between the codes. Its weight suits tens of thousands of "
    "rows: with few of them the game may never settle, which a lower `weight=` mends.",
    formula=r"-\log p(x \mid z(x)) + \lambda \, E_x[\log(1 + e^{-t(z(x))})]",
)
"""Recipe ``wae-gan``. Tolstikhin et al., Wasserstein Auto-Encoders, 2018."""
