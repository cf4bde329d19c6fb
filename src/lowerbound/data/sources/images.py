"""Folders of images (.png, .jpg, ...), sub-folders being classes."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lowerbound.data.dataset import Dataset
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.errors import DataError, DataWarning, ShapeError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["SUFFIXES", "from_images", "image_files"]

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def from_images(folder: str | os.PathLike[str], *, coloured: bool = False, **said: Any) -> Dataset:
    """Read all images of a folder, in the order of their names.

    Images in sub-folders get the sub-folder's name as class. Grey images have one channel, and if one is
    coloured, all have three; transparency is dropped. Grey values of 16 bits are scaled to 8.

    Parameters
    ----------
    folder : path
        Images, or one sub-folder of images for each class.
    coloured : bool, default False
        Give grey images three channels even if none is coloured.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DataError
        If there are none, if some are in class folders and others not, or if one is unreadable or of 32 bits a pixel.
    ShapeError
        If they differ in size.

    Warns
    -----
    DataWarning
        Names the first image that is scaled from 16 bits to 8.
    """
    root = Path(folder)
    files = image_files(root)
    if not files:
        raise DataError(f"{root} holds no images ({', '.join(SUFFIXES)}): give a folder of images or of class folders.")
    arrays = _common_channels(_eight_bits(files, [_read(path) for path in files]), coloured)
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
    """Read one image: ``(H, W)`` bool, uint8 or uint16, or ``(H, W, 3)`` uint8."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.mode in ("1", "L"):
                return np.asarray(image)
            if _is_deep(image):
                return np.asarray(image).astype(np.uint16)
            if image.mode in ("I", "F"):
                raise DataError(
                    f"{path} holds 32 bits a pixel, whose range is not known: save it as 8-bit, or give the values of "
                    "all images as one .npy file."
                )
            return np.asarray(image.convert("L" if image.mode in ("LA", "La") else "RGB"))
    except DataError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is not a readable image: remove it or save it again ({error}).") from error


def _is_deep(image: Picture) -> bool:
    """Whether grey values have 16 bits; older versions of Pillow say "I" of such a .png, which never has more."""
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG")


def _eight_bits(files: list[Path], arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Scale 16 bits to 8: 65535 / 255 is 257."""
    deep = [path for path, values in zip(files, arrays, strict=True) if values.dtype == np.uint16]
    if deep:
        more = f" ({len(deep)} such images in all)" if len(deep) > 1 else ""
        warnings.warn(f"{deep[0]} holds 16 bits a pixel{more}: scaled to 8 bits, 0..255.", DataWarning, stacklevel=3)
    return [_rounded(values) if values.dtype == np.uint16 else values for values in arrays]


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.rint(values / np.float32(257)).astype(np.uint8)


def _common_channels(arrays: list[np.ndarray], coloured: bool) -> list[np.ndarray]:
    if coloured or any(values.ndim == 3 for values in arrays):
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
