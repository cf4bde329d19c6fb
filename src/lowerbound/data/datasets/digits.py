"""The 8 x 8 digits that come with scikit-learn: no download, good for a first run and for tests."""

from __future__ import annotations

import torch

from lowerbound.data.card import Card
from lowerbound.data.dataset import Dataset, split_rows
from lowerbound.data.schema import Schema

__all__ = ["CARD", "digits"]

CARD = Card(
    name="digits",
    summary="Handwritten digits of scikit-learn, 17 grey levels",
    rows=1797,
    shape=(1, 8, 8),
    source="scikit-learn; https://archive.ics.uci.edu/dataset/80",
    licence="CC BY 4.0",
    citation="Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.",
)


def digits(*, seed: int = 0) -> Dataset:
    """Return the 1797 handwritten digits of scikit-learn, ``(1, 8, 8)`` with levels 0 to 16 and classes 0 to 9.

    The test part of the UCI set "Optical Recognition of Handwritten Digits" (CC BY 4.0). There is no official
    split: 80 / 10 / 10 per cent, seeded, classes in proportion.

    Parameters
    ----------
    seed : int, default 0
        Of the split.

    References
    ----------
    Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.

    Examples
    --------
    >>> data = digits()
    >>> len(data), data.schema.shape, data.schema.levels, len(data.splits["test"])
    (1797, (1, 8, 8), 17, 180)
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    x = torch.as_tensor(images).to(torch.uint8).reshape(-1, 1, 8, 8)
    y = torch.as_tensor(labels, dtype=torch.int64)
    schema = Schema((1, 8, 8), "levels", levels=17, classes=tuple("0123456789"))
    splits = split_rows(len(x), 0.1, 0.1, seed=seed, classes=y)
    return CARD.dataset(x, schema, y, splits)
