"""The regularised autoencoder with spectral normalisation: no layer of the decoder stretches a vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Conditional, Model
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.models import VAE, Latent
from lowerbound.networks import SpectralNorm
from lowerbound.recipes.build import flat_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.rae_l2 import rae_l2, regularised

__all__ = ["rae_sn"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    if "decoder" in modules and options.decoder is None:
        raise ConfigError(
            "The recipe 'rae-sn' normalises a decoder that it builds: leave decoder=... out, or use 'rae-l2' with a "
            "decoder whose layers have torch.nn.utils.parametrizations.spectral_norm."
        )
    plain = flat_vae(schema, options, modules)
    level, likelihood = plain.levels[0], plain.likelihood
    assert isinstance(level, Latent)
    assert isinstance(likelihood, Conditional)
    return VAE([level], Conditional(likelihood.family, SpectralNorm(likelihood.network)))


rae_sn = replace(
    rae_l2,
    name="rae-sn",
    summary="regularised autoencoder: small codes, a spectrally normalised decoder, a mixture fitted to the codes",
    model=_model,
    objective=regularised,
    when="As `rae-l2`, with a bound on how fast each layer can change instead of a weight to choose; no ELBO and no "
    "log p(x).",
    formula=r"-\log p(x \mid z(x)) + \beta \, \tfrac12 \|z(x)\|^2, \quad \sigma(W_l) = 1",
)
"""Recipe ``rae-sn``. Ghosh et al., From Variational to Deterministic Autoencoders, 2020."""
