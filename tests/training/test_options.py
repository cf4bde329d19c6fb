"""Settings of a run are checked when they are made."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lowerbound.training import TrainOptions


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="epoch_count"):
        TrainOptions(epoch_count=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("max_time", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("learning_rate_schedule", "step"),
        ("learning_rate_warmup", 1.0),
        ("weight_decay", -1.0),
        ("clip", 0.0),
        ("ema", 1.0),
        ("accumulate", 0),
        ("precision", "float16"),
        ("compile", "maybe"),
        ("seed", -1),
        ("patience", 0),
        ("round_steps", 0),
        ("checkpoint_seconds", -1.0),
        ("valid_fraction", 1.0),
        ("learning_rate", float("nan")),
        ("clip", float("inf")),
    ],
)
def test_impossible_values_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        TrainOptions(**{name: value})


def test_are_text_and_back() -> None:
    given = TrainOptions(epochs=3, clip=1.0, patience=5)
    assert TrainOptions.model_validate_json(given.model_dump_json()) == given


def test_cannot_change_under_a_run() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        TrainOptions().seed = 1


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in TrainOptions.model_fields.values())
