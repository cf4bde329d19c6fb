from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal

from lowerbound.core.compiling import compiled


@pytest.mark.thorough
def test_argument_checks_of_the_process_stay_on() -> None:
    double = compiled(lambda x: 2 * x)
    assert double(torch.ones(2)).tolist() == [2.0, 2.0]
    try:
        Normal(0.0, -1.0)
    except ValueError:
        return
    raise AssertionError("torch's checks of arguments were switched off")
