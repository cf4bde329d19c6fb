"""Answers as files: tables with names, arrays, and pictures in the range of their data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lowerbound.data import Dataset, Schema, image_grid, read_rows, write
from lowerbound.errors import ShapeError, UnknownNameError, nearest

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen

__all__ = [
    "check_output",
    "feature_names",
    "paired",
    "pictures",
    "save_grid",
    "save_rows",
    "save_table",
    "save_walk",
    "stored",
    "whole_text",
]

TILE = 48
"""Pixels that a small image is enlarged to, about."""
EXTENSIONS = (".npy", ".npz", ".csv", ".parquet", ".png")


def check_output(path: Path, schema: Schema | None = None) -> None:
    """Refuse a file that could not be written, before any work is done.

    Parameters
    ----------
    path
        To be written.
    schema
        Of the rows, where pictures are possible.

    Raises
    ------
    UnknownNameError
        For an unknown extension, or .png where there are no images.
    """
    if path.suffix not in EXTENSIONS:
        raise UnknownNameError(
            f"Cannot write {path.name}: the extension says the format. {nearest(path.suffix, EXTENSIONS)}"
        )
    if path.suffix == ".png" and (schema is None or schema.kind != "image"):
        raise ShapeError(f"Cannot write {path.name}: only images can be drawn. Write .csv, .npy, .npz or .parquet.")


def feature_names(schema: Schema) -> list[str]:
    """Return the names of the entries of a row.

    Examples
    --------
    >>> feature_names(Schema((2,), "real", columns=("age", "height"))), feature_names(Schema((2,), "real"))
    (['age', 'height'], ['x0', 'x1'])
    """
    return list(schema.columns or (f"x{i}" for i in range(schema.n_features)))


def stored(rows: np.ndarray, schema: Schema) -> np.ndarray:
    """Return drawn values of discrete data as the integers that they are."""
    if not schema.discrete:
        return rows
    return np.rint(rows).astype(np.uint8 if schema.support in ("binary", "levels") else np.int64)


def whole_text(
    rows: np.ndarray, schema: Schema, text: Sequence[Sequence[str]] | None = None
) -> Sequence[Sequence[str]] | None:
    """Return drawn values of the whole columns of a mixed table as text; None where there are none.

    Other fields are empty, or what ``text`` says.

    Examples
    --------
    >>> whole_text(np.array([[1.5, 2.0]]), Schema((2,), "real", column_supports=("real", "count")))
    [['', '2']]
    """
    if not any(schema.whole_columns):
        return text
    out = []
    for i, row in enumerate(rows.tolist()):
        fields = [""] * len(row) if text is None else text[i]
        pairs = zip(row, fields, schema.whole_columns, strict=True)
        out.append([field or (str(round(value)) if whole else "") for value, field, whole in pairs])
    return out


def pictures(rows: np.ndarray, schema: Schema, *, raw: bool = False) -> np.ndarray:
    """Bring images into [0, 1]; ``raw`` ones are as they are stored, before any binarization."""
    top = (schema.stored_levels or 2) - 1 if raw else (schema.levels or 2) - 1 if schema.support == "levels" else 1
    return rows.astype(np.float32) / top


def save_rows(
    path: Path, rows: np.ndarray, schema: Schema, screen: Screen, text: Sequence[Sequence[str]] | None = None
) -> None:
    """Write rows of the data's own kind; ``text`` stands for the numbers in a .csv where it is not empty."""
    if path.suffix == ".png":
        save_grid(path, pictures(rows, schema), math.ceil(math.sqrt(len(rows))), f"{len(rows):,} images", screen)
    else:
        save_table(path, rows, feature_names(schema), screen, text)


def save_table(
    path: Path, rows: np.ndarray, columns: Sequence[str], screen: Screen, text: Sequence[Sequence[str]] | None = None
) -> None:
    """Write rows with named columns."""
    write(path, rows, columns, text=text)
    screen.say(f"{path}: {len(rows):,} rows of {' x '.join(map(str, rows.shape[1:])) or 1}")


def save_grid(path: Path, images: np.ndarray, width: int, what: str, screen: Screen) -> None:
    """Write images ``(n, C, H, W)`` as one picture with so many in a line, large enough to be seen."""
    scale = max(1, TILE // max(images.shape[2:]))
    large = images.repeat(scale, 2).repeat(scale, 3)
    edge = ((0, 0), (0, 0), (1, 1), (1, 1))
    grid = image_grid(np.pad(large, edge, constant_values=(images.min() + images.max()) / 2), width)
    write(path, (grid[..., None] if grid.ndim == 2 else grid).transpose(2, 0, 1)[None])
    screen.say(f"{path}: {what}")


def paired(rows: Dataset, seen: np.ndarray, width: int = 10) -> tuple[np.ndarray, int]:
    """Return lines of original images, each above the line of their reconstructions, and their width."""
    originals = pictures(read_rows(rows.x).numpy(), rows.schema, raw=True)
    width = min(width, len(seen))
    blank = np.zeros((-len(seen) % width, *seen.shape[1:]), np.float32)
    both = [np.concatenate([images, blank]) for images in (originals, pictures(seen, rows.schema))]
    lines = [images.reshape(-1, width, *seen.shape[1:]) for images in both]
    return np.stack(lines, 1).reshape(-1, *seen.shape[1:]), width


def save_walk(path: Path, walk: tuple[list[int], np.ndarray, np.ndarray], schema: Schema, screen: Screen) -> None:
    """Write a traversal: a line of images a latent, a table with the moved latent and its value, or one array."""
    dims, values, rows = walk
    if path.suffix == ".png":
        images = pictures(rows.reshape(-1, *schema.shape), schema)
        save_grid(path, images, len(values), f"a line for each of {len(dims)} latents", screen)
    elif path.suffix in (".npy", ".npz"):
        write(path, rows)
        screen.say(f"{path}: {len(dims)} latents, {len(values)} steps each")
    else:
        moved = np.stack([np.repeat(dims, len(values)), np.tile(values, len(dims))], 1)
        table = np.concatenate([moved, rows.reshape(len(moved), -1)], 1)
        save_table(path, table, ["latent", "value", *feature_names(schema)], screen)
