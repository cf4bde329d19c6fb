"""The recipe ppca: one noise variance."""

from __future__ import annotations

import pytest

from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.models import VAE
from lowerbound.recipes import Task, ppca
from lowerbound.spec import parse

TABLE = Schema((4,), "real")


def test_it_is_an_ordinary_model_with_one_variance() -> None:
    model = ppca.model(TABLE, ppca.options(latent=2), {})
    assert isinstance(model, VAE)
    assert model.likelihood.family.variance == "scalar"
    assert repr(parse(repr(model))) == repr(model)
    assert repr(ppca.objective(Task(ppca.options(), 10))) == "ELBO()"


@pytest.mark.parametrize(("schema", "size"), [(TABLE, 2), (Schema((1,), "real"), 1), (Schema((1, 8, 8), "real"), 40)])
def test_its_latents_are_chosen_from_the_data(schema: Schema, size: int) -> None:
    assert ppca.model(schema, ppca.options(), {}).levels[0].prior_.event_shape == (size,)


def test_small_images_have_no_more_latents_than_pixels() -> None:
    assert ppca.model(Schema((1, 4, 4), "real"), ppca.options(), {}).levels[0].prior_.event_shape == (16,)


@pytest.mark.parametrize("variance", ["feature", "network", "optimal"])
def test_another_variance_is_refused(variance: str) -> None:
    with pytest.raises(ConfigError, match=f"variance='{variance}': the recipe 'ppca' takes 'scalar', or a number"):
        ppca.model(TABLE, ppca.options(variance=variance), {})


def test_more_latents_than_columns_are_refused() -> None:
    with pytest.raises(ConfigError, match="latent=5: rows have 4 entries"):
        ppca.model(TABLE, ppca.options(latent=5), {})
