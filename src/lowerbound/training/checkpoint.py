"""Checkpoints: everything a run needs to go on as if it had never stopped.

A checkpoint is one safetensors file and ``state.json``, which names it with its checksum. The
tensors are written first under a new name, ``state.json`` is replaced last: a process killed at
any moment leaves a checkpoint that is whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from lowerbound.core.storage import (
    read_json,
    read_tensors,
    remove_leftovers,
    seal_holds,
    sealed,
    write_json,
    write_tensors,
)
from lowerbound.errors import CorruptRunError, RunError

__all__ = ["Checkpoints"]

FORMAT = 1


class Checkpoints:
    """The ``checkpoint`` folder of a run.

    Parameters
    ----------
    folder
        Made at the first save.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether there is a checkpoint."""
        return (self.folder / "state.json").is_file()

    def save(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        """Write a checkpoint; the one before it goes when the new one is whole.

        Raises
        ------
        RunError
            When it cannot be written; the one before is then untouched.
        """
        name = f"step-{state['step']}.safetensors"
        checksum = write_tensors(self.folder / name, tensors)
        content = {"format": FORMAT, "tensors": name, "sha256": checksum, **state}
        write_json(self.folder / "state.json", sealed(content))
        for old in self.folder.glob("step-*.safetensors"):
            if old.name != name:
                old.unlink(missing_ok=True)
        remove_leftovers(self.folder, "st")

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Read the checkpoint.

        Raises
        ------
        RunError
            When there is none, or it is of a newer format.
        CorruptRunError
            When a file is damaged.
        """
        if not self.exists:
            raise RunError(f"There is no checkpoint in {self.folder}: fit a model into this folder first.")
        state = read_json(self.folder / "state.json")
        if not isinstance(state.get("format"), int) or not isinstance(state.get("tensors"), str):
            raise CorruptRunError(f"{self.folder / 'state.json'} is damaged: it does not name its tensors.")
        if state["format"] > FORMAT:
            raise RunError(f"{self.folder} was written by a newer version of lowerbound; upgrade to read it.")
        if not seal_holds(state):
            raise CorruptRunError(f"{self.folder / 'state.json'} is damaged: its checksum is not the recorded one.")
        name = state["tensors"]
        if Path(name).name != name or "\0" in name:
            raise CorruptRunError(f"{self.folder / 'state.json'} is damaged: {name!r} is not a file of this folder.")
        return read_tensors(self.folder / name, str(state.get("sha256"))), state
