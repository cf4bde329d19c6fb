"""Files that are whole or absent: written under a temporary name, synced, then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lowerbound.errors import CorruptRunError, RunError

__all__ = [
    "read_bytes",
    "read_json",
    "read_tensors",
    "remove_leftovers",
    "seal_holds",
    "sealed",
    "sha256",
    "write_bytes",
    "write_json",
    "write_tensors",
]


@contextmanager
def _explained(path: Path, doing: str) -> Iterator[None]:
    """Turn an operating-system error into one that says what to do."""
    try:
        yield
    except RunError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(
            f"Cannot {doing} {path}: {reason}. Choose another folder, or make room or permission there."
        ) from error


def read_bytes(path: Path) -> bytes:
    """Read a file, which must be an ordinary one.

    Raises
    ------
    RunError
        When it cannot be read, or is a device or a pipe.
    """
    with _explained(path, "read"):
        if path.exists() and not path.is_file():
            raise RunError(f"{path} is not an ordinary file, and is not read.")
        return path.read_bytes()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves either the old content or the new.

    Raises
    ------
    RunError
        When the folder cannot be written (read-only, full disk).
    """
    temporary = ""
    with _explained(path, "write"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
                temporary = file.name
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
            temporary = ""
        finally:
            if temporary:
                Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    """Temporary files are private; what is renamed into place gets the user's usual permissions."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def remove_leftovers(folder: Path, name: str) -> None:
    """Delete temporary files of ``name*`` that a killed process left behind."""
    for path in folder.glob(f".{name}*"):
        path.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write JSON, indented for people, by :func:`write_bytes`; numbers that are not finite are refused."""
    try:
        text = json.dumps(content, indent=2, allow_nan=False)
    except ValueError as error:
        raise RunError(f"Cannot write {path}: a number in it is not finite.") from error
    write_bytes(path, f"{text}\n".encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    RunError
        When the file does not exist or cannot be read.
    CorruptRunError
        When it does not hold a JSON object.
    """
    content = read_bytes(path)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CorruptRunError(
            f"{path} is damaged: not JSON ({error}). Restore it from a copy, or fit again."
        ) from error
    if not isinstance(value, dict):
        raise CorruptRunError(f"{path} is damaged: expected a JSON object, found {type(value).__name__}.")
    return value


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values with a checksum of them all under ``check``.

    Examples
    --------
    >>> seal_holds(sealed({"step": 57})), seal_holds({**sealed({"step": 57}), "step": 77})
    (True, False)
    """
    rest = {name: value for name, value in content.items() if name != "check"}
    return {**rest, "check": hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}


def seal_holds(content: Mapping[str, Any]) -> bool:
    """Return whether the values are those that :func:`sealed` saw."""
    return sealed(content)["check"] == content.get("check")


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> str:
    """Write tensors as safetensors and return the SHA-256 of the file."""
    from safetensors.torch import save

    # Tied weights share storage, which the format refuses: each name gets its own copy.
    content = save({name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()})
    write_bytes(path, content)
    return hashlib.sha256(content).hexdigest()


def read_tensors(path: Path, checksum: str | None = None) -> dict[str, Tensor]:
    """Read safetensors.

    Raises
    ------
    CorruptRunError
        When the file is damaged, or its SHA-256 is not ``checksum``.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    content = read_bytes(path)
    if checksum is not None and hashlib.sha256(content).hexdigest() != checksum:
        raise CorruptRunError(f"{path} is damaged: its checksum is not the recorded one. Restore it, or fit again.")
    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise CorruptRunError(f"{path} is damaged: {error}. Restore it from a copy, or fit again.") from error


def sha256(tensors: Mapping[str, Tensor]) -> str:
    """Hash the names and bytes of tensors: equal exactly when they are equal bit for bit.

    Examples
    --------
    >>> sha256({"a": torch.zeros(2)}) == sha256({"a": torch.zeros(2)})
    True
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
        digest.update(
            value.view(torch.uint8).numpy().tobytes()
            if value.ndim
            else value.reshape(1).view(torch.uint8).numpy().tobytes()
        )
    return digest.hexdigest()
