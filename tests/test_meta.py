"""Every component is exported, documented with an example and its paper, tested, and has a name of its own."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pydantic
import pytest

import lowerbound
from lowerbound.recipes import names

TESTS = Path(__file__).resolve().parent
SPECIFIED = [
    "networks",
    "likelihoods",
    "priors",
    "posteriors",
    "distances",
    "objectives",
    "models",
]  # what a spec can name
WITH_PAPER = {"likelihoods", "priors", "posteriors", "distances", "objectives", "distributions", "recipes"}
FOLDERS = [
    name
    for name in [*SPECIFIED, "distributions", "metrics", "recipes"]
    if (Path(*lowerbound.__path__) / name / "__init__.py").exists()
]


def modules(folder: str) -> Iterator[ModuleType]:
    """Yield the public modules of a folder."""
    package = importlib.import_module(f"lowerbound.{folder}")
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not any(part.startswith("_") for part in info.name.split(".")):
            yield importlib.import_module(info.name)


def defined(module: ModuleType) -> Iterator[Any]:
    """Yield the public classes written in a module."""
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield value


@cache
def exported(folder: str) -> dict[str, Any]:
    """Public names of a folder."""
    package = importlib.import_module(f"lowerbound.{folder}")
    return {name: getattr(package, name) for name in package.__all__}


def is_abstract(cls: type) -> bool:
    """Whether a class leaves something to its subclasses: it cannot be built in an example."""
    return any(getattr(getattr(cls, name, None), "__isabstractmethod__", False) for name in dir(cls))


def is_record(value: Any) -> bool:
    """Whether a class only holds values: it has no paper."""
    return dataclasses.is_dataclass(value) or (inspect.isclass(value) and issubclass(value, pydantic.BaseModel))


def has_section(value: Any, title: str) -> bool:
    """Whether the object's own docstring has a numpy-style section."""
    return f"\n{title}\n{'-' * len(title)}\n" in inspect.cleandoc(value.__doc__ or "")


CLASSES = [(folder, cls) for folder in FOLDERS for module in modules(folder) for cls in defined(module)]
FINAL = [(folder, cls) for folder, cls in CLASSES if not is_abstract(cls)]
FUNCTIONS = [
    (folder, value) for folder in FOLDERS for value in exported(folder).values() if inspect.isfunction(value)
]  # helpers that stay inside a folder need no example of their own


def without(pairs: list[tuple[str, Any]], has: Callable[[str, Any], bool]) -> list[str]:
    """Name the objects of ``(folder, object)`` pairs that lack something."""
    return [f"{value.__module__}.{value.__name__}" for folder, value in pairs if not has(folder, value)]


def test_every_class_is_exported_by_its_folder() -> None:
    assert without(CLASSES, lambda folder, cls: exported(folder).get(cls.__name__) is cls) == []


def test_every_component_has_an_example() -> None:
    assert (
        without([*FINAL, *FUNCTIONS], lambda _, value: has_section(value, "Examples") and ">>> " in value.__doc__) == []
    )


def test_every_component_from_a_paper_names_it() -> None:
    published = [(folder, cls) for folder, cls in FINAL if folder in WITH_PAPER and not is_record(cls)]
    assert without(published, lambda _, cls: has_section(cls, "References")) == []


def has_tests(folder: str, value: Any) -> bool:
    """Whether there is a test module where the tests mirror the source."""
    *folders, module = value.__module__.split(".")[1:]
    return TESTS.joinpath(*folders, f"test_{module}.py").is_file()


def test_every_component_has_a_test_module() -> None:
    assert without([*FINAL, *FUNCTIONS], has_tests) == []


def test_names_are_unique_where_a_spec_looks_them_up() -> None:
    owners = defaultdict(list)
    for folder in SPECIFIED:
        for name in exported(folder) if folder in FOLDERS else {}:
            owners[name].append(folder)
    assert {name: folders for name, folders in owners.items() if len(folders) > 1} == {}


@pytest.mark.parametrize("name", sorted(names()))
def test_a_recipe_names_its_paper_and_has_a_test_module(name: str) -> None:
    recipe = names()[name]
    assert re.search(r"\b(19|20)\d\d$", recipe.paper)
    assert recipe.when.endswith(".")
    assert recipe.formula
    assert TESTS.joinpath("recipes", f"test_{name.replace('-', '_')}.py").is_file()
