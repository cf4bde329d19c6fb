"""The family of p(x | z), chosen from the data and the options, and what it asks of the data."""

from __future__ import annotations

from lowerbound.core import Family, describes, levels_of
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.recipes.options import ModelOptions
from lowerbound.spec import fill, members

__all__ = ["column_supports", "data_support", "likelihood_family", "said_levels"]

USUAL = {"binary": "bernoulli", "levels": "discretized-logistic"}
"""The likelihood of each support; a normal for all others."""

MOST_LEVELS = 256
"""What a likelihood of levels has where neither the data nor its specification says."""


def likelihood_family(schema: Schema, options: ModelOptions) -> Family:
    """Return p(x | z)'s family.

    Raises
    ------
    ConfigError
        When the data is not in the likelihood's support.
    ShapeError
        When the likelihood is over rows of another shape.
    """
    name = USUAL.get(schema.support, "normal") if options.likelihood == "auto" else options.likelihood
    levels = schema.levels or MOST_LEVELS
    family = fill(
        name, ["likelihoods"], event_shape=schema.shape, levels=levels, n_classes=levels, variance=options.variance,
        floor=options.floor,
    )  # fmt: skip
    narrower = schema.support == "real" and family.support != "binary"
    if not (describes(family.support, schema.support) or narrower):
        usual = USUAL.get(schema.support, "normal")
        others = [k for k, v in members("likelihoods").items() if getattr(v, "support", "") == schema.support]
        raise ConfigError(
            f"likelihood={name!r} cannot describe {schema.support} data; use {usual}, or one of "
            f"{', '.join(k for k in others if k != usual)}."
        )
    if tuple(family.event_shape) != tuple(schema.shape):
        raise ShapeError(f"likelihood={name!r} is over rows of shape {family.event_shape}; yours are {schema.shape}.")
    return family


def data_support(schema: Schema, options: ModelOptions) -> str:
    """Return the support of the data that the likelihood asks for: that of the schema, or a narrower one.

    Levels become counts for a likelihood of counts, which has no largest value.

    Examples
    --------
    >>> data_support(Schema((3,), "real"), ModelOptions(likelihood="poisson"))
    'count'
    """
    family = likelihood_family(schema, options)
    counted = (schema.support, family.support) == ("levels", "count")
    return family.support if counted or not describes(family.support, schema.support) else schema.support


def column_supports(schema: Schema, options: ModelOptions) -> tuple[str, ...] | None:
    """Return the support of each column that a likelihood of mixed tables asks for; None for other likelihoods.

    Examples
    --------
    >>> mixed = "Product([(Normal((1,)), (1,)), (Ordinal((1,), 5), (0,))])"
    >>> column_supports(Schema((2,), "real"), ModelOptions(likelihood=mixed))
    ('levels:5', 'real')
    """
    return getattr(likelihood_family(schema, options), "column_supports", None)


def said_levels(schema: Schema, options: ModelOptions) -> int | None:
    """Return the number of levels that the likelihood's specification says; None where the data has to tell.

    Examples
    --------
    >>> said_levels(Schema((3,), "real"), ModelOptions(likelihood="Ordinal(levels=7)"))
    7
    """
    levels = levels_of(likelihood_family(schema, options))
    return schema.levels if levels == MOST_LEVELS else levels
