"""Row 17: refined posteriors reach the exact one, and lose on no row."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Conditional, Family, Network
from lowerbound.errors import ConfigError
from lowerbound.metrics import passes, refine
from lowerbound.models import VAE
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal
from tests.known_answers.discrete import binary, mixture
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae
from tests.known_answers.test_two_levels import ladder

GAUSSIAN = LinearGaussian.random(4, 2, seed=3, variance=1.0)


class Fixed(Network):
    """Puts out the same for every row."""

    def __init__(self, in_shapes: tuple, out_shape: tuple) -> None:
        super().__init__()
        self.in_shapes, self.out_shape = in_shapes, out_shape

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0].new_zeros(len(inputs[0]), *self.out_shape)


def vae_with(family: Family, model: LinearGaussian = GAUSSIAN) -> VAE:
    """A linear-Gaussian model with an encoder that says N(0, I) of every row."""
    return model.vae(Conditional(family, Fixed(((4,),), family.params_shape)))


def test_it_converges_to_the_exact_posterior():
    x = GAUSSIAN.sample(6)
    refined = refine(vae_with(CholeskyNormal((2,), pace=1.0)), {"x": x}, 500, rate=0.1)
    exact = GAUSSIAN.posterior()(x)
    torch.testing.assert_close(refined.q.mean, exact.mean, rtol=0, atol=1e-6)
    torch.testing.assert_close(refined.q.covariance_matrix, exact.covariance_matrix, rtol=0, atol=1e-6)
    torch.testing.assert_close(refined.after, GAUSSIAN.log_prob(x), rtol=0, atol=0.2)


def test_the_diagonal_family_ends_at_its_best_member():
    """Row 23: precisions are those of the exact posterior."""
    x = GAUSSIAN.sample(6)
    refined = refine(vae_with(DiagonalNormal((2,))), {"x": x}, 500, rate=0.1, samples=64)
    exact = GAUSSIAN.posterior()(x)
    precision = exact.covariance_matrix.inverse().diagonal(dim1=-2, dim2=-1)
    torch.testing.assert_close(refined.q.mean, exact.mean, rtol=0, atol=0.02)
    torch.testing.assert_close(refined.q.variance, 1 / precision, rtol=0.03, atol=0)


def test_no_row_loses_and_rows_do_not_know_each_other():
    torch.manual_seed(0)
    model, x = trainable_vae(6, 2).eval(), 3 * torch.randn(40, 6)
    for rate in (0.03, 30.0):
        refined = refine(model, {"x": x}, 20, rate=rate)
        assert bool((refined.after >= refined.before).all())
    kept = refined.params == refine(model, {"x": x}, 0).params
    assert bool(kept.flatten(1).all(1).any()), "steps of 30 harm some row, which then keeps its encoder"
    alone = refine(model, {"x": x[3:4]}, 20)
    torch.testing.assert_close(alone.after[0], refine(model, {"x": x}, 20).after[3], rtol=1e-4, atol=1e-4)


def test_before_and_after_are_the_elbos_on_the_same_noise():
    model, x = GAUSSIAN.vae("wide"), GAUSSIAN.sample(3)
    with pytest.raises(ConfigError, match="not a family of a network's output"):
        refine(model, {"x": x})
    model = vae_with(CholeskyNormal((2,), pace=1.0))
    refined = refine(model, {"x": x}, 0, judges=1000)
    torch.testing.assert_close(refined.after, refined.before)
    (trace,) = (trace for _, trace in passes(model, {"x": x}, "z", refined.q, 4000, seed=9, chunk=10**6))
    torch.testing.assert_close(-(trace.rate() + trace.distortion()), refined.before, rtol=0, atol=1.0)


def test_chunks_do_not_change_the_draws():
    model, x = vae_with(DiagonalNormal((2,))), GAUSSIAN.sample(3)
    q = refine(model, {"x": x}, 0).q
    whole, parts = (
        torch.cat([trace.log_weight() for _, trace in passes(model, {"x": x}, "z", q, 50, 0, chunk)])
        for chunk in (10**6, 21)
    )
    torch.testing.assert_close(whole, parts, rtol=1e-12, atol=1e-12)


def test_the_model_is_left_alone():
    model, x = trainable_vae(6, 2).eval(), torch.randn(5, 6)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    refine(model, {"x": x}, 3)
    assert all(bool((value == before[name]).all()) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_what_cannot_be_refined_is_refused():
    with pytest.raises(ConfigError, match="this one has 2"):
        refine(ladder(None), {"x": torch.zeros(2, 5).double()})
    with pytest.raises(ConfigError, match="'y' is discrete"):
        refine(mixture().eval(), {"x": binary(2)})
