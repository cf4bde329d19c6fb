"""Where values live: what a density covers, and which densities can be compared."""

from __future__ import annotations

from typing import Any

from lowerbound.errors import ConfigError

__all__ = ["SUPPORTS", "check_same_support", "describes", "levels_of"]

SUPPORTS = {
    "real": "all real numbers",
    "positive": "numbers above 0",
    "unit": "numbers from 0 to 1",
    "interval": "numbers between 0 and 1, ends excluded",
    "binary": "0 and 1",
    "levels": "the integers 0 to L - 1",
    "count": "the integers 0, 1, 2, ...",
    "simplex": "positive numbers that sum to 1",
    "sphere": "vectors of length 1",
    "ball": "vectors shorter than 1",
    "one-hot": "vectors with a single 1",
    "spike-and-slab": "real numbers that may be exactly 0",
}
"""Every support by its name, in words."""

_COVERS = {"count": {"binary", "levels", "count"}, "unit": {"unit", "interval"}}


def describes(family: str, data: str) -> bool:
    """Return whether a family of support ``family`` has a density for data of support ``data``.

    A density over all real numbers is defined on any numbers.

    Examples
    --------
    >>> describes("count", "binary"), describes("binary", "count"), describes("real", "count")
    (True, False, True)
    """
    return family in ("real", data) or data in _COVERS.get(family, set())


def levels_of(family: Any) -> int | None:
    """Return how many levels or classes an entry of a family has; None for other families."""
    return getattr(family, "levels", getattr(family, "n_classes", None))


def check_same_support(q: Any, p: Any) -> None:
    """Refuse a posterior and a prior that live on different sets: their KL would be infinite or undefined.

    Modules that do not say their support are let through. A prior needs a density.

    Raises
    ------
    ConfigError
        Names both, and where each lives.

    Examples
    --------
    >>> from lowerbound.posteriors import DiagonalNormal, OneHotCategorical
    >>> check_same_support(OneHotCategorical((2,)), DiagonalNormal((2,)))
    Traceback (most recent call last):
    ...
    lowerbound.errors.ConfigError: The posterior OneHotCategorical lives on vectors with a single 1, ...
    """
    if not _has_density(p) or (not _has_density(q) and hasattr(p, "bind")):
        raise ConfigError(
            f"The prior {_name(p)} is made of single points, which have no density: choose another (prior='auto')."
        )
    mine, theirs = getattr(q, "support", None), getattr(p, "support", None)
    if mine is None or theirs is None or mine == theirs:
        return
    raise ConfigError(
        f"The posterior {_name(q)} lives on {SUPPORTS[mine]}, and the prior {_name(p)} on {SUPPORTS[theirs]}: no KL "
        "divergence joins them. Choose both of one support, or leave the prior to be chosen (prior='auto')."
    )


def _has_density(module: Any) -> bool:
    return getattr(getattr(module, "family", module), "has_density", True)


def _name(module: Any) -> str:
    return type(getattr(module, "family", module)).__name__
