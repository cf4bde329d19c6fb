"""The parts of a flat model, chosen from the schema of the data and the options."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from lowerbound.core import Conditional, Constant, Family, Network, Size
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP, ConvDecoder, ConvEncoder, SkipMLP, Standardized, Wrapped
from lowerbound.recipes.likelihood import likelihood_family
from lowerbound.recipes.options import ModelOptions
from lowerbound.spec import fill

__all__ = [
    "decoder",
    "encoder_network",
    "flat_vae",
    "latent_prior",
    "latent_size",
    "needed_condition",
    "posterior_family",
    "spread_means",
]

USUAL_PRIOR = {
    "real": "standard-normal",
    "positive": "standard-exponential",
    "interval": "uniform-interval",
    "binary": "uniform-bernoulli",
    "simplex": "uniform-simplex",
    "sphere": "uniform-sphere",
    "ball": "standard-wrapped-normal",
    "one-hot": "uniform-categorical",
    "spike-and-slab": "spike-and-slab",
}
"""The prior of each support of latents."""


def latent_size(schema: Schema, options: ModelOptions) -> int:
    """Return the size of the latent space: 40 for images, half the columns (1 to 16) for vectors."""
    if options.latent is not None:
        return options.latent
    return 40 if schema.kind == "image" else min(16, max(1, schema.n_features // 2))


def needed_condition(recipe: str, schema: Schema) -> Size:
    """Return the shape of the condition c of a conditional recipe.

    Raises
    ------
    ConfigError
        When there are neither labels nor covariates.
    """
    if not schema.condition_size:
        raise ConfigError(
            f"The recipe {recipe!r} needs labels or covariates: give y to fit, or --label COLUMN to the command."
        )
    return (schema.condition_size,)


def flat_vae(
    schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module], condition: Size | None = None
) -> VAE:
    """Build a VAE with one latent variable; ``condition`` goes to prior, posterior and decoder.

    Parameters
    ----------
    schema
        Of the data.
    options
        What to build.
    modules
        The user's own ``encoder`` and ``decoder``, if any.
    condition
        Shape of c, for a conditional model.
    """
    size = latent_size(schema, options)
    q = posterior_family(schema, options)
    extra: tuple[Size, ...] = () if condition is None else (tuple(condition),)
    encoder = encoder_network(schema, options, modules, (schema.shape, *extra), q.params_shape)
    spread_means(options.spread, q, encoder)
    prior = latent_prior(schema, options, q, condition)
    level = Latent("z", prior, Conditional(q, encoder), enumerate=q.enumerable, score=q.scored)
    return VAE([level], decoder(schema, options, modules, ((size,), *extra)))


def spread_means(factor: float, q: Family, encoder: Network) -> None:
    """Let means of the posterior start further apart: where they all lie near zero, draws tell the decoder nothing.

    The decoder then learns to ignore most latents before the encoder has found a use for them, and they stay unused.

    Raises
    ------
    ConfigError
        For a posterior without a location, or an encoder that does not end with a linear layer.
    """
    if factor == 1.0:
        return
    layer = encoder.output
    if not q.located or layer is None:
        what = "your encoder hides them" if q.located else f"the posterior {type(q).__name__} has no location"
        raise ConfigError(f"spread={factor:g} multiplies weights of the posterior's means, and {what}: leave it out.")
    count = math.prod(q.event_shape)
    with torch.no_grad():
        layer.weight[:count] *= factor
        layer.bias[:count] *= factor


def posterior_family(schema: Schema, options: ModelOptions) -> Family:
    """Return q(z | x)'s family.

    Raises
    ------
    ConfigError
        For a name that stands for no posterior of its own.
    """
    named = "diagonal-normal" if options.posterior == "auto" else options.posterior
    q = fill(named, ["posteriors"], event_shape=(latent_size(schema, options),), data_shape=schema.shape)
    if not isinstance(q, Family):
        raise ConfigError(f"posterior={options.posterior!r} combines posteriors and is none itself.")
    return q


def encoder_network(
    schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module], in_shapes: Sequence[Size], out_shape: Size
) -> Network:
    """Return the user's own encoder, or one for the data, which sees its first input on a scale near one."""
    own = _own("encoder", modules, in_shapes, out_shape)
    return _scaled(schema, own or _encoder(schema, options, in_shapes, out_shape))


def decoder(
    schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module], in_shapes: Sequence[Size]
) -> Conditional:
    """Return p(x | state), by the user's own network or one for the data."""
    family = likelihood_family(schema, options)
    own = _own("decoder", modules, in_shapes, family.params_shape)
    return Conditional(family, own or _decoder(schema, options, in_shapes, family))


