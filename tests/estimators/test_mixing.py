"""Expectation and maximisation for a learned mixture."""

from __future__ import annotations

import torch

from lowerbound.core import Constant
from lowerbound.estimators.codes import Codes
from lowerbound.estimators.mixing import fit_mixture
from lowerbound.priors import NormalMixture


def test_separate_groups_are_found() -> None:
    generator = torch.Generator().manual_seed(0)
    centres, scales = torch.tensor([[-5.0, 0.0], [5.0, 1.0], [0.0, 8.0]]), torch.tensor([0.1, 0.5, 2.0])
    which = torch.multinomial(torch.tensor([0.5, 0.2, 0.3]), 4000, replacement=True, generator=generator)
    z = centres[which] + scales[which, None] * torch.randn(4000, 2, generator=generator)
    prior = Constant(NormalMixture((2,), components=3))
    fit_mixture(prior, Codes(z, None, torch.arange(3600), torch.arange(3600, 4000), 0.0), seed=0)
    p = prior()
    order = [int((p.components.mean - centre).norm(dim=1).argmin()) for centre in centres]
    assert sorted(order) == [0, 1, 2]
    shares = torch.bincount(which[:3600]) / 3600
    torch.testing.assert_close(p.log_weights.exp()[order], shares, atol=2e-3, rtol=0)
    torch.testing.assert_close(p.components.mean[order], centres, atol=0.2, rtol=0)
    torch.testing.assert_close(p.components.stddev[order].mean(1), scales, atol=0, rtol=0.05)
