"""The likelihood is chosen from the schema and the options, and says what the data is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli, Categorical, DiscretizedLogistic, Normal
from lowerbound.recipes import ModelOptions
from lowerbound.recipes.likelihood import data_support, likelihood_family, said_levels

TABLE = Schema((5,), "real")
BITS = Schema((6,), "binary")
IMAGE = Schema((1, 9, 7), "levels", levels=256)
BINARY_IMAGE = Schema((1, 9, 7), "binary")


@pytest.mark.parametrize(
    ("schema", "family"), [(TABLE, Normal), (BITS, Bernoulli), (IMAGE, DiscretizedLogistic), (BINARY_IMAGE, Bernoulli)]
)
def test_the_likelihood_follows_the_support(schema: Schema, family: type) -> None:
    made = likelihood_family(schema, ModelOptions())
    assert type(made) is family
    assert made.event_shape == schema.shape


def test_levels_are_kept() -> None:
    few = Schema((1, 8, 8), "levels", levels=17)
    assert likelihood_family(few, ModelOptions()).levels == 17
    made = likelihood_family(few, ModelOptions(likelihood="categorical"))
    assert isinstance(made, Categorical)
    assert made.n_classes == 17


@pytest.mark.parametrize(
    ("schema", "name", "use"),
    [
        (TABLE, "bernoulli", "normal"),
        (BITS, "categorical", "bernoulli"),
        (IMAGE, "bernoulli", "discretized-logistic"),
    ],
)
def test_a_likelihood_of_another_support_is_refused(schema: Schema, name: str, use: str) -> None:
    says = f"likelihood='{name}' cannot describe {schema.support} data; use {use}, or one of "
    with pytest.raises(ConfigError, match=says):
        likelihood_family(schema, ModelOptions(likelihood=name))


@pytest.mark.parametrize(
    ("support", "options", "expected"),
    [
        ("real", {}, "real"),
        ("real", {"likelihood": "normal"}, "real"),
        ("binary", {}, "binary"),
        ("levels", {}, "levels"),
        ("levels", {"likelihood": "normal"}, "levels"),
        ("binary", {"likelihood": "normal"}, "binary"),
        ("real", {"likelihood": "log-normal"}, "positive"),
        ("real", {"likelihood": "poisson"}, "count"),
        ("real", {"likelihood": "ordinal"}, "levels"),
        ("real", {"likelihood": "categorical"}, "levels"),
        ("binary", {"likelihood": "poisson"}, "binary"),
        ("levels", {"likelihood": "poisson"}, "count"),
        ("count", {"likelihood": "poisson"}, "count"),
    ],
)
def test_the_data_is_taken_as_what_the_likelihood_asks_for(
    support: str, options: dict[str, Any], expected: str
) -> None:
    schema = Schema((3,), support, levels=5 if support == "levels" else None)
    assert data_support(schema, ModelOptions(**options)) == expected


@pytest.mark.parametrize(
    ("support", "likelihood"),
    [("real", "bernoulli"), ("count", "bernoulli"), ("levels", "log-normal"), ("unit", "poisson")],
)
def test_data_that_the_likelihood_has_no_density_for_is_refused(support: str, likelihood: str) -> None:
    schema = Schema((3,), support, levels=5 if support == "levels" else None)
    with pytest.raises(ConfigError, match=f"likelihood='{likelihood}' cannot describe {support} data; use "):
        data_support(schema, ModelOptions(likelihood=likelihood))


@pytest.mark.parametrize(
    ("likelihood", "levels", "said"),
    [
        ("ordinal", None, None),
        ("categorical", None, None),
        ("Ordinal(levels=7)", None, 7),
        ("Categorical(n_classes=3)", None, 3),
        ("ordinal", 5, 5),
        ("normal", None, None),
    ],
)
def test_levels_that_the_likelihood_says(likelihood: str, levels: int | None, said: int | None) -> None:
    schema = Schema((3,), "levels" if levels else "real", levels=levels)
    assert said_levels(schema, ModelOptions(likelihood=likelihood)) == said
