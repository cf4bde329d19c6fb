"""The model card of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lowerbound.estimators.card import card
from lowerbound.runs import RunFolder
from tests.estimators.small import labels, small, table


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the configuration of a run."""
    folder = tmp_path_factory.mktemp("card") / "run"
    small().fit(table(), out=folder)
    return RunFolder(folder).read_config()


def test_a_card_says_what_it_is_and_how_to_use_it(config: dict[str, Any]) -> None:
    text = card(config)
    assert text.startswith("# vae on ")
    assert "Kingma and Welling" in text
    assert "rows of 4 (vector), support: real" in text
    assert "36 train, 4 valid" in text
    assert "Not evaluated." in text
    assert 'lb.load("this-folder")' in text
    assert "latent=2" in text
    assert "2 steps, finished" in text
    assert "took" not in text


def test_a_card_has_the_numbers_where_there_are_some(config: dict[str, Any]) -> None:
    vae = small().fit(table())
    evaluation = vae.evaluate(table(), samples=3, split="test").to_json()
    diagnosis = vae.diagnose(table()).to_json()
    text = card(config, evaluation=evaluation, diagnosis=diagnosis, timing={"wall_seconds": 61.2, "cpu_seconds": 58.9})
    assert f"| ELBO | {evaluation['elbo']:.3f} | {evaluation['elbo_error']:.3f} |" in text
    assert "| log p(x) |" in text
    assert "bits per dimension" not in text
    assert f"40 test rows. {evaluation['statement']}" in text
    assert f"{diagnosis['active_units']} of 2 latent dimensions are active." in text
    assert "took: 61 s, 59 CPU-seconds" in text
    assert all(f"- {sentence}" in text for sentence in diagnosis["advice"])


def test_a_card_of_one_row_has_no_error(config: dict[str, Any]) -> None:
    evaluation = small().fit(table()).evaluate(table()[:1], samples=1).to_json()
    assert "nan" not in card(config, evaluation=json.loads(json.dumps(evaluation))).lower().replace("nano", "")


def test_a_conditional_card_shows_the_condition(tmp_path: Path) -> None:
    small(recipe="cvae").fit(table(), labels(), out=tmp_path / "run")
    text = card(RunFolder(tmp_path / "run").read_config())
    assert "vae.transform(X, y)" in text
    assert "vae.sample(10, given, random_state=1)" in text


def test_the_lines_of_a_card_run_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small().fit(table(), out=tmp_path / "this-folder")
    text = card(RunFolder(tmp_path / "this-folder").read_config())
    code = text.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {"X": table()}
    exec(compile(code, "card", "exec"), scope)
    assert scope["rows"].shape == (10, 4)
