"""Settings by name: what does not exist or cannot be is refused, with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.errors import ConfigError, SpecError, UnknownNameError
from lowerbound.runs import Settings, known_settings, read_assignments, read_toml

NAN, INF = float("nan"), float("inf")
IMPOSSIBLE: dict[str, list[Any]] = {
    "accumulate": [0, -1, 1.5, "two"],
    "batch_size": [0, -8, 2.5, "all"],
    "beta": [-0.1, NAN, INF, [1.0]],
    "blocks": [0, 1.5, "many"],
    "channels": [(0,), (8, -1), "wide", 8],
    "checkpoint_seconds": [-1.0, NAN, "often"],
    "classes": [1, 0, 2.5, "ten"],
    "clip": [0.0, -1.0, NAN, "hard"],
    "compile": ["maybe", 1, ""],
    "decoder": [3, ["MLP"]],
    "device": [0, None],
    "dropout": [-0.1, 1.0, 2, NAN, "some"],
    "ema": [-0.5, 1.0, NAN, "slow"],
    "encoder": [3, {"name": "MLP"}],
    "epochs": [0, -3, 2.5, "ten", INF],
    "floor": [-1e-3, NAN, "low"],
    "hidden": [(0,), (16, -1), "wide", 16, (2.5,)],
    "latent": [0, -2, 1.5, "two"],
    "learning_rate": [0.0, -1e-3, NAN, "fast"],
    "learning_rate_schedule": ["cosin", None, 1],
    "learning_rate_warmup": [-0.1, 1.0, "short"],
    "likelihood": ["bernouli", None, 2],
    "max_time": [0, -5.0, NAN, "1h"],
    "network": ["cnn", None],
    "nonlinearity": [3, ["relu"]],
    "objective": [3, ["ELBO"]],
    "patience": [0, -1, 0.5, "long"],
    "posterior": ["ful", None],
    "precision": ["float8", 16],
    "prior": ["vamp", None],
    "prior_after": ["mixtur", 3],
    "round_steps": [0, -10, "few"],
    "samples": [0, -1, 1.5],
    "seed": [-1, 2**63, 1.5, "lucky"],
    "start_from": [3, ["runs/a"]],
    "spread": [0.0, -1.0, NAN, "wide"],
    "target": [-1.0, NAN, "low"],
    "test_fraction": [-0.1, 1.0, "tenth"],
    "valid_fraction": [-0.1, 1.0, NAN, "tenth"],
    "variance": [0.0, -1.0, NAN, "fixed"],
    "warmup": [-0.1, 1.1, "slow"],
    "weight": [-0.5, NAN, "heavy"],
    "momentum": [-0.1, 1.0, NAN],
    "optimizer": ["sgd", 1, ""],
    "weight_decay": [-1e-4, NAN, "much"],
}
CASES = [pytest.param(name, value, id=f"{name}={value!r}") for name, values in IMPOSSIBLE.items() for value in values]


def test_every_setting_is_tried() -> None:
    assert set(IMPOSSIBLE) == set(known_settings()) - {"recipe"}


def test_every_setting_is_described() -> None:
    assert [name for name, meaning in known_settings().items() if not meaning] == []


@pytest.mark.parametrize(("name", "value"), CASES)
def test_an_impossible_value_names_setting_value_and_meaning(name: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.make(**{name: value})
    message = str(caught.value)
    assert message.startswith(f"Setting {name} = {value!r}: ")
    assert known_settings()[name] in message


def test_an_impossible_number_is_told_what_numbers_are_possible() -> None:
    with pytest.raises(ConfigError, match="'feature', 'scalar', 'network' or 'optimal'.* greater than 0"):
        Settings.make(variance=-1.0)
    with pytest.raises(ConfigError, match="greater than or equal to 1"):
        Settings.make(epochs=0)


@pytest.mark.parametrize(
    ("typo", "meant"), [("latnt", "latent"), ("epoch", "epochs"), ("lerning_rate", "learning_rate"), ("Beta", "beta")]
)
def test_an_unknown_setting_brings_the_nearest(typo: str, meant: str) -> None:
    with pytest.raises(UnknownNameError, match=f"There is no setting '{typo}'. Did you mean '{meant}'?"):
        Settings.make(**{typo: 1})


def test_an_unknown_setting_like_no_other_brings_them_all() -> None:
    with pytest.raises(UnknownNameError, match="Known: accumulate, batch_size, beta"):
        Settings.make(zzzzzz=1)


@pytest.mark.parametrize(("typo", "meant"), [("beta_vae", "beta-vae"), ("VAE", "vae"), ("cvea", "cvae")])
def test_an_unknown_recipe_brings_the_nearest(typo: str, meant: str) -> None:
    with pytest.raises(UnknownNameError, match=f"There is no recipe '{typo}'.*'?{meant}'?"):
        Settings.make(recipe=typo)


def test_a_recipe_s_own_values_give_way_to_the_user_s() -> None:
    assert Settings.make(recipe="beta-vae").model.beta == 4.0
    assert Settings.make(recipe="beta-vae", beta=2.0).model.beta == 2.0
    assert Settings.make().model.beta == 1.0


def test_settings_cannot_be_changed_in_place() -> None:
    made = Settings.make(latent=3)
    for part, name in ((made, "recipe"), (made.model, "latent"), (made.train, "epochs")):
        with pytest.raises((AttributeError, ValueError)):
            setattr(part, name, 1)


def test_with_train_leaves_the_rest() -> None:
    made = Settings.make(latent=3, epochs=2)
    changed = made.with_train(epochs=5)
    assert (changed.train.epochs, changed.model, made.train.epochs) == (5, made.model, 2)


counts = st.integers(1, 100)
portions = st.floats(0, 0.99)
some = st.fixed_dictionaries(
    {},
    optional={
        "recipe": st.sampled_from(["vae", "beta-vae", "cvae"]),
        "latent": counts,
        "likelihood": st.sampled_from(["auto", "bernoulli", "normal", "categorical"]),
        "variance": st.sampled_from(["feature", "scalar", "network", "optimal"]) | st.floats(1e-6, 1e6),
        "floor": portions,
        "hidden": st.lists(counts, max_size=3).map(tuple) | st.none(),
        "channels": st.lists(counts, min_size=1, max_size=3).map(tuple),
        "beta": st.floats(0, 100) | st.just("Cyclical(0.0, 1.0, 100)"),
        "warmup": portions,
        "encoder": st.none() | st.just("MLP(((4,),), (2, 2))"),
        "epochs": counts | st.none(),
        "max_time": st.floats(0.1, 1e6),
        "learning_rate": st.floats(1e-9, 10) | st.none(),
        "clip": st.none() | st.floats(1e-3, 1e3),
        "seed": st.integers(0, 2**63 - 1),
        "valid_fraction": portions,
        "patience": st.none() | counts,
        "device": st.sampled_from(["auto", "cpu"]),
    },
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(some)
def test_what_is_written_down_makes_the_same_settings(flat: dict[str, Any]) -> None:
    made = Settings.make(**flat)
    assert Settings.make(**json.loads(json.dumps(made.flat(), allow_nan=False))) == made
    assert {name: made.flat()[name] for name in flat if name not in ("hidden", "channels")}.items() <= flat.items()


def test_flat_holds_every_setting() -> None:
    assert set(Settings.make().flat()) == set(known_settings())


def test_assignments_are_literals_or_text() -> None:
    pairs = ["latent=8", "beta=2.5", "hidden=(64, 64)", "network=mlp", " epochs = 3 ", "variance='scalar'", "clip=None"]
    assert read_assignments(pairs) == {
        "latent": 8, "beta": 2.5, "hidden": (64, 64), "network": "mlp", "epochs": 3, "variance": "scalar", "clip": None,
    }  # fmt: skip
    assert read_assignments(["beta=Linear(0.0, 1.0, 10)"]) == {"beta": "Linear(0.0, 1.0, 10)"}
    assert read_assignments(["encoder=MLP(((4,),), (2, 2), dropout=0.5)"])["encoder"].endswith("dropout=0.5)")


@pytest.mark.parametrize("pair", ["latent", "", "latent:8"])
def test_an_assignment_without_equals_is_explained(pair: str) -> None:
    with pytest.raises(ConfigError, match="write key=value"):
        read_assignments([pair])


@pytest.mark.parametrize(
    "value",
    [
        "__import__('os').system('touch canary')", "open('canary', 'w')", "9**9**9", "'a' * 10**9", "(" * 100_000,
        "-" * 100_000 + "1", "{[1]: 2}", "1" * 10_000, "\x00", "\ud800", "lambda: 1", "f'{1}'", "[" * 500 + "]" * 500,
    ],
)  # fmt: skip
def test_a_hostile_assignment_is_text(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = read_assignments([f"latent={value}"])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigError):
        Settings.make(**made)


def test_a_schedule_is_text_until_a_run_reads_it() -> None:
    assert Settings.make(beta="Linear(0.0, 1.0, 10)").model.beta == "Linear(0.0, 1.0, 10)"
    assert issubclass(SpecError, ConfigError)


def test_toml_gives_settings(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('recipe = "beta-vae"\nlatent = 8\nhidden = [64, 32]\nbeta = 2.5 # less than usual\nseed = 3\n')
    made = Settings.make(**read_toml(path))
    assert (made.recipe, made.model.latent, made.model.hidden, made.model.beta, made.train.seed) == (
        "beta-vae", 8, (64, 32), 2.5, 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"latent = ", "not valid TOML"),
        (b"latent == 3", "not valid TOML"),
        (b"[model]\nlatent = 3", r"\[model\] is a table"),
        (b"model = {latent = 3}", r"\[model\] is a table"),
        (b"latent = 3\nlatent = 4", "not valid TOML"),
        (b"\xff\xfe", "not valid TOML"),
        (b"latent = " + b"[" * 10_000, "run.toml"),
    ],
)
def test_a_toml_file_that_cannot_be_used_is_named(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=says) as caught:
        read_toml(path)
    assert "run.toml" in str(caught.value)


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_a_toml_file_that_is_none_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Cannot read the configuration"):
        read_toml(tmp_path / name)


@pytest.mark.parametrize(
    "line", ["latent = 2024-01-01", "epochs = nan", "seed = 1e30", 'latent = ["a"]', "lattent = 3"]
)
def test_toml_values_are_held_to_the_same_rules(line: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(line)
    with pytest.raises(ConfigError):
        Settings.make(**read_toml(path))


@pytest.mark.parametrize("value", [True, False, np.True_])
@pytest.mark.parametrize("name", ["latent", "epochs", "beta", "valid_fraction", "seed", "likelihood"])
def test_truth_values_are_no_numbers(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"Setting {name} = {value}: a truth value is no number or name"):
        Settings.make(**{name: value})
