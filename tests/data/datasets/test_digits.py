"""scikit-learn's digits."""

from __future__ import annotations

import torch

from lowerbound.data import check, datasets


def test_rows_labels_and_splits():
    data = datasets.digits()
    assert (data.x.shape, data.x.dtype, data.schema.levels) == ((1797, 1, 8, 8), torch.uint8, 17)
    assert torch.equal(check(data.x, data.schema), data.x)
    sizes = {name: len(rows) for name, rows in data.splits.items()}
    assert sizes == {"train": 1437, "valid": 180, "test": 180}
    for rows in data.splits.values():
        counts = data.y[rows].bincount()
        assert counts.max() - counts.min() <= 0.05 * len(rows)


def test_the_split_is_seeded():
    one, same, other = (datasets.digits(seed=seed).splits["test"] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