def _own(role: str, modules: Mapping[str, nn.Module], in_shapes: Sequence[Size], out_shape: Size) -> Network | None:
    module = modules.get(role)
    if module is None:
        return None
    if not isinstance(module, nn.Module):
        raise ConfigError(f"{role}={module!r} is not a torch.nn.Module.")
    if not isinstance(module, Network):
        return Wrapped.around(module, role, in_shapes, out_shape)
    wanted = tuple(tuple(s) for s in in_shapes)
    if tuple(module.in_shapes) != wanted or tuple(module.out_shape) != tuple(out_shape):
        raise ShapeError(
            f"The {role} {module!r} maps {module.in_shapes} to {module.out_shape}; here it must map {wanted} to "
            f"{tuple(out_shape)}."
        )
    return module


def latent_prior(schema: Schema, options: ModelOptions, q: Family, condition: Size | None) -> nn.Module:
    """Return p(z) or p(z | c): by name, or the usual one on the posterior's support.

    A family of the posteriors becomes a prior with learned parameters, which a condition sets where there is one.

    Raises
    ------
    ConfigError
        When no usual prior is known there.
    """
    name = options.prior
    if name == "auto":
        name = "diagonal-normal" if condition is not None and q.support == "real" else USUAL_PRIOR.get(q.support, "")
        if not name:
            raise ConfigError(f"posterior={options.posterior!r} has no usual prior: say prior=...")
    prior = fill(
        name, ["priors", "posteriors"], event_shape=q.event_shape, data_shape=schema.shape, data_support=schema.support,
        condition=condition,
    )  # fmt: skip
    if not isinstance(prior, Family):
        return prior
    return Constant(prior) if condition is None else Conditional(prior, MLP((condition,), prior.params_shape, (64,)))


def _scaled(schema: Schema, network: Network) -> Network:
    """Let the encoder see its input on a scale near one."""
    if schema.support == "binary" or isinstance(network, Standardized):
        return network
    if schema.support != "levels":
        return Standardized(network)
    half = ((schema.levels or 256) - 1) / 2
    return Standardized(network, shift=half, unit=half)


def _convolutional(schema: Schema, options: ModelOptions) -> bool:
    if options.network == "conv" and schema.kind != "image":
        raise ConfigError(f"network='conv' needs images; this data has the shape {schema.shape}. Use network='mlp'.")
    return schema.kind == "image" and options.network not in ("mlp", "skip")


def _stages(schema: Schema, options: ModelOptions) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Channels and residual blocks of each stage: halve until at most 8 entries are left on the longer side."""
    if options.channels is not None:
        return options.channels, (options.blocks or 1,) * len(options.channels)
    count = max(1, min(5, math.ceil(math.log2(max(schema.shape[1:]) / 8))))
    channels = tuple(min(16 * 2**i, 128) for i in range(count)) if count > 1 else (32,)
    blocks = (1,) * (count - 1) + (2,)
    return channels, blocks if options.blocks is None else (options.blocks,) * count


def _hidden(schema: Schema, options: ModelOptions) -> tuple[int, ...]:
    if options.hidden is not None:
        return options.hidden
    return (400, 400) if schema.n_features > 100 else (128, 128)


def _encoder(schema: Schema, options: ModelOptions, in_shapes: Sequence[Size], out_shape: Size) -> Network:
    if _convolutional(schema, options):
        channels, blocks = _stages(schema, options)
        return ConvEncoder(in_shapes, out_shape, channels, blocks, nonlinearity=options.nonlinearity or "silu")
    nonlinearity = options.nonlinearity or "gated"
    return MLP(in_shapes, out_shape, _hidden(schema, options), nonlinearity, options.dropout)


def _decoder(schema: Schema, options: ModelOptions, in_shapes: Sequence[Size], family: Family) -> Network:
    if _convolutional(schema, options) and len(family.params_shape) > 2:
        last = family.params_shape[-1] if family.params_shape[:-1] == family.event_shape else 0
        channels, blocks = _stages(schema, options)
        return ConvDecoder(
            in_shapes, family.params_shape, channels, blocks, nonlinearity=options.nonlinearity or "silu", last=last
        )
    hidden = tuple(reversed(_hidden(schema, options)))
    network = SkipMLP if options.network == "skip" else MLP
    return network(in_shapes, family.params_shape, hidden, options.nonlinearity or "gated", options.dropout)
