"""Training that begins with the weights of another run."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from lowerbound.errors import ConfigError
from lowerbound.runs import RunFolder

__all__ = ["Start", "start_from"]

NAMED = 3
"""Weights that a message names at most."""


@dataclass(frozen=True)
class Start:
    """Whose weights a model began with.

    Attributes
    ----------
    run : str
        The folder, as it was given.
    sha256 : str
        Of the weights.
    """

    run: str
    sha256: str


def start_from(path: str, model: nn.Module) -> Start:
    """Give the model the weights of a run.

    What is no weight of the model, such as the critics of an objective, begins anew.

    Parameters
    ----------
    path
        The run's folder.
    model
        Of the same networks: every weight has the name and the shape of one in the run.

    Raises
    ------
    RunError
        When the folder is no run, or has no weights yet.
    CorruptRunError
        When its weights are damaged.
    ConfigError
        When the model has other weights.
    """
    folder = RunFolder(path)
    state, checksum = folder.read_weights(folder.read_config())
    there = {name: tuple(tensor.shape) for name, tensor in state.items()}
    here = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    odd = [name for name in dict.fromkeys([*here, *there]) if here.get(name) != there.get(name)]
    if odd:
        parts = [f"{name} is {_shape(here.get(name))} here and {_shape(there.get(name))} there" for name in odd[:NAMED]]
        more = f", and {len(odd) - NAMED:,} others differ" if len(odd) > NAMED else ""
        raise ConfigError(
            f"start_from={path!r}: this model has other weights than that run: {'; '.join(parts)}{more}. Give the "
            f"recipe, latent, network and likelihood that it was fitted with: {folder.file('config.json')} has them."
        )
    model.load_state_dict(state)
    return Start(path, checksum)


def _shape(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "missing"
    return " x ".join(map(str, shape)) or "a number"
