"""Recipes by name: the namespace is the registry."""

from __future__ import annotations

import lowerbound.recipes as namespace
from lowerbound.errors import UnknownNameError, nearest
from lowerbound.recipes.recipe import Recipe

__all__ = ["find", "names"]


def names() -> dict[str, Recipe]:
    """Return every recipe by its name.

    Examples
    --------
    >>> names()["ppca"].paper
    'Tipping and Bishop, Probabilistic Principal Component Analysis, 1999'
    """
    found = [value for value in vars(namespace).values() if isinstance(value, Recipe)]
    return {recipe.name: recipe for recipe in sorted(found, key=lambda r: r.name)}


def find(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    UnknownNameError
        With the nearest name.

    Examples
    --------
    >>> find("cvae").conditional
    True
    """
    known = names()
    if name not in known:
        raise UnknownNameError(f"There is no recipe {name!r}. {nearest(name, known)}")
    return known[name]
