"""A training job: what ``fit`` starts and ``resume`` continues."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from torch import Tensor

from lowerbound.cli.conclusion import conclude, is_concluded
from lowerbound.cli.guard import FAILED, Interrupted
from lowerbound.cli.opening import open_run, own_data, read_run, settings_of
from lowerbound.cli.origin import Origin
from lowerbound.cli.screen import Screen
from lowerbound.data import Dataset, check
from lowerbound.errors import DataError, LowerboundError
from lowerbound.estimators.bookkeeping import check_same_data
from lowerbound.estimators.fitting import fit
from lowerbound.estimators.mixed import mixed_hint
from lowerbound.estimators.planning import Plan, make_plan
from lowerbound.estimators.progress import Progress, duration
from lowerbound.runs import RunFolder, Settings
from lowerbound.training import Observer, Processes, Trainer
from lowerbound.training.precision import layers_in_words

__all__ = ["Job"]


@dataclass(frozen=True)
class Job:
    """Training into a folder, and all that follows.

    Parameters
    ----------
    path : Path
        The run folder.
    samples : int, optional
        Importance samples a test row.
    report, tensorboard, quiet : bool
        Whether to write a report and scalars, and to say nothing.
    """

    path: Path
    samples: int | None = None
    report: bool = True
    tensorboard: bool = False
    quiet: bool = False

    def start(self, origin: Origin, settings: Settings, *, overwrite: bool, dry_run: bool) -> None:
        """Train anew."""
        folder = RunFolder(self.path)
        with _processes() as processes:
            screen = Screen(quiet=not processes.main or (self.quiet and not dry_run))
            if self.path.exists() and not dry_run:
                _by_first(processes, lambda: folder.create(overwrite=overwrite))
            dataset = _in_turn(processes, lambda: origin.open(screen))
            train = settings.train
            dataset = dataset.split(valid=train.valid_fraction, test=train.test_fraction, seed=train.seed)
            _check_rows(dataset)
            hint = mixed_hint(dataset, settings)
            if hint:
                screen.note(f"Note: {hint}")
            plan = make_plan(dataset, settings, processes=processes)
            facts = plan_facts(self.path, dataset, plan, processes)
            if dry_run:
                screen.table(("", ""), list(facts.items()))
                return
            for name, fact in facts.items():
                screen.note(f"{name:<10}  {fact}")
            observers = self._observers(plan.settings.train.batch_size, screen)
            with _owned(folder, processes, new=True, overwrite=overwrite):
                self._fit(dataset, settings, processes, screen, observers, plan=plan, described=origin.to_json())

    def resume(self, *, max_time: float | None = None, data: str | None = None) -> None:
        """Go on with a run that was stopped, or do what is left of it.

        Parameters
        ----------
        max_time
            Seconds, instead of the run's own limit.
        data
            Where the data is now.
        """
        folder, config = read_run(self.path)
        self._as_asked(config)._resume(folder, config, max_time, data)

    def _as_asked(self, config: Mapping[str, Any]) -> Job:
        """The same job, with what was asked of the run at its start where nothing else is asked now."""
        asked = config.get("after")
        asked = asked if isinstance(asked, Mapping) else {}
        samples, report = asked.get("nll_samples"), asked.get("report") is not False
        usable = isinstance(samples, int) and samples > 0
        return replace(self, samples=self.samples or (samples if usable else None), report=self.report and report)

    def _resume(self, folder: RunFolder, config: Mapping[str, Any], max_time: float | None, data: str | None) -> None:
        settings = settings_of(config)
        if max_time is not None:
            settings = settings.with_train(max_time=max_time)
        outcome = config.get("outcome")
        complete = isinstance(outcome, dict) and outcome.get("complete") is True
        with _processes() as processes:
            screen = Screen(quiet=self.quiet or not processes.main)
            if complete and (is_concluded(folder, report=self.report) or not config["data"].get("open")):
                screen.say(f"{self.path} is complete: there is nothing to resume.")
                return
            dataset = _in_turn(processes, lambda: own_data(config, screen, data))
            check_same_data(dataset, config, self.path)
            observers = self._observers(settings.train.batch_size, screen)
            with _owned(folder, processes):
                if complete:
                    self._conclude(dataset, screen, processes)
                else:
                    if settings.recipe_.solve is not None:
                        screen.note(f"{settings.recipe} keeps no checkpoints: it is solved again from the start.")
                    self._fit(dataset, settings, processes, screen, observers, resume=True)

    def _fit(
        self, dataset: Dataset, settings: Settings, processes: Processes, screen: Screen, observers: list[Observer], *,
        plan: Plan | None = None, described: Mapping[str, Any] | None = None, resume: bool = False,
    ) -> None:  # fmt: skip
        go_on = f"Go on with: lowerbound resume {self.path}"
        try:
            result = fit(
                dataset, settings, folder=RunFolder(self.path), processes=processes, resume=resume,
                described=described, after={"nll_samples": self.samples, "report": self.report}, observers=observers,
                plan=plan,
            )  # fmt: skip
            outcome, total = result.outcome, result.plan.total
            if outcome.reason.startswith("SIG"):
                place = f"step {outcome.step:,} of {total:,}"
                raise Interrupted(f"Stopped by {outcome.reason} at {place}; everything is saved. {go_on}")
            self._conclude(dataset, screen, processes)
        except KeyboardInterrupt:
            raise Interrupted(f"Interrupted. {go_on}") from None
        if not outcome.complete:
            screen.note(f"The time limit came at step {outcome.step:,} of {total:,}. {go_on}", style="")

    def _conclude(self, dataset: Dataset, screen: Screen, processes: Processes) -> None:
        if processes.main:
            conclude(open_run(self.path), dataset, screen, samples=self.samples, report=self.report)

    def _observers(self, batch_size: int | None, screen: Screen) -> list[Observer]:
        observers: list[Observer] = [] if screen.quiet else [Progress(batch_size, screen.err)]
        if self.tensorboard:
            from lowerbound.training.tensorboard import TensorBoard

            observers.append(TensorBoard(self.path / "tensorboard"))
        return observers


def plan_facts(path: Path, dataset: Dataset, plan: Plan, processes: Processes) -> dict[str, str]:
    """Say what a job will do, before it does it; raises what training would, before anything is written."""
    train = plan.settings.train
    machine = {}
    if not plan.solved:
        machine = Trainer(plan.model, plan.objective, train, total=plan.total, processes=processes).facts
        machine = {**machine, "layers": layers_in_words(train, plan.device) or machine["layers"]}
    schema = dataset.schema
    shape = " x ".join(map(str, schema.shape)) + (" images" if schema.kind == "image" else " columns")
    support = f"{schema.levels} levels" if schema.support == "levels" else schema.support
    splits = ", ".join(f"{len(dataset.rows(name)[0]):,} {name}" for name in ("train", "valid", "test"))
    labels = f", {len(schema.classes)} classes" if schema.classes else ""
    labels = f", covariates {', '.join(schema.covariates)}" if schema.covariates else labels
    return {
        "data": f"{dataset.name}: {len(dataset):,} rows of {shape}, {support}{labels}",
        "rows": splits,
        **plan.facts(),
        **machine,
        **({} if train.max_time is None else {"time limit": duration(train.max_time)}),
        "seed": str(train.seed),
        "folder": str(path),
    }


def _check_rows(dataset: Dataset) -> None:
    """Refuse what nothing can be learned from, and warn of columns that never change."""
    if len(dataset) < 2:
        raise DataError(f"{dataset.name} has {len(dataset)} row: there is no variation to learn. Give at least 2 rows.")
    if isinstance(dataset.x, Tensor):
        check(dataset.x, dataset.schema, where=dataset.name, warn_constant=True)


@contextmanager
def _processes() -> Iterator[Processes]:
    processes = Processes(start=True)
    try:
        yield processes
    finally:
        processes.close()


def _by_first(processes: Processes, action: Callable[[], None]) -> None:
    """Let the first process do something; if it fails, the others end without a word."""
    error: LowerboundError | None = None
    if processes.main:
        try:
            action()
        except LowerboundError as failure:
            error = failure
    if processes.agree(error is not None):
        raise error or typer.Exit(FAILED)


def _in_turn(processes: Processes, open_it: Callable[[], Dataset]) -> Dataset:
    """Let the first process fetch the data, if it must be fetched, and the others find it there."""
    opened: list[Dataset] = []
    _by_first(processes, lambda: opened.append(open_it()))
    return opened[0] if opened else open_it()


@contextmanager
def _owned(folder: RunFolder, processes: Processes, *, new: bool = False, overwrite: bool = False) -> Iterator[None]:
    """Hold the folder, made ready for a new run if it is one."""
    with ExitStack() as held:

        def own() -> None:
            if new:
                folder.create(overwrite=overwrite)
            held.enter_context(folder.writing())
            if new:
                # Again, now that nobody else can: another process may have finished a run here meanwhile.
                folder.create(overwrite=overwrite)
                folder.clear()

        _by_first(processes, own)
        yield
