"""What follows training: evaluation on held-out rows, diagnosis, report, model card."""

from __future__ import annotations

from typing import Any

from lowerbound.cli.opening import OpenRun, Selection, held_out
from lowerbound.cli.results import show_diagnosis, show_evaluation
from lowerbound.cli.screen import Screen
from lowerbound.core.storage import read_json, write_bytes, write_json
from lowerbound.data import Dataset, read_rows
from lowerbound.errors import RunError
from lowerbound.estimators.card import card
from lowerbound.estimators.diagnosis import Diagnosis, diagnose
from lowerbound.estimators.evaluation import Evaluation, Reconstruction, evaluate
from lowerbound.report import collect, write
from lowerbound.runs import RunFolder

__all__ = ["conclude", "default_samples", "diagnosed", "document", "evaluated", "is_concluded", "kept"]

DIAGNOSED_ROWS = 5_000
"""Most rows that a diagnosis looks at: I(x; z) compares each with each."""


def default_samples(rows: int) -> int:
    """Return the importance samples a row that a fit takes by itself: 1000, fewer for many rows.

    Examples
    --------
    >>> default_samples(180), default_samples(10_000)
    (1000, 100)
    """
    return max(100, min(1000, 1_000_000 // max(rows, 1)))


def is_concluded(folder: RunFolder, *, report: bool) -> bool:
    """Whether all of this has been done for a run."""
    names = ["evaluation.json", "diagnosis.json", "README.md"] + (["report.html"] if report else [])
    return all(folder.file(name).is_file() for name in names)


def evaluated(
    run: OpenRun, dataset: Dataset, split: str, samples: int, screen: Screen, proposal: str = "encoder"
) -> Evaluation | Reconstruction:
    """Evaluate rows of a split, showing how far it is."""
    fitted = run.vae.fitted_
    x, _ = dataset.rows(split)
    with screen.counting(f"Evaluating, S = {samples}", len(x)) as count:
        c = dataset.condition(split) if fitted.conditional else None
        return evaluate(fitted, x, c, samples=samples, split=split, proposal=proposal, advance=count.advance)


def diagnosed(run: OpenRun, dataset: Dataset, split: str, *, own: bool) -> Diagnosis:
    """Diagnose a model on rows of a split, against as many training rows where the data is its own."""
    fitted = run.vae.fitted_

    def some(name: str) -> tuple[Any, Any]:
        c = dataset.condition(name) if fitted.conditional else None
        return read_rows(dataset.rows(name)[0], DIAGNOSED_ROWS), None if c is None else read_rows(c, DIAGNOSED_ROWS)

    train = some("train") if own and split != "train" else None
    return diagnose(fitted, *some(split), train=train, settings=run.vae.settings_)


def conclude(
    run: OpenRun, dataset: Dataset, screen: Screen, *, samples: int | None = None, report: bool = True
) -> None:
    """Evaluate and diagnose a trained run, write the results into its folder and print them.

    Parameters
    ----------
    run, dataset
        The run and its own data.
    screen
        Where to print.
    samples
        Importance samples a row.
    report
        Whether to write ``report.html``.
    """
    split = held_out(dataset)
    rows = len(dataset.rows(split)[0])
    evaluation = evaluated(run, dataset, split, samples or default_samples(rows), screen)
    write_json(run.folder.file("evaluation.json"), evaluation.to_json())
    diagnosis = diagnosed(run, dataset, split, own=True)
    write_json(run.folder.file("diagnosis.json"), diagnosis.to_json())
    write_card(run.folder)
    if report:
        with screen.counting("Writing the report"):
            content = collect(
                run.vae, dataset, evaluation=evaluation, diagnosis=diagnosis, cost=document(run.folder, "timing")
            )
            write(content, run.folder.file("report.html"))
    show_evaluation(screen, evaluation.to_json(), f"{run.name} on {rows:,} {split} rows")
    if split in WITHOUT_TEST:
        screen.say(WITHOUT_TEST[split], wrap=True)
    show_diagnosis(screen, diagnosis.to_json(), "Diagnosis")
    screen.say(f"Report: {run.folder.file('report.html')}" if report else f"Run: {run.name}")


WITHOUT_TEST = {
    "valid": "There are no test rows: these are the rows that chose the weights, so the numbers are a little too good.",
    "train": "There are no held-out rows: these are the training rows, so the numbers are too good.",
}


def write_card(folder: RunFolder) -> None:
    """Write the model card from what the folder holds."""
    known = {name: document(folder, name) for name in ("evaluation", "diagnosis", "timing")}
    write_bytes(folder.file("README.md"), card(folder.read_config(), **known).encode())


def document(folder: RunFolder, name: str) -> dict[str, Any] | None:
    """Return a JSON file of a run, or None where it has none."""
    path = folder.file(f"{name}.json")
    return read_json(path) if path.is_file() else None


def _precise(numbers: dict[str, Any]) -> tuple[bool, int]:
    """Order estimates: from proposals adapted to each row before any other, then by samples."""
    return numbers.get("proposal") == "adapted", numbers.get("samples", 0)


def kept(run: OpenRun, selection: Selection, name: str, numbers: dict[str, Any], screen: Screen) -> None:
    """Keep what was found out about a run's own test rows in its folder, unless it holds a better estimate."""
    before = document(run.folder, name) or {}
    better = _precise(before) > _precise(numbers)
    if not selection.own or selection.split != held_out(selection.dataset) or better:
        return
    try:
        with run.folder.writing():
            write_json(run.folder.file(f"{name}.json"), numbers)
            write_card(run.folder)
    except RunError as error:
        screen.note(f"Not kept: {error}", style="")
