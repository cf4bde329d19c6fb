"""Options of a model."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lowerbound.recipes import ModelOptions


def test_what_is_not_said_is_chosen_from_the_data() -> None:
    options = ModelOptions()
    assert (options.latent, options.hidden, options.channels, options.likelihood) == (None, None, None, "auto")
    assert options.beta == 1.0


def test_every_option_says_what_it_means() -> None:
    assert [name for name, field in ModelOptions.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("wrong", [{"latnt": 3}, {"latent": 0}, {"beta": -1}, {"variance": 0}, {"hidden": (0,)}])
def test_impossible_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelOptions(**wrong)


def test_options_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        ModelOptions().latent = 3


def test_options_come_back_from_json() -> None:
    options = ModelOptions(latent=3, hidden=(8, 4), variance=0.5, beta="Linear(0.0, 1.0, 10)")
    assert ModelOptions(**options.model_dump(mode="json")) == options
