"""Independent parts of a row."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import Bernoulli, CholeskyNormal, DiagonalNormal, Product


def build(*lead: int) -> Product:
    normal = DiagonalNormal(torch.randn(*lead, 2).double(), torch.randn(*lead, 2).double())
    parts = [Bernoulli(torch.randn(*lead, 1).double()), normal]
    return Product(parts, [torch.tensor([1]), torch.tensor([2, 0])])


def test_parts_add_up_in_the_order_of_the_columns():
    p = build(5)
    x = torch.tensor([0.3, 1.0, -2.0]).double()
    own = p.parts[0].log_prob(x[[1]]) + p.parts[1].log_prob(x[[2, 0]])
    torch.testing.assert_close(p.log_prob(x), own, rtol=1e-12, atol=1e-12)
    assert torch.equal(p.part_log_probs(x).sum(-1), p.log_prob(x))
    assert torch.equal(p.mean[:, [1]], p.parts[0].mean)
    assert torch.equal(p.mean[:, [2, 0]], p.parts[1].mean)
    assert torch.equal(p.variance[:, 0], p.parts[1].variance[:, 1])


def test_densities_of_entries_add_up_to_the_row():
    p = build(5)
    x = torch.tensor([0.3, 1.0, -2.0]).double()
    entries = p.log_density(x)
    assert entries.shape == (5, 3)
    torch.testing.assert_close(entries[:, 1], p.parts[0].log_prob(x[[1]]), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(p.total(entries), p.log_prob(x), rtol=1e-12, atol=1e-12)


def test_parts_whose_entries_depend_on_each_other_have_no_densities():
    joint = CholeskyNormal(torch.zeros(2), torch.eye(2))
    p = Product([joint, Bernoulli(torch.zeros(1))], [torch.tensor([0, 1]), torch.tensor([2])])
    with pytest.raises(TypeError, match="entries of a CholeskyNormal depend on each other"):
        p.log_density(torch.zeros(3))


def test_draws_keep_the_columns():
    x = build().expand((400,)).sample()
    assert x.shape == (400, 3)
    assert set(x[:, 1].unique().tolist()) <= {0.0, 1.0}
    assert len(x[:, 0].unique()) == len(x[:, 2].unique()) == 400
