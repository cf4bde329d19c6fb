"""One page a recipe, by one template, from the recipe itself, its docstring and its kept result."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import lowerbound as lb
from lowerbound.data import open_data
from lowerbound.estimators.planning import make_plan
from lowerbound.recipes import Recipe, names
from lowerbound.runs import Settings

__all__ = ["write_pages"]

RESULT = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "recipes.json"

DIFFER = "Settings that differ from the usual ones:\n\n"

PAGE = """# {name}

{Summary}.

## What it is

```{{eval-rst}}
{what}
```

## When to use it

{when}

## Objective

What is minimised, nats per row:

$$ {formula} $$

As an expression, in a run of {total:,} steps on the digits:

```text
{expression}
```

{players}

## Use

```sh
{command}
```

```python
import lowerbound as lb

vae = lb.VAE({call}).fit({arguments})
```

{settings}

## A result of ours

{result}

## Paper

{paper}.
"""


def write_pages(folder: Path) -> None:
    """Write ``<folder>/<recipe>.md`` for every recipe, and ``index.md`` that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    results = json.loads(RESULT.read_text()) if RESULT.is_file() else {}
    data = open_data("digits").split(seed=0)
    recipes = names()
    for name, recipe in recipes.items():
        _write(folder / f"{name}.md", _page(recipe, data, results.get("recipes", {}).get(name)))
    for old in folder.glob("*.md"):
        if old.stem not in {*recipes, "index"}:
            old.unlink()
    rows = "".join(f"| [{r.name}]({r.name}.md) | {r.summary} |\n" for r in recipes.values())
    pages = "".join(f"{name}\n" for name in recipes)
    _write(
        folder / "index.md",
        "# Recipes\n\nA recipe is a published combination of parts, by name: `lowerbound fit DATA --recipe NAME`, or "
        '`lb.VAE(recipe="NAME")`.\nEvery part can be exchanged by a setting; `lowerbound recipes --settings` lists '
        f"them.\n\n| recipe | what |\n|---|---|\n{rows}\n```{{toctree}}\n:hidden:\n\n{pages}```\n",
    )


def _write(path: Path, text: str) -> None:
    """Write a page that changed: Sphinx reads only those again."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _page(recipe: Recipe, data: lb.data.Dataset, result: dict[str, Any] | None) -> str:
    defaults = dict(recipe.defaults)
    plan = make_plan(data, Settings.make(recipe=recipe.name, epochs=100))
    options = "".join(f"- `{key}={value!r}`\n" for key, value in defaults.items())
    return PAGE.format(
        name=recipe.name,
        Summary=recipe.summary[0].upper() + recipe.summary[1:],
        what=_docstring(recipe),
        when=recipe.when,
        formula=recipe.formula,
        total=plan.total,
        expression=repr(plan.objective),
        players=_players(plan.objective) if not plan.solved else "Its weights are computed: there are no gradients.",
        command=f"lowerbound fit digits --recipe {recipe.name}",
        call=f'recipe="{recipe.name}"',
        arguments="X, y" if recipe.conditional else "X",
        settings=f"Settings that differ from the usual ones:\n\n{options}"
        if options
        else "All settings are the usual.",
        result=_result(result),
        paper=recipe.paper,
    )


def _docstring(recipe: Recipe) -> str:
    """Return what the recipe's module says on top."""
    module = sys.modules.get(f"lowerbound.recipes.{recipe.name.replace('-', '_')}")
    return inspect.cleandoc((module and module.__doc__) or recipe.summary)


def _players(objective: Any) -> str:
    critics = sum(p.numel() for p in objective.parameters())
    if not critics:
        return ""
    return f"The objective has {critics:,} parameters of its own, which follow their own loss (player `critic`)."


def _result(result: dict[str, Any] | None) -> str:
    if result is None:
        return "None is kept yet: `python benchmarks/recipes.py` makes one."
    lines = "".join(f"| {key} | {value} |\n" for key, value in result["numbers"].items())
    head = f"Digits, {result['rows']} held-out rows, seed {result['seed']}:\n\n```sh\n{result['command']}\n```\n\n"
    return f"{head}| what | value |\n|---|---|\n{lines}"
