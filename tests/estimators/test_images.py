"""Images of any size, arrangement of axes, channel count and support."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lowerbound as lb
from tests.estimators.small import pictures, small

SIZES = {
    "2-D": ((5, 7), (1, 5, 7)),
    "channels first": ((3, 9, 6), (3, 9, 6)),
    "channels last": ((9, 6, 3), (3, 9, 6)),
    "one channel": ((1, 5, 7), (1, 5, 7)),
    "four channels": ((4, 5, 5), (4, 5, 5)),
    "one pixel": ((1, 1), (1, 1, 1)),
    "one row": ((1, 13), (1, 1, 13)),
    "larger": ((17, 10), (1, 17, 10)),
}
tiny = {"compile": "no", "precision": "float32", "epochs": 1, "random_state": 0}


def convolutional(**changed: Any) -> lb.VAE:
    """A small convolutional model."""
    return lb.VAE(2, options={"channels": (4,), "blocks": 1}, **{**tiny, **changed})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("support", ["binary", "levels", "real"])
def test_every_size_and_support(size: str, support: str) -> None:
    given, shape = SIZES[size]
    data = pictures(*given, support=support)
    vae = convolutional().fit(data)
    assert (vae.schema_.shape, vae.schema_.support) == (shape, support)
    assert vae.transform(data).shape == (16, 2)
    assert vae.reconstruct(data).shape == (16, *shape)
    assert np.isfinite(vae.score_samples(data)).all()
    drawn = vae.sample(3)
    assert drawn.shape == (3, *shape)
    if support != "real":
        assert set(np.unique(drawn)) <= set(range(2 if support == "binary" else 256))


def test_axes_in_any_order_give_the_same_model() -> None:
    data = pictures(3, 9, 6)
    first, last = convolutional().fit(data), convolutional().fit(data.transpose(0, 2, 3, 1))
    assert np.array_equal(first.transform(data), last.transform(data.transpose(0, 2, 3, 1)))
    flat, deep = pictures(5, 7), pictures(5, 7)[:, None]
    assert np.array_equal(convolutional().fit(flat).transform(flat), convolutional().fit(deep).transform(deep))


@pytest.mark.parametrize("size", [(2, 2), (8, 8), (9, 9), (16, 17), (33, 20)])
def test_networks_are_chosen_from_the_size(size: tuple[int, int]) -> None:
    data = pictures(*size, rows=4)
    vae = lb.VAE(2, **tiny).fit(data)
    assert "ConvEncoder" in vae.spec_["model"]
    assert vae.reconstruct(data).shape == (4, 1, *size)


def test_a_network_for_vectors_can_be_asked_for() -> None:
    data = pictures(5, 7)
    vae = small(network="mlp").fit(data)
    assert "Conv" not in vae.spec_["model"]
    assert vae.sample(2).shape == (2, 1, 5, 7)


@pytest.mark.parametrize("likelihood", ["discretized-logistic", "categorical", "normal"])
def test_likelihoods_of_levels(likelihood: str) -> None:
    data = pictures(4, 5) // 16
    vae = convolutional(likelihood=likelihood).fit(data)
    assert vae.schema_.levels == 16
    assert np.isfinite(vae.score(data))
    if likelihood != "normal":
        assert vae.log_likelihood(data, samples=2).bits_per_dim > 0
        assert vae.sample(50).max() <= 15


@pytest.mark.parametrize("prior", ["standard-normal", "diagonal-normal"])
@pytest.mark.parametrize("posterior", ["diagonal-normal", "cholesky-normal"])
@pytest.mark.parametrize("variance", ["feature", "scalar", "network", "optimal", 0.5])
def test_priors_posteriors_and_variances_combine(prior: str, posterior: str, variance: str | float) -> None:
    data = pictures(4, 5, support="real")
    vae = small(network="mlp", prior=prior, posterior=posterior, variance=variance).fit(data)
    assert np.isfinite(vae.score_samples(data)).all()
    assert np.isfinite(vae.sample(2)).all()


def test_bits_per_dimension_are_of_discrete_data_only() -> None:
    levels, real = pictures(4, 5), pictures(4, 5, support="real")
    of_levels = small(network="mlp").fit(levels).evaluate(levels, samples=4)
    assert of_levels.bits_per_dim == pytest.approx(-of_levels.log_likelihood.value / 20 / np.log(2))
    assert small(network="mlp").fit(real).evaluate(real, samples=4).bits_per_dim is None
