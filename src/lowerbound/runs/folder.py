"""The folder of a run: readable by people and other tools, never a pickle.

``config.json`` holds the format version, settings, specifications, schema and seeds;
``model.safetensors`` the weights; ``metrics.jsonl`` the history; ``checkpoint/`` what resuming
needs. One process at a time writes to it.
"""

from __future__ import annotations

import fcntl
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor

from lowerbound.core.storage import read_json, read_tensors, seal_holds, sealed, write_json, write_tensors
from lowerbound.errors import CorruptRunError, RunError

__all__ = ["FORMAT", "RunFolder", "versions"]

FORMAT = 1
KIND = "lowerbound-run"
MANY = ("checkpoint/step-*.safetensors", "tensorboard/events.out.tfevents.*")
REQUIRED = {"settings": dict, "spec": dict, "schema": dict, "data": dict}


class RunFolder:
    """The files of one run.

    Parameters
    ----------
    path
        Need not exist yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def file(self, name: str) -> Path:
        """Return the path of a file of the run."""
        return self.path / name

    def create(self, *, overwrite: bool = False) -> None:
        """Make the folder for a new run.

        Raises
        ------
        RunError
            When it holds something already, or cannot be made.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path} is a file; choose a folder for the run.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            present = sorted(p.name for p in self.path.iterdir() if p.name != ".lock")
        except OSError as error:
            raise RunError(f"Cannot make the folder {self.path}: {error.strerror}. Choose another.") from error
        if present and not overwrite:
            what = "a run" if "config.json" in present else f"files ({', '.join(present[:3])})"
            raise RunError(
                f"{self.path} holds {what} already, which is left as it is. Choose another folder, "
                f"continue with `lowerbound resume {self.path}`, or pass --overwrite."
            )
        if present and "config.json" not in present:
            raise RunError(
                f"{self.path} holds files that are no run ({', '.join(present[:3])}); it is not overwritten."
            )

    def clear(self) -> None:
        """Delete the files of an earlier run, and nothing else."""
        for name in ("config.json", "model.safetensors", "metrics.jsonl", "timing.json", "evaluation.json",
                     "diagnosis.json", "report.html", "README.md"):  # fmt: skip
            self.file(name).unlink(missing_ok=True)
        others = [path for pattern in MANY for path in self.path.glob(pattern)]
        for path in [*others, self.file("checkpoint/state.json")]:
            path.unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder against other writers; the system lets go if the process dies.

        Raises
        ------
        RunError
            When another process holds it.
        """
        try:
            lock = self.file(".lock").open("w")
        except OSError as error:
            raise RunError(f"Cannot write to {self.path}: {error.strerror}. Choose another folder.") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise RunError(
                    f"Another process is writing to {self.path}. Wait for it, or choose another folder."
                ) from error
            yield

    def write_config(self, config: dict[str, Any]) -> None:
        """Write ``config.json``."""
        content = {**config, "format": FORMAT, "kind": KIND}
        write_json(self.file("config.json"), sealed(content))

    def read_config(self) -> dict[str, Any]:
        """Read ``config.json``, bringing an older format up to date.

        Raises
        ------
        RunError
            When the folder is not a run, or was written by a newer version.
        CorruptRunError
            When the file is damaged.
        """
        if not self.path.is_dir():
            raise RunError(f"There is no run folder {self.path}.")
        if not self.file("config.json").is_file():
            raise RunError(f"{self.path} is not a run: it has no config.json.")
        config = read_json(self.file("config.json"))
        version = config.get("format")
        if config.get("kind") != KIND or not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise CorruptRunError(f"{self.file('config.json')} is not the configuration of a lowerbound run.")
        if version > FORMAT:
            raise RunError(
                f"{self.path} has format {version}, newer than this version's {FORMAT}. "
                "Upgrade with pip install -U lowerbound."
            )
        if not seal_holds(config):
            raise CorruptRunError(
                f"{self.file('config.json')} was changed since it was written: its checksum is not the recorded one."
            )
        for key, kind in REQUIRED.items():
            if not isinstance(config.get(key), kind):
                raise CorruptRunError(f"{self.file('config.json')} is damaged: {key!r} is missing or no object.")
        return config

    def write_weights(self, tensors: dict[str, Tensor]) -> str:
        """Write ``model.safetensors`` and return its SHA-256."""
        return write_tensors(self.file("model.safetensors"), tensors)

    def read_weights(self, config: dict[str, Any]) -> tuple[dict[str, Tensor], str]:
        """Read ``model.safetensors``; return it and its SHA-256, which is the one that ``config`` has.

        Raises
        ------
        RunError
            When there are no weights yet.
        CorruptRunError
            When the file is damaged.
        """
        weights = config.get("weights")
        if not isinstance(weights, dict):
            raise RunError(f"{self.path} has no model yet: finish it with `lowerbound resume {self.path}`.")
        checksum = str(weights.get("sha256"))
        return read_tensors(self.file("model.safetensors"), checksum), checksum


def versions() -> dict[str, str]:
    """Return the versions that a run's numbers depend on."""
    import numpy
    import torch

    from lowerbound.version import __version__

    return {
        "lowerbound": __version__,
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
