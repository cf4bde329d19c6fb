"""A recipe: a published combination, its own values below the user's."""

from __future__ import annotations

import dataclasses

import pytest

from lowerbound.recipes import Recipe, beta_vae, vae


def test_the_user_s_options_win_over_the_recipe_s() -> None:
    recipe = dataclasses.replace(vae, name="mine", defaults={"beta": 3.0, "latent": 5})
    assert recipe.options().beta == 3.0
    made = recipe.options(beta=0.5)
    assert (made.beta, made.latent) == (0.5, 5)


def test_a_recipe_is_not_changed_by_one_made_from_it() -> None:
    assert vae.defaults == {}
    assert beta_vae.model is vae.model
    with pytest.raises(dataclasses.FrozenInstanceError):
        vae.name = "other"


def test_a_recipe_needs_what_it_is_called_and_who_published_it() -> None:
    with pytest.raises(TypeError):
        Recipe(name="x")
