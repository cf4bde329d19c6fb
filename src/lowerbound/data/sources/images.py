"""Folders of images (.png, .jpg, ...), sub-folders being classes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from lowerbound.data.dataset import Dataset
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.errors import DataError, ShapeError

__all__ = ["SUFFIXES", "from_images", "image_files"]

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def from_images(folder: str | os.PathLike[str], **said: Any) -> Dataset:
    """Read all images of a folder, in the order of their names.

    Images in sub-folders get the sub-folder's name as class. Grey images have one channel, and if one is
    coloured, all have three; transparency is dropped.

    Parameters
    ----------
    folder : path
        Images, or one sub-folder of images for each class.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DataError
        If there are none, if some are in class folders and others not, or if one is unreadable.
    ShapeError
        If they differ in size.
    """
    root = Path(folder)
    files = image_files(root)
    if not files:
        raise DataError(f"{root} holds no images ({', '.join(SUFFIXES)}): give a folder of images or of class folders.")
    arrays = _common_channels([_read(path) for path in files])
    for path, values in zip(files, arrays, strict=True):
        if values.shape != arrays[0].shape:
            raise ShapeError(
                f"{path} is {_size(values)} and {files[0]} is {_size(arrays[0])} (width x height): resize them to one "
                "size."
            )
    images = np.stack(arrays)
    layout = "HWC" if images.ndim == 4 else None
    return from_arrays(images, _classes(root, files), image=layout, name=root.name, where=str(root), **said)


def image_files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the images of a folder and of its sub-folders, sorted."""
    root = Path(folder)
    return sorted(path for pattern in ("*", "*/*") for path in root.glob(pattern) if path.suffix.lower() in SUFFIXES)


def _read(path: Path) -> np.ndarray:
    """Read one image: ``(H, W)`` bool or uint8, or ``(H, W, 3)`` uint8."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.mode in ("1", "L"):
                return np.asarray(image)
            return np.asarray(image.convert("L" if image.mode in ("LA", "La") else "RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is not a readable image: remove it or save it again ({error}).") from error


def _common_channels(arrays: list[np.ndarray]) -> list[np.ndarray]:
    if any(values.ndim == 3 for values in arrays):
        return [values if values.ndim == 3 else np.repeat(_bytes(values)[..., None], 3, axis=2) for values in arrays]
    same = all(values.dtype == arrays[0].dtype for values in arrays)
    return arrays if same else [_bytes(values) for values in arrays]


def _bytes(values: np.ndarray) -> np.ndarray:
    return values.astype(np.uint8) * 255 if values.dtype == np.bool_ else values


def _size(values: np.ndarray) -> str:
    return f"{values.shape[1]} x {values.shape[0]}"


def _classes(root: Path, files: list[Path]) -> list[str] | None:
    inside = [path.parent != root for path in files]
    if any(inside) and not all(inside):
        raise DataError(
            f"{root} holds images beside class folders, {files[inside.index(False)].name} say: move them into one."
        )
    return [path.parent.name for path in files] if all(inside) else None
