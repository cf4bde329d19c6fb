"""A linear VAE with a variance per feature and a full posterior is factor analysis. Row 3 of the exact answers."""

from __future__ import annotations

import pytest
import torch

from examples.linear_vae_is_ppca import fit, linear_vae, marginal
from lowerbound.objectives import ELBO
from lowerbound.posteriors import CholeskyNormal
from tests.known_answers.linear_gaussian import data

slow = pytest.mark.slow


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "latents", "answer", "steps"),
    [
        ("iris", 1, -2.8159, 600),
        ("wine", 2, -15.4337, 300),
        pytest.param("breast_cancer", 2, -23.5465, 3000, marks=slow),
    ],
)
def test_training_reaches_the_maximum_of_the_likelihood(name, latents, answer, steps):
    x = data(name)
    torch.manual_seed(0)
    model = linear_vae(x.shape[1], CholeskyNormal((latents,)), variance="feature")
    bound = -fit(model, x, ELBO(samples=latents + 1), steps)[-1]
    exact = float(marginal(model, latents).log_prob(x).mean())
    assert bound <= exact + 1e-9
    assert exact >= answer - 2e-4
    assert bound >= answer - 2e-4
