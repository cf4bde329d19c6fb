"""Likelihoods: p(x | z)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tests.contracts import agreement
from tests.contracts.family import FamilyContract


class LikelihoodContract(FamilyContract):
    """A family of observations. Set ``entry`` to the values of one entry where they are finitely many."""

    entry: Sequence[float] | None = None

    def values(self) -> Tensor | None:
        return None if self.entry is None else agreement.every_value(self.entry, self.make().event_shape)

    def test_log_prob_sums_over_the_event(self):
        p = self.family()(self.params((6,)))
        x = p.sample()
        entries = p.log_density(x)
        assert entries.shape == x.shape
        torch.testing.assert_close(p.log_prob(x), entries.flatten(1).sum(1), rtol=1e-9, atol=1e-9)

    def test_scoring_without_gradients_gives_the_same_number(self):
        p = self.family()(self.params((3, 6)))
        x = p.sample()
        with_gradients = p.log_prob(x)
        with torch.no_grad():
            torch.testing.assert_close(p.log_prob(x), with_gradients, rtol=1e-9, atol=1e-9)

    def test_one_row_scores_against_many_parameters(self):
        p = self.family()(self.params((3, 6)))
        x = self.family()(self.params((6,))).sample()
        many = p.log_prob(x)
        assert many.shape == (3, 6)
        with torch.no_grad():
            torch.testing.assert_close(p.log_prob(x), many, rtol=1e-9, atol=1e-9)
