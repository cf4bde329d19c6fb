"""Numbers and names as a person would write them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["count", "duration", "joined", "measured", "nats", "number", "plain", "shape_of"]

MINUS = "\N{MINUS SIGN}"


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with few significant digits.

    Examples
    --------
    >>> number(1234567), number(0.012345), number(12.5), number(float("nan"))
    ('1,234,567', '0.01235', '12.5', 'not known')
    >>> number(1e-7), number(3e12)
    ('1e−7', '3e12')
    """
    if value is None or math.isnan(value):
        return "not known"
    if math.isinf(value):
        return "infinity" if value > 0 else f"{MINUS}infinity"
    size = abs(value)
    if size and not 1e-4 <= size < 1e9:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"
    else:
        decimals = max(0, digits - 1 - math.floor(math.log10(size))) if size else 0
        text = f"{value:,.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text == "-0" else text).replace("-", MINUS)


def measured(value: float | None, error: float | None = None) -> str:
    """Write a value to the precision of its error, two significant digits.

    Examples
    --------
    >>> measured(-129.6153, 1.234), measured(3.0, float("nan")), measured(None)
    ('−129.6 ± 1.2', '3', 'not known')
    """
    if value is None or not math.isfinite(value) or error is None or not math.isfinite(error) or error <= 0:
        return number(value)
    decimals = min(6, max(0, 1 - math.floor(math.log10(error))))
    return f"{value:,.{decimals}f} ± {error:,.{decimals}f}".replace("-", MINUS)


def nats(value: float | None) -> str:
    """Write nats with as many decimals as can be told apart.

    Examples
    --------
    >>> nats(-81.0), nats(-1234.56), nats(0.0123)
    ('−81.00', '−1,234.6', '0.0123')
    """
    if value is None or not math.isfinite(value) or abs(value) < 1:
        return number(value, 3)
    return f"{value:,.{2 if abs(value) < 1000 else 1}f}".replace("-", MINUS)


def duration(seconds: float) -> str:
    """Write a time span.

    Examples
    --------
    >>> duration(0.25), duration(72), duration(7260)
    ('0.25 s', '1 min 12 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{number(seconds, 3)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def count(n: int, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> count(1, "row"), count(1200, "row"), count(2, "class")
    ('1 row', '1,200 rows', '2 classes')
    """
    ending = "" if n == 1 else "es" if noun.endswith("s") else "s"
    return f"{n:,} {noun}{ending}"


def joined(words: Sequence[str]) -> str:
    """Write a list of words.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def shape_of(shape: Sequence[int]) -> str:
    """Write a shape.

    Examples
    --------
    >>> shape_of((1, 8, 8))
    '1 × 8 × 8'
    """
    return " × ".join(map(str, shape))


def plain(value: Any) -> str:
    """Write a setting.

    Examples
    --------
    >>> plain(True), plain(None), plain(0.001), plain((64, 64)), plain({})
    ('yes', 'not set', '0.001', '64, 64', 'none')
    """
    if value is None:
        return "not set"
    if isinstance(value, (list, tuple, dict, str)) and not value:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value).replace("-", MINUS)
    if isinstance(value, float):
        return number(value, 6)
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(plain, value))
    return str(value)
