"""Players: the named parts of a model, each moved by its own loss alone."""

from __future__ import annotations

from torch import nn

from lowerbound.core import Model, Objective
from lowerbound.errors import UnknownNameError

__all__ = ["player_parameters"]


def player_parameters(name: str, model: Model, objective: Objective) -> dict[str, nn.Parameter]:
    """Return the trainable parameters of a player, by their full names.

    Parameters
    ----------
    name
        ``model``, a dotted part of it (``model.likelihood``), or ``critic``: the objective's own.

    Raises
    ------
    UnknownNameError
        When the model has no such part.
    """
    module: nn.Module = objective if name == "critic" else model
    path = name.split(".")
    if path[0] not in ("model", "critic") or (path[0] == "critic" and len(path) > 1):
        raise UnknownNameError(f"There is no player {name!r}: a player is 'model', a part 'model.part', or 'critic'.")
    for part in path[1:]:
        if not isinstance(getattr(module, part, None), nn.Module):
            raise UnknownNameError(f"There is no player {name!r}: the model has no part {part!r}.")
        module = getattr(module, part)
    return {f"{name}.{key}": p for key, p in module.named_parameters() if p.requires_grad}
