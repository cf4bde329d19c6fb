"""Recipes by name."""

from __future__ import annotations

import re

import pytest

import lowerbound.recipes as namespace
from lowerbound.errors import UnknownNameError
from lowerbound.recipes import Recipe, find, names


def test_every_recipe_of_the_namespace_has_its_name() -> None:
    known = {value.name for value in vars(namespace).values() if isinstance(value, Recipe)}
    assert set(names()) == known
    assert known >= {"beta-vae", "cvae", "factor-analysis", "ppca", "sparse-coding", "vae"}
    assert list(names()) == sorted(names())
    assert all(find(name).name == name for name in names())


def test_every_recipe_says_what_it_is_and_whose_in_one_line() -> None:
    for recipe in names().values():
        assert recipe.summary
        assert "\n" not in recipe.summary + recipe.paper
        assert re.search(r", \d{4}$", recipe.paper)


@pytest.mark.parametrize(("typo", "nearest"), [("bvae", "vae"), ("beta_vae", "beta-vae"), ("c-vae", "cvae")])
def test_a_typo_brings_the_nearest(typo: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError, match=f"There is no recipe '{typo}'. Did you mean '.*{nearest}'?"):
        find(typo)


def test_a_name_like_no_other_brings_them_all() -> None:
    with pytest.raises(UnknownNameError, match="Known: .*beta-vae, .*cvae, .*vae"):
        find("transformer")


def test_naming_returns_what_nobody_can_break() -> None:
    names().clear()
    assert "vae" in names()
