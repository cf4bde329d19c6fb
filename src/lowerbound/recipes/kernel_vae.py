r"""The kernel VAE: encoder and decoder are functions of a Gaussian kernel on landmarks, not layers.

.. math:: f(x) = b + \sum_m w_m \exp\Big(-\frac{\|x - c_m\|^2}{2 \ell^2 D}\Big)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.networks import KernelFeatures, Standardized
from lowerbound.recipes.build import flat_vae, latent_size, posterior_family
from lowerbound.recipes.likelihood import likelihood_family
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.vae import vae

__all__ = ["kernel_vae"]

LANDMARKS = 200


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    out_shape = posterior_family(schema, options).params_shape
    encoder = KernelFeatures((schema.shape,), out_shape, LANDMARKS, from_rows=True)
    code = (latent_size(schema, options),)
    decoder = KernelFeatures((code,), likelihood_family(schema, options).params_shape, LANDMARKS)
    # The encoder puts rows on a scale by itself, where its landmarks are.
    own = {"encoder": Standardized(encoder, 0.0, 1.0), "decoder": decoder}
    return flat_vae(schema, options, {**own, **modules})


kernel_vae = replace(
    vae,
    name="kernel-vae",
    summary="VAE whose encoder and decoder are Gaussian-kernel expansions on 200 learned landmarks",
    paper="Laforgue, Clemencon and d'Alche-Buc, Autoencoding any Data through Kernel Autoencoders, 2019",
    model=_model,
    when="Small tables of smooth structure, up to a few thousand rows. Images and large data want the layers of `vae`.",
    formula=r"-E_{q(z \mid x)}[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
)
"""Recipe ``kernel-vae``. Laforgue, Clemencon and d'Alche-Buc, 2019, with a posterior of codes."""
