from __future__ import annotations

import subprocess
import sys

import pytest

from lowerbound.cli.app import COMMANDS
from lowerbound.recipes import names
from lowerbound.version import __version__

NAMES = [function.__name__.replace("_", "-") for function in COMMANDS]


def test_help_lists_every_command(typed):
    output = typed("--help").output
    assert all(f"\n  {name} " in output for name in NAMES)
    assert NAMES == [
        "fit", "resume", "evaluate", "diagnose", "report", "sample", "encode", "decode", "reconstruct", "score",
        "traverse", "impute", "gaps", "check", "distances", "factors", "rate-distortion", "refit-prior", "compare",
        "recipes", "components", "datasets", "doctor",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself_with_an_example(typed, name):
    output = typed(name, "-h").output
    assert f"\n      lowerbound {name}" in output
    assert "--debug" in output
    assert "\b" not in output


def test_first_lines_fit_beside_the_names(typed):
    lines = typed("--help").output.partition("Commands:")[2].splitlines()
    assert sum(line.startswith("  ") and line[2] != " " for line in lines if len(line) > 2) >= len(NAMES)
    assert all(len(line) < 80 for line in lines)


def test_version(typed):
    assert typed("--version").output == f"lowerbound {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"), [(["ft"], "fit"), (["fit", "digits", "--epoch", "3"], "--epochs"), ([], "COMMAND")]
)
def test_wrong_use_is_2_and_helped(typed, arguments, hint):
    assert hint in typed(*arguments, code=2).output


def test_help_imports_nothing_heavy():
    """The option parser itself may import pydantic, though not for the list of commands."""
    code = """
import sys
from typer.testing import CliRunner
from lowerbound.cli.app import app
heavy = {"torch", "numpy", "sklearn", "rich", "matplotlib", "jinja2"}
assert CliRunner().invoke(app, ["--help"]).exit_code == 0
print((heavy | {"pydantic"}) & set(sys.modules))
assert CliRunner().invoke(app, ["fit", "--help"]).exit_code == 0
print(heavy & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\nset()\n", done.stderr


def test_the_module_runs_and_the_program_pipes():
    """The process itself: exit code, results on standard output, nothing else."""
    done = subprocess.run([sys.executable, "-m", "lowerbound", "recipes"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["recipe", *names()]
    assert "\x1b" not in done.stdout
