"""A run that was stopped, crashed or killed ends as the one that never was: bit for bit, every file."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from toys import Crashed, Signalled, Watcher, contents, fingerprint, fit
from zoo import ZOO

from tests.tiers import few_quick

QUICK = ["flat", "critic", "three-players", "semi-supervised", "optimal-variance", "binarized", "warm-up"]
NAMES = few_quick(ZOO, QUICK, rest=pytest.mark.slow)


def finished(name: str, folder: Path, **rest: Any) -> tuple[str, dict[str, bytes], object]:
    """Run to the end, and return all that is left: weights, files, answers."""
    made, outcome = fit(name, folder, **rest)
    assert outcome.reason == "finished"
    return fingerprint(made), contents(folder), outcome.history.records


@pytest.mark.parametrize("name", NAMES)
def test_stopped_and_crashed_it_ends_as_the_uninterrupted_run(name: str, tmp_path: Path) -> None:
    expected = finished(name, tmp_path / "whole")
    assert {"metrics.jsonl", "checkpoint/state.json", "checkpoint/step-20.safetensors"} == set(expected[1])
    folder = tmp_path / "broken"
    stopped = fit(name, folder, observers=[Signalled(5)])[1]
    assert (stopped.reason, stopped.step, stopped.complete) == ("SIGTERM", 5, False)
    with pytest.raises(RuntimeError, match="simulated"):
        fit(name, folder, resume=True, observers=[Crashed(14)])
    watcher = Watcher()
    assert finished(name, folder, resume=True, observers=[watcher]) == expected
    assert watcher.began == (5, 20)


@pytest.mark.parametrize("at", [2, 9, 10, 15])
def test_also_while_axes_turn(at: int, tmp_path: Path) -> None:
    expected = finished("flat", tmp_path / "whole", optimizer="soap")
    with pytest.raises(RuntimeError, match="simulated"):
        fit("flat", tmp_path / "broken", checkpoint_seconds=0.0, observers=[Crashed(at)], optimizer="soap")
    assert finished("flat", tmp_path / "broken", resume=True, optimizer="soap") == expected


@pytest.mark.thorough
def test_also_in_compiled_steps(tmp_path: Path, captured: None) -> None:
    expected = finished("critic", tmp_path / "whole", compile="yes")
    with pytest.raises(RuntimeError, match="simulated"):
        fit("critic", tmp_path / "broken", compile="yes", checkpoint_seconds=0.0, observers=[Crashed(9)])
    assert finished("critic", tmp_path / "broken", compile="yes", resume=True) == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_also_in_steps_compiled_for_real(name: str, tmp_path: Path, inductor: None) -> None:
    expected = finished(name, tmp_path / "whole", compile="yes", precision="bfloat16")
    settings: dict[str, Any] = {"compile": "yes", "precision": "bfloat16"}
    with pytest.raises(RuntimeError, match="simulated"):
        fit(name, tmp_path / "broken", checkpoint_seconds=0.0, observers=[Crashed(9)], **settings)
    assert finished(name, tmp_path / "broken", resume=True, **settings) == expected


@pytest.mark.parametrize("seed", range(4))
def test_crashes_at_random_points_cost_nothing_but_time(seed: int, tmp_path: Path) -> None:
    expected = finished("critic", tmp_path / "whole", accumulate=2, clip=0.5)
    chance = random.Random(seed)
    made = None
    for attempt in range(6):
        seconds = chance.choice([0.0, 1e9])
        rest: dict[str, Any] = {"accumulate": 2, "clip": 0.5, "checkpoint_seconds": seconds}
        observer = chance.choice([Crashed, Signalled])(chance.randrange(1, 20))
        known = (tmp_path / "broken" / "checkpoint" / "state.json").exists()
        try:
            made, outcome = fit("critic", tmp_path / "broken", resume=known, observers=[observer], **rest)
        except RuntimeError:
            continue
        assert outcome.reason in ("SIGTERM", "finished"), attempt
    known = (tmp_path / "broken" / "checkpoint" / "state.json").exists()
    assert finished("critic", tmp_path / "broken", resume=known, accumulate=2, clip=0.5) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("at", [1, 6, 19, 20])
def test_a_signal_saves_and_says_its_name(number: signal.Signals, at: int, tmp_path: Path) -> None:
    watcher = Signalled(at, number)
    _, outcome = fit("flat", tmp_path / "a", observers=[watcher])
    assert outcome.reason == watcher.reason == (number.name if at < 20 else "finished")
    assert outcome.step == at
    assert finished("flat", tmp_path / "a", resume=True) == finished("flat", tmp_path / "b")


def test_the_time_limit_stops_between_steps(tmp_path: Path) -> None:
    expected = finished("flat", tmp_path / "whole")
    reasons = []
    for step in range(20):
        _, outcome = fit("flat", tmp_path / "slow", max_time=1e-9, resume=step > 0)
        assert outcome.step == step + 1
        reasons.append(outcome.reason)
    assert reasons == ["time limit"] * 19 + ["finished"]
    assert contents(tmp_path / "slow") == expected[1]


def test_a_finished_run_stays_as_it_is(tmp_path: Path) -> None:
    expected = finished("flat", tmp_path)
    watcher = Watcher()
    assert finished("flat", tmp_path, resume=True, observers=[watcher]) == expected
    assert watcher.steps == []
    assert (watcher.began, watcher.reason) == ((20, 20), "finished")


def test_a_run_that_stopped_early_stays_so(tmp_path: Path) -> None:
    def constant(model: object) -> dict[str, float]:
        return {"elbo": -1.0}

    first, outcome = fit("flat", tmp_path, patience=2, validate=constant)
    assert (outcome.reason, outcome.step) == ("early stopping", 18)
    before = contents(tmp_path)
    again, outcome = fit("flat", tmp_path, patience=2, validate=constant, resume=True)
    assert (outcome.reason, outcome.step) == ("early stopping", 18)
    assert fingerprint(first) == fingerprint(again)
    assert contents(tmp_path) == before


def test_patience_survives_a_stop(tmp_path: Path) -> None:
    def script(values: list[float]) -> Any:
        left = iter(values)
        return lambda model: {"elbo": next(left)}

    rest: dict[str, Any] = {"patience": 2, "round_steps": 2}
    whole = fit("flat", tmp_path / "a", validate=script([-1.0, -2.0, -0.5, -3.0, -4.0]), **rest)[1]
    assert (whole.reason, whole.step) == ("early stopping", 10)
    fit("flat", tmp_path / "b", validate=script([-1.0, -2.0, -0.5, -3.0]), observers=[Signalled(8)], **rest)
    again = fit("flat", tmp_path / "b", validate=script([-4.0]), resume=True, **rest)[1]
    assert (again.reason, again.step) == ("early stopping", 10)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_saving_does_not_disturb_the_run(tmp_path: Path) -> None:
    often = finished("binarized", tmp_path / "a", checkpoint_seconds=0.0)
    assert often == finished("binarized", tmp_path / "b", checkpoint_seconds=1e9)


def test_with_a_folder_or_without_is_the_same_run(tmp_path: Path) -> None:
    made, outcome = fit("critic")
    assert (fingerprint(made), outcome.history.records) == finished("critic", tmp_path)[::2]


def killed(folder: Path, kills: int, seed: int) -> list[str]:
    """Run the script of kills, and return what it reports."""
    script = Path(__file__).with_name("killed.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder), str(kills), str(seed)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_kill_9_at_ten_random_points_changes_nothing(tmp_path: Path) -> None:
    report = killed(tmp_path, 10, 0)
    assert report[-1] == "10 kills"


@pytest.mark.slow
def test_kill_9_at_fifty_random_points_changes_nothing(tmp_path: Path) -> None:
    for seed in (1, 2):
        assert killed(tmp_path / str(seed), 25, seed)[-1] == "25 kills"
