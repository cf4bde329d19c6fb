"""Looks at the machine, none of which may fail."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lowerbound.version import __version__

__all__ = ["Finding", "examine"]

NEEDED = (
    "torch", "numpy", "scikit-learn", "safetensors", "pydantic", "rich", "typer", "jinja2", "matplotlib", "pillow",
    "narwhals",
)  # fmt: skip
OPTIONAL = {
    "pandas": ("frames", "to read and write frames"),
    "polars": ("frames", "to read and write frames"),
    "pyarrow": ("frames", "to read and write .parquet"),
    "tensorboard": ("tensorboard", "for fit --tensorboard"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name, value : str
        What, and how it is.
    fine : bool
        Whether it is there and works.
    needed : bool
        Whether nothing works without it.
    remedy : str
        What to do about it.

    Examples
    --------
    >>> Finding("compiler", "none", fine=False).mark
    'missing'
    """

    name: str
    value: str
    fine: bool = True
    needed: bool = False
    remedy: str = ""

    @property
    def mark(self) -> str:
        """A word for the margin."""
        return "ok" if self.fine else "BROKEN" if self.needed else "missing"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def examine() -> list[Finding]:
    """Look at everything; a look that fails is a finding too."""
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("lowerbound", lambda: Finding("lowerbound", __version__)),
        ("python", _python),
        *((name, _package(name)) for name in NEEDED),
        ("device", _device),
        ("bfloat16", _bfloat16),
        ("compilation", _compilation),
        ("threads", _threads),
        ("cache", _cache),
        ("data folder", _data_folder),
        *((name, _package(name)) for name in OPTIONAL),
    ]
    return [_look(name, look) for name, look in looks]


def _look(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever is wrong here is what was asked for
        return Finding(name, f"cannot be looked at ({type(error).__name__}: {error})", fine=False)


def _python() -> Finding:
    fine = sys.version_info >= (3, 11)
    remedy = "" if fine else "lowerbound needs Python 3.11 or later."
    return Finding("python", f"{platform.python_version()}, {platform.platform()}", fine, True, remedy)


def _package(name: str) -> Callable[[], Finding]:
    def look() -> Finding:
        extra, purpose = OPTIONAL.get(name, ("", ""))
        needed = name in NEEDED
        try:
            return Finding(name, importlib.metadata.version(name), needed=needed)
        except importlib.metadata.PackageNotFoundError:
            remedy = f"pip install {name}" if needed else f"pip install 'lowerbound[{extra}]', {purpose}"
            return Finding(name, "not installed", False, needed, remedy)

    return look


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return Finding("device", f"cuda: {', '.join(names)}")
    return Finding("device", f"cpu: {os.cpu_count()} cores")


def _bfloat16() -> Finding:
    from lowerbound.training.precision import choose_device, has_fast_bfloat16

    device = choose_device("auto")
    fast = has_fast_bfloat16(device)
    return Finding("bfloat16", f"fast on {device.type}: layers use it" if fast else f"slow on {device.type}: not used")


def _compilation() -> Finding:
    from lowerbound.training.precision import can_compile, choose_device

    if choose_device("auto").type == "cuda":
        return Finding("compilation", "steps are replayed as CUDA graphs")
    if can_compile():
        return Finding("compilation", "long runs are compiled")
    found = [name for name in ("g++", "c++", "clang++") if shutil.which(name)]
    remedy = "install torch 2.13 or newer" if found else "install a C++ compiler (apt-get install g++)"
    return Finding("compilation", "off: runs are slower", False, remedy=f"{remedy} for compiled steps.")


def _threads() -> Finding:
    import torch

    limit = os.environ.get("OMP_NUM_THREADS")
    return Finding("threads", f"{torch.get_num_threads()}" + (f" (OMP_NUM_THREADS={limit})" if limit else ""))


def _cache() -> Finding:
    from lowerbound.data.files import cache_folder

    folder = cache_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    fine = os.access(there, os.W_OK)
    remedy = "" if fine else "downloads cannot be kept: set XDG_CACHE_HOME to a folder that can be written to."
    return Finding("cache", str(folder), fine, remedy=remedy)


def _data_folder() -> Finding:
    folder = os.environ.get("LOWERBOUND_DATA")
    if folder is None:
        return Finding("data folder", "LOWERBOUND_DATA is not set: data sets are downloaded")
    fine = Path(folder).is_dir()
    return Finding("data folder", folder, fine, remedy="" if fine else f"LOWERBOUND_DATA={folder} is no folder.")
