"""Integer levels with several peaks."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import DiscretizedLogistic, LogisticMixture
from tests.contracts import LikelihoodContract


class TestMixture(LikelihoodContract):
    entry = tuple(float(k) for k in range(9))

    def make(self):
        return LogisticMixture((2,), components=3, levels=9)


class TestImage(LikelihoodContract):
    entry = tuple(float(k) for k in range(4))

    def make(self):
        return LogisticMixture((1, 2, 2), components=2, levels=4)


def test_one_component_is_a_discretized_logistic():
    mixture, single = LogisticMixture((2,), components=1, levels=17), DiscretizedLogistic((2,), levels=17)
    params = torch.randn(5, 3, 2)
    wider = params[:, 1:].clone()
    wider[:, 1] += mixture.widening
    x = torch.randint(0, 17, (5, 2)).float()
    torch.testing.assert_close(mixture(params).log_prob(x), single(wider).log_prob(x))


@pytest.mark.parametrize("components", [1, 2, 5, 10])
def test_the_components_cover_the_levels_at_first(components):
    family = LogisticMixture((1,), components=components)
    p = family(torch.zeros(family.params_shape)).log_density(torch.arange(256.0)).exp()
    assert float(p[1:-1].max() / p[1:-1].min()) < 12
    assert float(p[[0, -1]].max()) < 0.13
    assert float(family(torch.zeros(family.params_shape)).mean) == pytest.approx(127.5, abs=0.5)


@pytest.mark.parametrize(("levels", "components"), [(1, 2), (5, 0)])
def test_too_few_are_refused(levels, components):
    with pytest.raises(ConfigError, match=f"levels={levels} and components={components}"):
        LogisticMixture((3,), components=components, levels=levels)
