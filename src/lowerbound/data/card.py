"""What is known about a public data set: facts for people and files for the download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from lowerbound.data.dataset import Dataset
from lowerbound.data.factors import Factors
from lowerbound.data.schema import Schema

__all__ = ["Card", "RemoteFile"]


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set at its public home.

    Parameters
    ----------
    name : str
        File name in the data set's folder.
    urls : tuple of str
        Where it can be had; tried in order.
    checksum : str, optional
        ``"sha256:..."`` or ``"md5:..."``; without one the reader checks shapes, types and counts instead.
    size : int, optional
        Bytes.

    Examples
    --------
    >>> RemoteFile("a.gz", ("https://example.org/a.gz",)).checksum is None
    True
    """

    name: str
    urls: tuple[str, ...]
    checksum: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Card:
    """The facts that ``lowerbound datasets`` lists.

    Parameters
    ----------
    name, summary : str
        Name in the registry, and one line about it.
    rows : int
        Number of rows.
    shape : tuple of int
        Shape of one row.
    source, licence, citation : str
        Its home, the terms stated there, and whom to cite.
    files : tuple of RemoteFile, default ()
        What is downloaded; nothing for data that is part of an installed package.

    Examples
    --------
    >>> Card("toy", "A toy.", 3, (2,), "made here", "none", "nobody").access
    'local'
    """

    name: str
    summary: str
    rows: int
    shape: tuple[int, ...]
    source: str
    licence: str
    citation: str
    files: tuple[RemoteFile, ...] = ()

    @property
    def access(self) -> str:
        """``"local"`` for data that needs no network, otherwise ``"download"``."""
        return "download" if self.files else "local"

    def grey(self, classes: tuple[str, ...], binarize: str | None) -> Schema:
        """Return the schema of images in 256 grey levels, or of bits drawn from them at every visit."""
        support = "binary" if binarize else "levels"
        return Schema(self.shape, support, levels=256, binarize=binarize, classes=classes)

    def dataset(
        self,
        x: Tensor,
        schema: Schema,
        y: Tensor | None,
        splits: Mapping[str, Tensor],
        factors: Factors | None = None,
    ) -> Dataset:
        """Return the rows with the facts on where they come from."""
        return Dataset(x, schema, y, splits, self.name, self.source, self.licence, factors)
