"""Activation functions by name."""

from __future__ import annotations

from torch import nn

from lowerbound.errors import UnknownNameError, nearest

__all__ = ["activation"]

_KNOWN: dict[str, type[nn.Module]] = {
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "identity": nn.Identity,
    "leaky_relu": nn.LeakyReLU,
    "relu": nn.ReLU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}


def activation(name: str) -> nn.Module:
    """Return the activation of that name.

    Raises
    ------
    UnknownNameError
        With the nearest known name.

    Examples
    --------
    >>> activation("tanh")
    Tanh()
    """
    if name not in _KNOWN:
        raise UnknownNameError(f"There is no activation {name!r}. {nearest(name, _KNOWN)}")
    return _KNOWN[name]()
