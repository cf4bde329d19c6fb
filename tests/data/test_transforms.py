"""From stored rows to model input."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.data import Schema, datasets, prepare, prepare_fixed

DYNAMIC = Schema((1, 4, 5), "binary", levels=256, binarize="dynamic")


def rows(n, seed=0, high=256, shape=(1, 4, 5)):
    return torch.randint(0, high, (n, *shape), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


@pytest.mark.parametrize("schema", [Schema((1, 4, 5), "levels", levels=256), Schema((1, 4, 5), "real")])
def test_other_data_is_only_converted(schema):
    x = rows(3)
    assert torch.equal(prepare(x, schema), x.float())
    assert torch.equal(prepare_fixed(x, schema), x.float())
    assert prepare(x.double(), schema).dtype == torch.float64


def test_dynamic_binarization_draws_anew_with_the_right_mean():
    torch.manual_seed(0)
    x = rows(1).expand(4000, 1, 4, 5)
    a, b = prepare(x, DYNAMIC), prepare(x, DYNAMIC)
    assert not torch.equal(a, b)
    assert set(a.unique().tolist()) == {0.0, 1.0}
    assert (a.mean(0) - x[0] / 255).abs().max() < 0.04


def test_zero_and_full_levels_are_certain():
    x = torch.tensor([0, 255], dtype=torch.uint8).repeat(500, 10).view(500, 1, 4, 5)
    assert torch.equal(prepare(x, DYNAMIC), (x > 0).float())
    assert torch.equal(prepare_fixed(x, DYNAMIC), (x > 0).float())


@given(st.integers(0, 2**63 - 1), st.permutations(range(12)), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_a_row_is_binarized_alike_in_any_order_and_company(seed, order, n):
    x = rows(12)
    whole = prepare_fixed(x, DYNAMIC, seed)
    part = list(order)[:n]
    assert torch.equal(prepare_fixed(x[part], DYNAMIC, seed), whole[part])


def test_chunks_do_not_show():
    x = rows(5000)
    assert torch.equal(prepare_fixed(x, DYNAMIC)[4990:], prepare_fixed(x[4990:], DYNAMIC))
    assert prepare_fixed(x[:0], DYNAMIC).shape == (0, 1, 4, 5)


def test_fixed_noise_is_uniform_and_unrelated_between_rows_pixels_and_seeds():
    x = rows(20000)
    a, b = prepare_fixed(x, DYNAMIC, 0), prepare_fixed(x, DYNAMIC, 1)
    p = x.float() / 255
    residual = a - p
    assert abs(residual.mean()) < 0.002
    assert residual.mean(0).abs().max() < 0.015
    flat, other = residual.flatten(1), (b - p).flatten(1)
    pairs = torch.corrcoef(flat.T) - torch.eye(20)
    assert pairs.abs().max() < 0.03
    assert abs(float((flat * other).mean())) < 0.002
    neighbours = (flat[1:] * flat[:-1]).mean()
    assert abs(float(neighbours)) < 0.002


def test_one_grey_level_of_difference_gives_new_noise():
    x = torch.full((2, 1, 40, 50), 128, dtype=torch.uint8)
    x[1, 0, 0, 0] = 127
    a, b = prepare_fixed(x, Schema((1, 40, 50), "binary", levels=256, binarize="dynamic")).flatten(1)
    assert 0.4 < float((a == b).float().mean()) < 0.6


def test_the_mean_of_real_images_is_kept(data_dir):
    if data_dir is None:
        data = datasets.digits()
        schema = Schema((1, 8, 8), "binary", levels=17, binarize="dynamic")
    else:
        data = datasets.mnist(data_dir=data_dir)
        schema = data.schema
    x, _ = data.rows("test")
    expected = x.float().mean() / (schema.levels - 1)
    assert abs(prepare_fixed(x, schema).mean() - expected) < 0.005


def test_preparing_compiles_without_a_graph_break():
    x = rows(8)
    explained = torch._dynamo.explain(prepare)(x, DYNAMIC)
    assert explained.graph_break_count == 0
