from __future__ import annotations

import signal
import warnings

import pytest
import typer
from typer.testing import CliRunner

from lowerbound import errors
from lowerbound.cli.guard import Interrupted, command, exit_code


def outcome(function, *arguments):
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(command(function))
    return CliRunner().invoke(app, list(arguments))


def raising(error):
    def act() -> None:
        """Act."""
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError("no"), 2),
        (errors.UnknownNameError("no"), 2),
        (errors.DataError("no"), 2),
        (errors.ShapeError("no"), 2),
        (errors.SpecError("no"), 2),
        (errors.RunError("no"), 1),
        (errors.CorruptRunError("no"), 1),
        (errors.DownloadError("no"), 1),
        (errors.DivergenceError("no"), 1),
        (errors.DependencyError("no"), 1),
    ],
)
def test_expected_errors_are_one_message_and_a_code(error, code):
    result = outcome(raising(error))
    assert (result.exit_code, result.output) == (code, "Error: no\n")
    assert exit_code(error) == code


def test_unexpected_errors_say_how_to_see_more():
    result = outcome(raising(TypeError("bad thing\nwith lines")))
    assert result.exit_code == 1
    assert result.output.startswith("Error: TypeError: bad thing\n")
    assert "--debug" in result.output


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("[enforce fail] can't allocate memory")])
def test_out_of_memory_has_a_remedy(error):
    assert "--batch-size" in outcome(raising(error)).output


def test_debug_shows_where_it_comes_from():
    result = outcome(raising(errors.ConfigError("no")), "--debug")
    assert isinstance(result.exception, errors.ConfigError)


def test_interruptions_are_clean():
    assert outcome(raising(KeyboardInterrupt())).output == "Interrupted.\n"
    result = outcome(raising(Interrupted("Stopped. Go on with: lowerbound resume x")))
    assert (result.exit_code, result.output) == (1, "Stopped. Go on with: lowerbound resume x\n")


def test_sigterm_stops_a_command_and_leaves_no_handler():
    before = signal.getsignal(signal.SIGTERM)

    def act() -> None:
        """Act."""
        signal.raise_signal(signal.SIGTERM)

    assert outcome(act).output == "Interrupted.\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_exits_pass_through():
    assert outcome(raising(typer.Exit(3))).exit_code == 3


def test_other_processes_name_themselves(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    assert outcome(raising(errors.RunError("no"))).output == "[process 1] Error: no\n"


def test_data_warnings_are_notes_and_others_are_silent():
    def act() -> None:
        """Act."""
        warnings.warn("column 'a' never changes", errors.DataWarning, stacklevel=1)
        warnings.warn("internal", UserWarning, stacklevel=1)

    assert outcome(act).output == "Note: column 'a' never changes\n"
    assert "UserWarning: internal" in outcome(act, "--debug").output


def test_a_reader_that_has_gone_is_no_error(monkeypatch):
    closed = []
    monkeypatch.setattr("os.dup2", lambda source, target: closed.append(target))
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    result = outcome(raising(BrokenPipeError()))
    assert (result.exit_code, result.output) == (1, "")
