"""Images of integer levels, pixel by pixel."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import DiscretizedLogistic, PixelLogistic
from tests.contracts import agreement
from tests.likelihoods.test_pixel_bernoulli import PixelContract, shaken


class TestPixelLogistic(PixelContract):
    entry = (0.0, 1.0, 2.0)

    def make(self):
        """Scales of about a bin, so that every level is seen."""
        wide = {"min_log_scale": -2.0, "max_log_scale": 2.0}
        return PixelLogistic((1, 2, 2), levels=3, context=2, channels=4, blocks=1, size=3, **wide)


def test_probabilities_of_all_images_sum_to_one():
    family = shaken(PixelLogistic((1, 2, 3), levels=3, context=2, channels=8).double())
    params = torch.randn(family.params_shape).double()
    total = family(params).log_prob(agreement.every_value((0.0, 1.0, 2.0), (1, 2, 3))).exp().sum()
    torch.testing.assert_close(total, torch.ones(()).double(), rtol=1e-6, atol=1e-6)


def test_zeros_are_near_independent_logistics():
    family, plain = PixelLogistic((1, 3, 3)), DiscretizedLogistic((1, 3, 3))
    x = torch.randint(0, 256, (50, 1, 3, 3)).float()
    ours = family(torch.zeros(family.params_shape)).log_prob(x)
    torch.testing.assert_close(ours, plain(torch.zeros(plain.params_shape)).log_prob(x), rtol=0.1, atol=0.1)


def test_one_level_is_refused():
    with pytest.raises(ConfigError, match="levels=1"):
        PixelLogistic((1, 3, 3), levels=1)
