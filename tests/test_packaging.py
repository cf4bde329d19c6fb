"""What is installed is what is in the source: templates and the typing marker too. The tested set suits every Python."""

from __future__ import annotations

import fnmatch
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "lowerbound"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BESIDE = sorted(
    path.relative_to(ROOT).as_posix()
    for path in PACKAGE.rglob("*")
    if path.is_file() and path.suffix not in (".py", ".pyc")
)


def ignored(path: str, pattern: str) -> bool:
    """Whether a pattern of .gitignore, which the build honours, leaves a file out."""
    anchored, folder = pattern.startswith("/"), pattern.endswith("/")
    name, parts = pattern.strip("/"), path.split("/")
    if anchored or "/" in name:
        return fnmatch.fnmatch(path, f"{name}/*" if folder else name)
    return any(fnmatch.fnmatch(part, name) for part in (parts[:-1] if folder else parts))


def test_the_wheel_takes_the_whole_package() -> None:
    wheel = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["src/lowerbound"]}
    assert set(SETTINGS["tool"]["hatch"]["build"]) == {"targets"}


def test_nothing_of_the_package_is_ignored() -> None:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    modules = [p.relative_to(ROOT).as_posix() for p in PACKAGE.rglob("*.py")]
    assert [(path, pattern) for path in [*BESIDE, *modules] for pattern in patterns if ignored(path, pattern)] == []


@pytest.mark.parametrize(
    ("path", "pattern", "left_out"),
    [
        ("src/a/build/x.py", "build/", True),
        ("src/a/build.py", "build/", False),
        ("src/runs/x.py", "/runs/", False),
        ("runs/x.py", "/runs/", True),
        ("src/a/style.css", "*.css", True),
        ("docs/_build/x", "docs/_build/", True),
    ],
)
def test_what_would_be_ignored_is_seen(path: str, pattern: str, left_out: bool) -> None:
    assert ignored(path, pattern) is left_out


def test_the_report_finds_its_templates_in_the_package() -> None:
    assert "src/lowerbound/report/templates/report.html.j2" in BESIDE
    assert "src/lowerbound/report/templates/style.css" in BESIDE
    assert "src/lowerbound/py.typed" in BESIDE
    sections = {path.stem for path in (PACKAGE / "report" / "sections").glob("*.py")}
    with_template = {Path(path).name.split(".")[0] for path in BESIDE if "/sections/" in path}
    assert with_template <= sections


def test_the_tested_set_installs_on_the_oldest_python() -> None:
    oldest = SETTINGS["project"]["requires-python"].removeprefix(">=") + ".0"
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(Requirement(line).name) for line in lines if not line.startswith("#")}
    found = {canonicalize_name(d.metadata["Name"]): d.metadata["Requires-Python"] or "" for d in distributions()}
    needs = {name: python for name, python in found.items() if name in pinned}
    assert len(needs) > 50
    assert {name: python for name, python in needs.items() if not SpecifierSet(python).contains(oldest)} == {}
