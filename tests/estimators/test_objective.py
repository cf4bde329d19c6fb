"""What a fit minimises, and settings that would change nothing of it."""

from __future__ import annotations

import pytest

from lowerbound.errors import ConfigError
from lowerbound.recipes import names
from tests.estimators.small import table
from tests.recipes.players import plan

OTHER = ("cvae", "cvae-gan", "ms-ssim-vae")
"""Recipes of labelled rows, and of images: a plain table is refused for another reason."""


@pytest.mark.parametrize(
    ("recipe", "setting"),
    [
        ("iwae", {"beta": 4.0}),
        ("iwae", {"warmup": 0.3}),
        ("vae", {"weight": 2.0}),
        ("vae", {"target": 2.0}),
        ("ae", {"beta": "Linear(0.0, 1.0, 2)"}),
    ],
    ids=str,
)
def test_a_setting_that_changes_nothing_is_refused(recipe: str, setting: dict[str, object]) -> None:
    (name,) = setting
    with pytest.raises(ConfigError, match=f"^{name}=.* changes nothing of the recipe '{recipe}', which minimises"):
        plan(table(), recipe=recipe, **setting)


def test_an_objective_that_is_spelt_out_says_all() -> None:
    with pytest.raises(ConfigError, match=r"beta=2\.0 changes nothing beside objective='ELBO\(\)'"):
        plan(table(), objective="ELBO()", beta=2.0)


@pytest.mark.parametrize(
    ("recipe", "setting", "said"),
    [
        ("vae", {"beta": 4.0}, "ELBO(beta=4.0)"),
        ("vae", {"beta": 0.0, "warmup": 0.5}, "ELBO(beta=0.0)"),
        ("vae", {"warmup": 1.0}, "ELBO(beta=Linear(0.0, 1.0, "),
        ("beta-tc-vae", {"weight": 2.0}, "ELBO() + 2.0 * TotalCorrelation()"),
        ("beta-tc-vae", {"weight": 5.0}, "ELBO() + 5.0 * TotalCorrelation()"),
        ("capacity-vae", {"target": 2.0, "warmup": 0.0}, "Distortion() + Capacity(nats=2.0)"),
    ],
    ids=str,
)
def test_a_setting_that_is_read_is_heard(recipe: str, setting: dict[str, object], said: str) -> None:
    assert repr(plan(table(), recipe=recipe, **{"warmup": 0.0, **setting}).objective).startswith(said)


def test_a_model_may_be_built_of_a_target() -> None:
    assert "delta=2.0" in repr(plan(table(), recipe="delta-vae", target=2.0).model)


@pytest.mark.parametrize("recipe", [name for name, made in names().items() if made.solve is None and name not in OTHER])
def test_usual_settings_are_never_in_vain(recipe: str) -> None:
    usual = names()[recipe].options()
    plan(table(), recipe=recipe, beta=usual.beta, warmup=usual.warmup)


@pytest.mark.parametrize("changed", [{}, {"objective": "ELBO()"}])
def test_classes_of_a_recipe_without_any_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="classes=5 changes nothing of the recipe 'vae': leave it out"):
        plan(table(), recipe="vae", classes=5, **changed)


@pytest.mark.parametrize("changed", [{}, {"objective": "ELBO()"}])
def test_classes_of_a_recipe_with_some_are_taken(changed: dict[str, str]) -> None:
    assert "UniformCategorical((5,))" in repr(plan(table(), recipe="joint-vae", classes=5, **changed).model)
