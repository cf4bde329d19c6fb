"""Pictures of images: PNG data URIs with see-through gaps."""

from __future__ import annotations

import base64
import io

import numpy as np

from lowerbound.report.elements import Picture

__all__ = ["affordable", "grid", "strip"]

LARGEST_SIDE = 96
BUDGET = 120_000  # pixels of one picture, so that the page stays small
SMALL_SIDE, COARSE_SIDE = 64, 20  # up to here images are enlarged, and their pixels shown as squares


def strip(images: np.ndarray, *, alt: str, shown: int = 52) -> Picture:
    """Lay images side by side; see `grid`.

    Examples
    --------
    >>> picture = strip(np.zeros((3, 1, 8, 8)), alt="Three black squares.")
    >>> picture.width, picture.height, picture.scale
    (26, 8, 6)
    """
    return grid(images, len(images), alt=alt, shown=shown)


def grid(images: np.ndarray, columns: int, *, alt: str, shown: int = 52) -> Picture:
    """Lay images out in a grid with gaps that let the page through.

    Parameters
    ----------
    images : ndarray, (n, C, H, W)
        Values in [0, 1]; clipped. Large images are shrunk.
    columns : int
        Images in a row.
    alt : str
        In words.
    shown : int
        Wanted width of one image in CSS pixels, met as nearly as whole multiples allow.

    Examples
    --------
    >>> grid(np.zeros((5, 3, 4, 6)), 2, alt="Five.").height
    14
    """
    tiles = _painted(_shrunk(np.asarray(images, dtype=np.float64)))
    n, height, width, _ = tiles.shape
    gap = max(1, round(width / 14))
    lines = -(-n // columns)
    sheet = np.zeros((lines * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for i, tile in enumerate(tiles):
        top, left = i // columns * (height + gap), i % columns * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    scale = max(1, round(shown / width)) if width <= SMALL_SIDE else 1
    return Picture(_png(sheet), sheet.shape[1], sheet.shape[0], alt, scale, pixelated=width <= COARSE_SIDE)


def affordable(shape: tuple[int, ...], most: int, least: int) -> int:
    """Return how many images ``(C, H, W)`` a picture holds at full size, within bounds.

    Examples
    --------
    >>> affordable((1, 8, 8), 50, 20), affordable((3, 64, 64), 50, 20), affordable((3, 512, 512), 50, 20)
    (50, 29, 20)
    """
    return int(np.clip(BUDGET // (shape[-1] * shape[-2]), least, most))


def _shrunk(images: np.ndarray) -> np.ndarray:
    """Average blocks of pixels until an image is not too long and all of them not too many."""
    n, channels, height, width = images.shape
    block = -(-max(height, width) // LARGEST_SIDE)
    while n * (height // block) * (width // block) > BUDGET:
        block += 1
    if block == 1:
        return images
    kept = images[:, :, : height // block * block, : width // block * block]
    return kept.reshape(n, channels, height // block, block, width // block, block).mean((3, 5))


def _painted(images: np.ndarray) -> np.ndarray:
    """Return ``(n, H, W, 4)`` bytes: colours for 3 or 4 channels, else the mean of the channels as grey."""
    images = np.nan_to_num(images)
    channels = images.shape[1]
    rgb = images[:, :3] if channels in (3, 4) else np.repeat(images.mean(1, keepdims=True), 3, 1)
    alpha = images[:, 3:4] if channels == 4 else np.ones_like(rgb[:, :1])
    full = np.concatenate([rgb, alpha], 1).clip(0, 1)
    return np.rint(full * 255).astype(np.uint8).transpose(0, 2, 3, 1)


def _png(sheet: np.ndarray) -> str:
    from PIL import Image

    image = Image.fromarray(sheet)
    see_through = sheet[..., 3].min() < 255
    grey = (sheet[..., 0] == sheet[..., 1]).all() and (sheet[..., 1] == sheet[..., 2]).all()
    image = image.convert(("LA" if see_through else "L") if grey else ("RGBA" if see_through else "RGB"))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
