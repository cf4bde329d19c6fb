"""The recipe cvae: the condition enters prior, posterior and decoder."""

from __future__ import annotations

import pytest
import torch

from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.recipes import ModelOptions, cvae

LABELLED = Schema((4,), "real", classes=("a", "b", "c"))


def test_the_condition_reaches_all_three() -> None:
    assert cvae.conditional
    torch.manual_seed(0)
    model = cvae.model(LABELLED, ModelOptions(latent=2, hidden=(8,)), {}).eval()
    x, one = torch.randn(1, 4), torch.eye(3)
    traces = [model({"x": x, "c": one[i : i + 1]}) for i in range(2)]
    for name in ("z",):
        assert not torch.allclose(traces[0][name].p.mean, traces[1][name].p.mean)
        assert not torch.allclose(traces[0][name].q.mean, traces[1][name].q.mean)
    z = torch.zeros(1, 2)
    decoded = [model.sample(1, z=z, c=one[i : i + 1])["x"].p.mean for i in range(2)]
    assert not torch.allclose(*decoded)


@pytest.mark.parametrize("schema", [LABELLED, Schema((4,), "real", covariates=("dose",))])
def test_labels_and_covariates_are_conditions(schema: Schema) -> None:
    model = cvae.model(schema, ModelOptions(latent=2, hidden=(8,)), {})
    c = torch.zeros(5, schema.condition_size)
    assert model({"x": torch.zeros(5, 4), "c": c}).log_weight().shape == (1, 5)
    assert model.sample(5, c=c)["x"].value.shape == (5, 4)


def test_without_a_condition_it_says_what_to_give() -> None:
    with pytest.raises(ConfigError, match="needs labels or covariates: give y to fit, or --label COLUMN"):
        cvae.model(Schema((4,), "real"), ModelOptions(), {})
