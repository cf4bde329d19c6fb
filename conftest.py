"""What every test and doctest runs under: one thread, and the same random numbers and checks whatever ran before."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.distributions import Distribution

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seed() -> None:
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _argument_checks() -> Iterator[None]:
    """Undo what torch's compiler does to the process when a test hands it a distribution: no more argument checks."""
    before = Distribution._validate_args
    yield
    Distribution.set_default_validate_args(before)
