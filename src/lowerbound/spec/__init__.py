"""Specifications: the text that names components, and how it is read."""

from lowerbound.spec.grammar import components, parse
from lowerbound.spec.naming import fill, find, kebab, members

__all__ = ["components", "fill", "find", "kebab", "members", "parse"]
