"""The structure of the source: which way imports point, how long things are, what is never used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "lowerbound"
FILES = sorted(SRC.rglob("*.py"))
TREES = {path.relative_to(SRC).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

COMPONENTS = {"networks", "likelihoods", "priors", "posteriors", "objectives", "models", "data", "metrics"}
BELOW_RUNS = COMPONENTS | {"core", "distributions", "distances", "spec", "recipes", "training"}
DOORS = BELOW_RUNS | {"runs", "estimators"}
ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "distributions": {"core"},
    "distances": {"core"},
    **dict.fromkeys(COMPONENTS, {"core", "distributions", "distances"}),
    "spec": {"core"},
    "recipes": COMPONENTS | {"core", "distributions", "distances", "spec"},
    "training": {"core"},
    "runs": BELOW_RUNS,
    "report": BELOW_RUNS | {"runs"},
    "estimators": BELOW_RUNS | {"runs", "report"},
    "cli": DOORS | {"report"},
}
# Modules beside the folders: the lazy surface may name everything, the entry point only starts the command line.
TOP: dict[str, set[str]] = {"errors": set(), "version": set(), "__init__": {*ALLOWED, "errors"}, "__main__": {"cli"}}
EVERYWHERE = {"errors", "version"}
THIRD_PARTY = {"core": {"torch", "safetensors"}, "distributions": {"torch"}, "distances": {"torch"}, "errors": set()}

MAX_FILE, MAX_FUNCTION = 300, 40


def unit(path: str) -> str:
    """Folder (or top-level module) that a file belongs to."""
    return path.split("/")[0].removesuffix(".py")


def imports(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield ``(line, absolute dotted name)`` of every import, also inside functions and ``if TYPE_CHECKING``."""
    package = ["lowerbound", *path.split("/")[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            bare = module == "lowerbound"
            yield from ((node.lineno, f"{module}.{alias.name}" if bare else module) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}:
            name = node.args[0] if node.args else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield node.lineno, name.value


def wrong_arrows(path: str, tree: ast.AST) -> list[str]:
    """List the imports of one file that no row of the table allows."""
    here = unit(path)
    allowed = {here} | EVERYWHERE | {**ALLOWED, **TOP}[here]
    wrong = []
    for line, name in imports(path, tree):
        parts = name.split(".")
        if parts[0] == "lowerbound":
            target = parts[1] if len(parts) > 1 else "__init__"
            fine = target in allowed or target == "__version__"
        else:
            fine = here not in THIRD_PARTY or parts[0] in THIRD_PARTY[here] | set(sys.stdlib_module_names)
        if not fine:
            wrong.append(f"{path}:{line}: {here} may not import {name}")
    return wrong


def test_every_folder_stands_in_the_table() -> None:
    assert {unit(path) for path in TREES} <= {*ALLOWED, *TOP}


def test_imports_point_downwards() -> None:
    assert [arrow for path, tree in TREES.items() for arrow in wrong_arrows(path, tree)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("core/x.py", "import numpy"),
        ("core/x.py", "def f():\n    from lowerbound.priors import StandardNormal"),
        ("core/x.py", "from ..likelihoods import Bernoulli"),
        ("core/x.py", "import lowerbound"),
        ("priors/x.py", "if TYPE_CHECKING:\n    from lowerbound import posteriors"),
        ("training/x.py", "importlib.import_module('lowerbound.recipes')"),
        ("runs/x.py", "from lowerbound.estimators.vae import VAE"),
        ("estimators/x.py", "from lowerbound import VAE"),
    ],
)
def test_a_wrong_arrow_is_seen(path: str, source: str) -> None:
    assert wrong_arrows(path, ast.parse(source))


def test_right_arrows_are_accepted() -> None:
    source = (
        "import math, torch\nfrom lowerbound.errors import ShapeError\nfrom .trace import Trace\nfrom . import model"
    )
    assert wrong_arrows("core/x.py", ast.parse(source)) == []
    assert wrong_arrows("cli/x.py", ast.parse("from lowerbound import __version__, data")) == []


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, the docstring not counted: a constructor that lists its arguments is not long for it."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    return function.end_lineno - first.lineno + 1 - (first.end_lineno - first.lineno + 1) * documented


def test_files_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: n for path, n in lengths.items() if n > MAX_FILE} == {}


def test_functions_are_short() -> None:
    functions = [
        (f"{path}:{node.lineno} {node.name}", body_length(node))
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    assert [(name, n) for name, n in functions if n > MAX_FUNCTION] == []


FORBIDDEN_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "torch.save", "os.system", "os.popen"}
FORBIDDEN_KEYWORDS = {"shell", "allow_pickle"}


def unsafe(tree: ast.AST) -> Iterator[str]:
    """Yield what could run code out of data: pickles, eval, a shell."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            if (node.module or "").split(".")[0] in FORBIDDEN_MODULES or names & FORBIDDEN_CALLS:
                yield f"from {node.module}"
        elif isinstance(node, ast.Call):
            if ast.unparse(node.func) in FORBIDDEN_CALLS:
                yield ast.unparse(node)
            given = {k.arg: k.value for k in node.keywords}
            for name in FORBIDDEN_KEYWORDS & given.keys():
                if not (isinstance(given[name], ast.Constant) and given[name].value is False):
                    yield ast.unparse(node)


def test_nothing_runs_code_out_of_data() -> None:
    assert [f"{path}: {code}" for path, tree in TREES.items() for code in unsafe(tree)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "from torch import load",
        "eval('1')",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
    ],
)
def test_unsafe_code_is_seen(source: str) -> None:
    assert list(unsafe(ast.parse(source)))


def python(code: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


HEAVY = "{'torch', 'numpy', 'sklearn', 'matplotlib', 'pandas'}"


@pytest.mark.parametrize("module", ["lowerbound", "lowerbound.errors"])
def test_light_modules_import_nothing_heavy(module: str) -> None:
    assert python(f"import sys, {module}; print({HEAVY} & set(sys.modules))") == "set()\n"


def test_help_imports_nothing_heavy() -> None:
    code = f"""
import runpy, sys
sys.argv = ["lowerbound", "--help"]
try:
    runpy.run_module("lowerbound", run_name="__main__")
except SystemExit as stop:
    assert not stop.code, stop.code
print(*({HEAVY} & set(sys.modules)), file=sys.stderr)
assert not {HEAVY} & set(sys.modules)
"""
    assert "fit" in python(code)
