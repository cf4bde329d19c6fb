"""A component's ``repr`` is its specification: the text that builds it again."""

from __future__ import annotations

import inspect
import math
from typing import Any

from torch import nn

from lowerbound.errors import ConfigError, SpecError

__all__ = ["Component", "describe", "positive"]


def describe(value: Any) -> str:
    """Write a constructor argument in the grammar of specifications.

    Parameters
    ----------
    value
        A component, a number, string, bool, None, or a list, tuple or dict of those.

    Raises
    ------
    SpecError
        For a value that text cannot carry (a tensor, a function).

    Examples
    --------
    >>> describe([(1, 2), "relu", 0.5, None])
    "[(1, 2), 'relu', 0.5, None]"
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise SpecError(f"{value} cannot be written in a specification; numbers are finite there.")
    if isinstance(value, Component) or value is None or type(value) in (bool, int, float, str):
        return repr(value)
    if isinstance(value, (nn.ModuleDict, dict)):
        return "{" + ", ".join(f"{k!r}: {describe(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, nn.ModuleList)):
        return "[" + ", ".join(describe(v) for v in value) + "]"
    if isinstance(value, tuple):
        inner = ", ".join(describe(v) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    raise SpecError(f"{type(value).__name__} cannot be written in a specification; use a component, number or string.")


def positive(value: int, name: str) -> int:
    """Return a count that must be at least one.

    Raises
    ------
    ConfigError
        When it is not.

    Examples
    --------
    >>> positive(3, "samples")
    3
    """
    if value < 1:
        raise ConfigError(f"{name}={value}: at least 1 is needed.")
    return value


def above_zero(value: float, name: str) -> float:
    """Return a number that must be above zero.

    Raises
    ------
    ConfigError
        When it is not.

    Examples
    --------
    >>> above_zero(0.1, "pace")
    0.1
    """
    if not value > 0:
        raise ConfigError(f"{name}={value}: it must be above zero.")
    return value


class Component:
    """Mixin for everything that a specification can name.

    A component keeps each constructor argument as the attribute of the same name; then
    ``repr(component)`` is text from which :func:`lowerbound.spec.parse` builds its equal.

    Examples
    --------
    >>> from lowerbound.likelihoods import Bernoulli
    >>> Bernoulli((784,))
    Bernoulli((784,))
    """

    def __repr__(self) -> str:
        parts = []
        if type(self).__init__ in (nn.Module.__init__, object.__init__):
            return f"{type(self).__name__}()"
        for name, parameter in list(inspect.signature(type(self).__init__).parameters.items())[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise SpecError(f"{type(self).__name__} takes *{name}: components name each argument.")
            value = getattr(self, name)
            if parameter.default is parameter.empty:
                parts.append(describe(value))
            elif describe(value) != describe(parameter.default):
                parts.append(f"{name}={describe(value)}")
        return f"{type(self).__name__}({', '.join(parts)})"
