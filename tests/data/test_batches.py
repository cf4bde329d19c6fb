"""The right batches for rows in memory and on disk."""

from __future__ import annotations

import pytest
import torch

from lowerbound.data import InMemory, Streaming, make_batches
from lowerbound.data.streams import Mapped, Through
from lowerbound.errors import ConfigError


class Numbers:
    """Rows that are their own number."""

    def __len__(self):
        return 10_000

    def raw(self, start, stop):
        return torch.arange(start, stop)[:, None].numpy()


def test_tensors_stay_in_memory_and_sources_stream():
    x = torch.zeros(10, 2)
    assert isinstance(make_batches(x, x, batch_size=5), InMemory)
    source = Mapped(Numbers(), torch.from_numpy)
    batches = make_batches(source, Through(source, torch.neg), batch_size=9000)
    assert isinstance(batches, Streaming)
    batch = next(batches.epoch(0))
    assert torch.equal(batch["x"], -batch["c"])


def test_rows_and_conditions_are_kept_alike():
    with pytest.raises(ConfigError, match="both"):
        make_batches(torch.zeros(10, 2), Mapped(Numbers(), torch.from_numpy), batch_size=5)
    with pytest.raises(ConfigError, match="both"):
        make_batches(Mapped(Numbers(), torch.from_numpy), torch.zeros(10, 2), batch_size=5)
