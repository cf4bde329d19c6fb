"""Read a specification: names, numbers, strings, calls, ``+`` and ``*``; nothing else runs.

The grammar is a part of Python's expressions, read by ``ast`` and never evaluated as code. A
name is looked up among the public components of the package: the namespaces are the registry.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import typing
from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from lowerbound.core import Component, Schedule, Term
from lowerbound.errors import LowerboundError, SpecError, UnknownNameError, nearest

__all__ = ["components", "parse"]

NAMESPACES = ("core", "networks", "likelihoods", "posteriors", "priors", "distances", "objectives", "models")
MAX_LENGTH = 100_000
MAX_DEPTH = 60


def components(also: Iterable[str] = ()) -> dict[str, type[Component]]:
    """Return every component that a specification can name.

    Parameters
    ----------
    also
        Importable modules of the user's own, allowed by the user.

    Examples
    --------
    >>> "ELBO" in components()
    True
    """
    found: dict[str, type[Component]] = {}
    for namespace in [*(f"lowerbound.{name}" for name in NAMESPACES), *also]:
        module = importlib.import_module(namespace)
        for name in getattr(module, "__all__", dir(module)):
            value = getattr(module, name)
            if isinstance(value, type) and issubclass(value, Component) and value is not Component:
                if inspect.isabstract(value):
                    continue
                found[name] = value
    return found


def parse(text: str, also: Iterable[str] = (), known: Mapping[str, Any] | None = None) -> Any:
    """Build what a specification describes.

    Parameters
    ----------
    text
        For example ``"ELBO(beta=Linear(0.0, 1.0, 1000))"``: what ``repr`` of a component gives.
    also
        Importable modules whose components may be named too.
    known
        Arguments that need not be written out: given by name to every component that takes them.

    Raises
    ------
    SpecError
        For anything outside the grammar, or arguments that a component refuses.
    UnknownNameError
        For a name that is not a component, with the nearest one.

    Examples
    --------
    >>> parse("ELBO(beta=4.0)")
    ELBO(beta=4.0)
    >>> parse("ELBO() + 2.0 * IWAE(1)")
    ELBO() + 2.0 * IWAE(1)
    >>> parse("Bernoulli()", known={"event_shape": (3,)})
    Bernoulli((3,))
    """
    if len(text) > MAX_LENGTH:
        raise SpecError(f"A specification has at most {MAX_LENGTH} characters; this one has {len(text)}.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise SpecError(f"Cannot read the specification {_shown(text)}: {error}.") from error
    return _Reader(text, components(also), known or {}).read(tree.body, 0)


class _Reader:
    def __init__(self, text: str, known: dict[str, type[Component]], filled: Mapping[str, Any]) -> None:
        self.text, self.known, self.filled = text, known, filled

    def read(self, node: ast.AST, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise SpecError(f"The specification {_shown(self.text)} is nested more than {MAX_DEPTH} deep.")
        match node:
            case ast.Constant(value=int() | float() as value) if not abs(value) < (
                2**63 if isinstance(value, int) else inf
            ):
                raise SpecError(f"{_shown(self.text)} has a number that is too large.")
            case ast.Constant(value=value) if value is None or type(value) in (bool, int, float, str):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.List(elts=items):
                return [self.read(item, depth + 1) for item in items]
            case ast.Tuple(elts=items):
                return tuple(self.read(item, depth + 1) for item in items)
            case ast.Dict(keys=keys, values=values) if all(_is_text(key) for key in keys):
                names = [ast.literal_eval(key) for key in keys if key is not None]
                return {k: self.read(v, depth + 1) for k, v in zip(names, values, strict=True)}
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult() as op, right=right):
                return self._combine(self.read(left, depth + 1), op, self.read(right, depth + 1))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self._build(name, args, keywords, depth)
        raise SpecError(
            f"{_shown(ast.get_source_segment(self.text, node) or self.text)} is not allowed in a specification; use "
            "component names with arguments, numbers, strings, lists, + and *."
        )

    def _combine(self, left: Any, op: ast.operator, right: Any) -> Any:
        operands = (left, right)
        allowed = all(isinstance(x, (Term, Schedule)) or type(x) in (int, float) for x in operands)
        if not allowed or not any(isinstance(x, Term) for x in operands):
            raise SpecError(f"In {_shown(self.text)}, + and * are between terms, or a number and a term.")
        try:
            return left + right if isinstance(op, ast.Add) else left * right
        except TypeError as error:
            raise SpecError(f"In {_shown(self.text)}: {error}. Write terms as 'A() + 2.0 * B()'.") from error

    def _build(self, name: str, args: list[ast.expr], keywords: list[ast.keyword], depth: int) -> Component:
        if name not in self.known:
            raise UnknownNameError(f"There is no component {name!r}. {nearest(name, self.known)}")
        names = {k.arg for k in keywords}
        if any(isinstance(a, ast.Starred) for a in args) or None in names or len(names) < len(keywords):
            raise SpecError(f"In {_shown(self.text)}: write each argument of {name} out, once.")
        positional = [self.read(a, depth + 1) for a in args]
        named = {str(k.arg): self.read(k.value, depth + 1) for k in keywords}
        named = self._fill(self.known[name], len(positional), named)
        _check_arguments(self.known[name], positional, named, self.text)
        try:
            return self.known[name](*positional, **named)
        except LowerboundError:
            raise
        except Exception as error:
            raise SpecError(f"{name} refuses its arguments in {_shown(self.text)}: {error}") from error

    def _fill(self, cls: type[Component], positional: int, named: dict[str, Any]) -> dict[str, Any]:
        """Add the arguments that need not be written out."""
        later = list(inspect.signature(cls).parameters)[positional:]
        return {name: self.filled[name] for name in later if name in self.filled} | named


def _is_text(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


def _check_arguments(cls: type[Component], positional: list[Any], named: dict[str, Any], text: str) -> None:
    """Hold arguments against the constructor's annotations: a specification is a user's input."""
    signature = inspect.signature(cls)
    try:
        bound = signature.bind(*positional, **named)
    except TypeError as error:
        raise SpecError(f"{cls.__name__} in {_shown(text)}: {error}; it takes {signature}.") from error
    adapters = _adapters(cls)
    for name, value in bound.arguments.items():
        if name not in adapters:
            continue
        try:
            adapters[name].validate_python(value)
        except ValidationError as error:
            reason = " or ".join(dict.fromkeys(e["msg"] for e in error.errors()))
            raise SpecError(f"{cls.__name__} in {_shown(text)}: {name}={value!r} is not possible: {reason}.") from error


@functools.cache
def _adapters(cls: type[Component]) -> dict[str, TypeAdapter[Any]]:
    config = ConfigDict(arbitrary_types_allowed=True, strict=True)
    return {name: TypeAdapter(hint, config=config) for name, hint in typing.get_type_hints(cls.__init__).items()}


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
