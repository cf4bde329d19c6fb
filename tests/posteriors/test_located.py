"""Families that say so have their location among the first raw parameters."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Family
from lowerbound.spec import fill, find, members

FAMILIES = [name for name in members("posteriors") if issubclass(find(name, ["posteriors"]), Family)]
LOCATED = [name for name in FAMILIES if find(name, ["posteriors"]).located]


@pytest.mark.parametrize("name", LOCATED)
def test_values_lie_where_the_first_raw_parameters_say(name: str) -> None:
    family = fill(name, ["posteriors"], event_shape=(4,), data_shape=(3,))
    raw = torch.zeros(math.prod(family.params_shape))
    where = torch.tensor([-3.0, 2.0, 1.0, -4.0])
    raw[:4] = where
    assert (family(raw.reshape(family.params_shape)).mean - where).abs().max() < 1


def test_the_usual_families_are_located() -> None:
    assert {"diagonal-normal", "cholesky-normal", "planar", "inverse-autoregressive", "point"} <= set(LOCATED)
    assert not {"diagonal-gamma", "one-hot-categorical", "von-mises-fisher", "batch-norm-normal"} & set(LOCATED)
