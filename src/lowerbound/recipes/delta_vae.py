"""The delta-VAE: a posterior that cannot come closer to the prior than a chosen rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.recipes.build import flat_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.vae import vae

__all__ = ["delta_vae"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    if options.posterior == "auto":
        least = 1.0 if options.target is None else options.target
        options = options.model_copy(update={"posterior": f"DeltaNormal(delta={least})"})
    return flat_vae(schema, options, modules)


delta_vae = replace(
    vae,
    name="delta-vae",
    summary="VAE whose rate is at least `target` nats (1 unless given), whatever its encoder does",
    paper="Razavi, van den Oord, Poole and Vinyals, Preventing Posterior Collapse with delta-VAEs, 2019",
    model=_model,
    when="A strong decoder ignores its codes, and you want a rate that is certain. With a normal prior only; the rate "
    "is paid whether or not it is needed.",
    formula=r"-E_q[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, p(z)), \quad \mathrm{KL} \ge \delta",
)
"""Recipe ``delta-vae``. Razavi et al., Preventing Posterior Collapse with delta-VAEs, 2019."""
