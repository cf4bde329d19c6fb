"""Which axis is what: images channels first, channels last, without a channel axis, or flattened."""

from __future__ import annotations

import math

import numpy as np

from lowerbound.data.schema import Schema
from lowerbound.errors import ShapeError

__all__ = ["Layout", "arrange", "to_rows"]

CHANNELS = (1, 3, 4)
Layout = tuple[int, ...] | str


def to_rows(values: np.ndarray, image: Layout | None = None, where: str = "X") -> np.ndarray:
    """Bring values to ``(n, D)`` or ``(n, C, H, W)`` before any schema exists.

    Parameters
    ----------
    values : ndarray
        ``(n, D)``, ``(n, H, W)``, ``(n, C, H, W)`` or ``(n, H, W, C)``.
    image : tuple of int, "CHW" or "HWC", optional
        The size ``(C, H, W)`` or ``(H, W)`` of one image, for flat rows; or the order of the axes, where 1, 3 or 4
        at either end does not tell.
    where : str, default "X"
        What messages call the data.

    Raises
    ------
    ShapeError
        If the axes are ambiguous or do not fit `image`.

    Examples
    --------
    >>> to_rows(np.zeros((5, 32, 30, 3))).shape
    (5, 3, 32, 30)
    >>> to_rows(np.zeros((5, 64)), image=(8, 8)).shape
    (5, 1, 8, 8)
    """
    if isinstance(image, tuple):
        return _to_size(values, image, where)
    if values.ndim == 2 and image is None:
        return values
    if values.ndim == 3 and image is None:
        return values[:, None]
    if values.ndim != 4:
        raise ShapeError(f"{where} has shape {values.shape}, which is neither a table (n, D) nor images (n, C, H, W).")
    first = _channels_first(values.shape, image, where)
    return values if first else values.transpose(0, 3, 1, 2)


def arrange(values: np.ndarray, schema: Schema, where: str = "X") -> np.ndarray:
    """Bring values to ``(n, *schema.shape)``.

    Raises
    ------
    ShapeError
        If they do not fit, with both sizes.

    Examples
    --------
    >>> arrange(np.zeros((5, 8, 8)), Schema((1, 8, 8), "levels", levels=17)).shape
    (5, 1, 8, 8)
    """
    given = values.shape[1:]
    if given == schema.shape:
        return values
    if schema.kind == "image":
        return _to_size(values, schema.shape, where)
    if len(given) == 1:
        raise ShapeError(
            f"{where} has {given[0]} features, but VAE is expecting {schema.n_features} features as input: "
            "give the columns that the model was fitted with."
        )
    raise ShapeError(f"{where} has rows of shape {given}, but the model was fitted with shape {schema.shape}.")


def _to_size(values: np.ndarray, image: tuple[int, ...], where: str) -> np.ndarray:
    channels, height, width = shape = image if len(image) == 3 else (1, *image)
    given = values.shape[1:]
    if given == shape:
        return values
    if given == (height, width, channels):
        return values.transpose(0, 3, 1, 2)
    if given == (math.prod(shape),) or (channels == 1 and given == (height, width)):
        return values.reshape(len(values), *shape)
    if len(given) == 1:
        raise ShapeError(
            f"{where} has {given[0]} features, but VAE is expecting {math.prod(shape)} features as input: images of "
            f"{channels} x {height} x {width}."
        )
    recolour = given == (height, width) or (height, width) in (given[1:], given[:2])
    remedy = f"give them {channels} channel{'s' * (channels > 1)}" if recolour else "resize them"
    raise ShapeError(f"{where} has images of shape {given}, expected {shape} (channels, height, width): {remedy}.")


def _channels_first(shape: tuple[int, ...], image: str | None, where: str) -> bool:
    if image is not None:
        if image not in ("CHW", "HWC"):
            raise ShapeError(f"image is a size (C, H, W), 'CHW' or 'HWC', got {image!r}.")
        return image == "CHW"
    first, last = shape[1] in CHANNELS, shape[3] in CHANNELS
    if first == last:
        raise ShapeError(
            f"{where} has shape {shape}, where no axis tells the channels: say image='CHW' or image='HWC'."
        )
    return first
