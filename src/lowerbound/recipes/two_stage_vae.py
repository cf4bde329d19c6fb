r"""The two-stage VAE: a second VAE models the codes of the first, whose aggregate the prior does not match.

The first has one learned variance, which tells it how exact it can be: on data near a manifold of r dimensions the
variance goes to zero, r latents carry all, and the others stay at the prior. The codes are then spread over as many
dimensions as they have, which a second VAE can learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import nn

from lowerbound.core import Conditional, Model, Objective
from lowerbound.data import Schema
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent, TwoStage
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO, Staged
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from lowerbound.recipes.build import flat_vae, latent_size
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["two_stage_vae"]

HIDDEN = (256, 256)


def _second(size: int, options: ModelOptions) -> VAE:
    """Build a VAE of codes, with a latent as large as the code and one learned variance."""
    hidden = HIDDEN if options.hidden is None else options.hidden
    nonlinearity = options.nonlinearity or "gated"
    # Codes are near unit scale by their own prior; what is known of the rows' scale is not about them.
    family = Normal((size,), variance="scalar", standardize=False)
    encoder = MLP(((size,),), (2, size), hidden, nonlinearity, options.dropout)
    decoder = MLP(((size,),), (size,), tuple(reversed(hidden)), nonlinearity, options.dropout)
    level = Latent("u", StandardNormal((size,)), Conditional(DiagonalNormal((size,)), encoder))
    return VAE([level], Conditional(family, decoder))


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return TwoStage(flat_vae(schema, options, modules), _second(latent_size(schema, options), options))


def _objective(task: Task) -> Objective:
    samples = task.options.samples
    return Staged(ELBO(beta=task.beta, samples=samples), ELBO(samples=samples))


two_stage_vae = replace(
    vae,
    name="two-stage-vae",
    summary="VAE with a learned variance, and a second VAE that models its codes",
    paper="Dai and Wipf, Diagnosing and Enhancing VAE Models, 2019",
    model=_model,
    objective=_objective,
    defaults={"likelihood": "normal", "variance": "scalar"},
    support="real",
    when="Continuous data near a manifold, and samples better than the prior of one VAE gives. The numbers are those "
    "of both stages together, a true bound; for binary data or counts `vamp` does the same in one stage.",
    formula=r"-E_q[\log p(x \mid z)] + \mathrm{KL}(q(z \mid x) \,\|\, N(0, I)), \quad "
    r"-E_q[\log p(z \mid u)] + \mathrm{KL}(q(u \mid z) \,\|\, p(u))",
)
"""Recipe ``two-stage-vae``. Dai and Wipf, Diagnosing and Enhancing VAE Models, 2019."""
