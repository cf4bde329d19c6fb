"""The parts of a flat model, chosen from the schema of the data and the options."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from torch import nn

from lowerbound.core import Conditional, Constant, Family, Network, Size
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.likelihoods import Bernoulli, Categorical, DiscretizedLogistic, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP, ConvDecoder, ConvEncoder, Standardized, Wrapped
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal
from lowerbound.priors import StandardNormal
from lowerbound.recipes.options import ModelOptions

__all__ = ["flat_vae", "latent_size", "likelihood_family"]


def latent_size(schema: Schema, options: ModelOptions) -> int:
    """Return the size of the latent space: 40 for images, half the columns (1 to 16) for vectors."""
    if options.latent is not None:
        return options.latent
    return 40 if schema.kind == "image" else min(16, max(1, schema.n_features // 2))


def likelihood_family(schema: Schema, options: ModelOptions) -> Family:
    """Return p(x | z)'s family.

    Raises
    ------
    ConfigError
        When the data is not in the likelihood's support.
    """
    usual = {"binary": "bernoulli", "levels": "discretized-logistic", "real": "normal"}[schema.support]
    name = usual if options.likelihood == "auto" else options.likelihood
    fits = {"binary": {"bernoulli"}, "levels": {"discretized-logistic", "categorical", "normal"}, "real": {"normal"}}
    if name not in fits[schema.support] | {"normal"}:
        possible = " or ".join(sorted(fits[schema.support]))
        raise ConfigError(f"likelihood={name!r} cannot describe {schema.support} data; use {possible}.")
    if name == "bernoulli":
        return Bernoulli(schema.shape)
    if name == "normal":
        return Normal(schema.shape, variance=options.variance, floor=options.floor)
    levels = schema.levels or 256
    return (
        DiscretizedLogistic(schema.shape, levels)
        if name == "discretized-logistic"
        else Categorical(schema.shape, levels)
    )


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
    family = likelihood_family(schema, options)
    q = CholeskyNormal((size,)) if options.posterior == "full" else DiagonalNormal((size,))
    extra: tuple[Size, ...] = () if condition is None else (tuple(condition),)
    encoder = _own("encoder", modules, (schema.shape, *extra), q.params_shape)
    encoder = encoder or _encoder(schema, options, (schema.shape, *extra), q.params_shape)
    decoder = _own("decoder", modules, ((size,), *extra), family.params_shape)
    decoder = decoder or _decoder(schema, options, ((size,), *extra), family)
    level = Latent("z", _prior(options, size, condition), Conditional(q, _scaled(schema, encoder)))
    return VAE([level], Conditional(family, decoder))


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


def _prior(options: ModelOptions, size: int, condition: Size | None) -> nn.Module:
    family = DiagonalNormal((size,))
    if condition is not None:
        return Conditional(family, MLP((condition,), family.params_shape, hidden=(64,)))
    return Constant(family) if options.prior == "learned" else StandardNormal((size,))


def _scaled(schema: Schema, network: Network) -> Network:
    """Let the encoder see its input on a scale near one."""
    if schema.support == "binary" or isinstance(network, Standardized):
        return network
    if schema.support == "real":
        return Standardized(network)
    half = ((schema.levels or 256) - 1) / 2
    return Standardized(network, shift=half, unit=half)


def _convolutional(schema: Schema, options: ModelOptions) -> bool:
    if options.network == "conv" and schema.kind != "image":
        raise ConfigError(f"network='conv' needs images; this data has the shape {schema.shape}. Use network='mlp'.")
    return schema.kind == "image" and options.network != "mlp"


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
    if _convolutional(schema, options):
        last = family.n_classes if isinstance(family, Categorical) else 0
        channels, blocks = _stages(schema, options)
        return ConvDecoder(
            in_shapes, family.params_shape, channels, blocks, nonlinearity=options.nonlinearity or "silu", last=last
        )
    hidden = tuple(reversed(_hidden(schema, options)))
    return MLP(in_shapes, family.params_shape, hidden, options.nonlinearity or "gated", options.dropout)
