"""Components as users name them in settings: ``vamp-prior``, or ``VampPrior(components=500)``."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Sequence
from typing import Any

from lowerbound.core import Component
from lowerbound.errors import SpecError, UnknownNameError, nearest
from lowerbound.spec.grammar import parse

__all__ = ["fill", "find", "kebab", "members"]


def kebab(name: str) -> str:
    """Return the name of a class as settings write it.

    Examples
    --------
    >>> kebab("VonMisesFisher"), kebab("IAF"), kebab("MADEPrior")
    ('von-mises-fisher', 'iaf', 'made-prior')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def members(*folders: str) -> dict[str, type[Component]]:
    """Return the components of some folders by the names that settings use: the namespaces are the registry.

    Parameters
    ----------
    *folders
        Such as ``"priors"``.

    Examples
    --------
    >>> members("likelihoods")["bernoulli"].__name__
    'Bernoulli'
    """
    found: dict[str, type[Component]] = {}
    for folder in folders:
        module = importlib.import_module(f"lowerbound.{folder}")
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) and issubclass(value, Component) and not inspect.isabstract(value):
                found[kebab(name)] = value
    return dict(sorted(found.items()))


def find(text: str, folders: Sequence[str]) -> type[Component]:
    """Return the class that a setting names, with or without arguments.

    Raises
    ------
    UnknownNameError
        For a name that is in none of the folders, with the nearest one.

    Examples
    --------
    >>> find("student-t", ["likelihoods"]).__name__, find("StudentT(df=4.0)", ["likelihoods"]).__name__
    ('StudentT', 'StudentT')
    """
    choices = members(*folders)
    head = _head(text)
    found = choices.get(head) or choices.get(kebab(head))
    if found is None:
        raise UnknownNameError(f"There is no {' or '.join(f[:-1] for f in folders)} {head!r}. {nearest(head, choices)}")
    return found


def _head(text: str) -> str:
    return text.strip().partition("(")[0].strip()


def fill(text: str, folders: Sequence[str], **known: Any) -> Any:
    """Build the component that a setting names, with the arguments that the builder knows.

    Parameters
    ----------
    text
        A name (``"student-t"``, ``"StudentT"``) or a specification that leaves known arguments out.
    folders
        Where it may come from.
    **known
        Arguments, given to every component of the text that takes one of that name.

    Raises
    ------
    UnknownNameError
        For a name that is in none of the folders, with the nearest one.
    SpecError
        For a text outside the grammar, or an argument that is missing or not possible.

    Examples
    --------
    >>> fill("discretized-logistic", ["likelihoods"], event_shape=(3,), levels=17)
    DiscretizedLogistic((3,), levels=17)
    >>> fill("Normal(variance='scalar')", ["likelihoods"], event_shape=(3,), variance="feature")
    Normal((3,), variance='scalar')
    """
    found, head = find(text, folders), _head(text)
    rest = text.strip()[len(head) :].strip()
    built = parse(f"{found.__name__}{rest or '()'}", known=known)
    if not isinstance(built, found):
        raise SpecError(f"{text!r} is not one {head}.")
    return built
