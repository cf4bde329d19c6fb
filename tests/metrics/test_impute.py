"""Row 11: gaps are filled by the exact conditional mean of a Gaussian."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import Conditional, Constant
from lowerbound.distributions import Categorical, CholeskyNormal, DiagonalNormal, Product
from lowerbound.errors import ConfigError
from lowerbound.metrics import impute
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import OneHotCategorical
from tests.known_answers.discrete import X, binary, m2, mixture
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.known_answers.test_two_levels import MARGINAL, ladder

GAUSSIAN = LinearGaussian.random(5, 2, seed=3, variance=0.5)
SEEN = torch.tensor([[1, 1, 0, 0, 1], [0, 1, 1, 1, 1], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]]).bool()


def conditional(x: Tensor, seen: Tensor, mean: Tensor, covariance: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the missing entries of one row given the others."""
    o, m = seen, ~seen
    gain = covariance[m][:, o] @ covariance[o][:, o].inverse()
    return mean[m] + gain @ (x[o] - mean[o]), covariance[m][:, m] - gain @ covariance[o][:, m]


@pytest.mark.parametrize("posterior", ["exact", "wide"])
def test_it_is_the_conditional_mean_of_a_gaussian(posterior):
    x = GAUSSIAN.sample(5)
    found = impute(GAUSSIAN.vae(posterior), {"x": x.masked_fill(~SEEN, torch.nan)}, SEEN, 40_000)
    for i in range(5):
        missing = ~SEEN[i]
        truth, _ = conditional(x[i], SEEN[i], GAUSSIAN.bias, GAUSSIAN.marginal.covariance_matrix)
        error = found.errors[i][missing]
        assert bool((error <= 0.02).all())
        assert bool(((found.values[i][missing] - truth).abs() <= 4 * error + 1e-12).all())
    assert bool((found.values[SEEN] == x[SEEN]).all())
    assert bool((found.errors[SEEN] == 0).all())
    assert bool((found.ess > 1000).all())


@pytest.mark.thorough
def test_draws_have_the_conditional_covariance():
    x = GAUSSIAN.sample(1)
    seen = SEEN[:1]
    draws = impute(GAUSSIAN.vae("exact"), {"x": x}, seen, 1000, draws=2000).draws[:, 0]
    mean, covariance = conditional(x[0], seen[0], GAUSSIAN.bias, GAUSSIAN.marginal.covariance_matrix)
    assert bool((draws[:, seen[0]] == x[0, seen[0]]).all())
    missing = draws[:, ~seen[0]]
    torch.testing.assert_close(missing.mean(0), mean, rtol=0, atol=0.1)
    torch.testing.assert_close(torch.cov(missing.T), covariance, rtol=0.1, atol=0.1)


@pytest.mark.thorough
def test_several_levels():
    x = torch.distributions.MultivariateNormal(torch.zeros(5).double(), MARGINAL).sample((1,))
    seen = torch.tensor([[True, True, True, True, False]])
    found = impute(ladder(None), {"x": x}, seen, 100_000)
    truth, _ = conditional(x[0], seen[0], torch.zeros(5).double(), MARGINAL)
    assert float(found.errors[0, 4]) < 0.1
    assert float(found.values[0, 4]) == pytest.approx(float(truth[0]), abs=4 * float(found.errors[0, 4]))


@pytest.mark.parametrize("model", [mixture, m2])
def test_enumerated_latents(model):
    """p(x_m = 1 | x_o) of a mixture is a sum over its classes."""
    vae, x = model().eval(), binary(4)
    seen = torch.rand(4, X) < 0.5
    found = impute(vae, {"x": x}, seen, 500)
    assert bool(((found.values >= 0) & (found.values <= 1)).all())
    if model is mixture:
        with torch.no_grad():
            p = vae({"x": x, "y": torch.eye(3).double()[:, None].expand(3, 4, 3)})["x"].p
        weight = p.total(torch.where(seen, p.log_density(x), 0.0)).softmax(0)
        truth = torch.where(seen, x, (weight[..., None] * p.mean).sum(0))
        torch.testing.assert_close(found.values, truth, rtol=1e-9, atol=1e-9)


def test_rows_do_not_know_each_other_and_the_seed_counts():
    x = GAUSSIAN.sample(5)
    whole = impute(GAUSSIAN.vae("wide"), {"x": x}, SEEN, 100)
    alone = impute(GAUSSIAN.vae("wide"), {"x": x[:1]}, SEEN[:1], 100)
    torch.testing.assert_close(alone.values[0], whole.values[0], rtol=1e-9, atol=1e-9)
    assert not torch.allclose(impute(GAUSSIAN.vae("wide"), {"x": x}, SEEN, 100, seed=1).values, whole.values)


def test_dependent_entries_are_refused():
    class Dependent(nn.Module):
        def forward(self, z: Tensor, c: Tensor | None = None) -> CholeskyNormal:
            return CholeskyNormal(z.new_zeros(*z.shape[:-1], 5), torch.eye(5).double())

    model = GAUSSIAN.vae("exact")
    model.likelihood = Dependent()
    with pytest.raises(ConfigError, match="CholeskyNormal is not so"):
        impute(model, {"x": GAUSSIAN.sample(5)}, SEEN)


MEANS = torch.tensor([-2.0, 0.5, 3.0]).double()
CLASSES = torch.tensor([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.05, 0.8, 0.15]]).double()


class Mixed(nn.Module):
    """Of one-hot y: a number N(m_y, 1) in column 0, a class of Cat(P_y) in column 1."""

    def forward(self, y: Tensor, c: Tensor | None = None) -> Product:
        number = DiagonalNormal((y @ MEANS)[..., None], torch.zeros(*y.shape[:-1], 1).double())
        return Product([Categorical((y @ CLASSES).log()[..., None, :]), number], [torch.tensor([1]), torch.tensor([0])])


def test_a_mixed_table_is_filled_by_means_and_by_the_likeliest_class():
    """Both follow from Bayes' rule over the three values of y."""
    q = Conditional(OneHotCategorical((3,)), MLP(((2,),), (3,), hidden=()).double())
    level = Latent("y", Constant(OneHotCategorical((3,))).double(), q, enumerate=True)
    model = VAE([level], Mixed()).eval()
    x = torch.tensor([[-2.0, 0.0], [2.0, 2.0], [0.0, 1.0], [9.0, 2.0], [0.5, 0.0]]).double()
    seen = torch.tensor([[True, False], [True, False], [False, True], [False, True], [True, True]])
    found = impute(model, {"x": x}, seen, 10, draws=3000)
    given = torch.softmax(-0.5 * (x[:2, :1] - MEANS).square(), -1) @ CLASSES
    assert found.values[:2, 1].tolist() == given.argmax(-1).tolist() == [0.0, 1.0]
    expected = CLASSES[:, [1, 2]].T / CLASSES[:, [1, 2]].sum(0)[:, None] @ MEANS
    torch.testing.assert_close(found.values[2:4, 0], expected, rtol=1e-7, atol=1e-7)
    assert torch.equal(found.values[seen], x[seen])
    drawn = torch.nn.functional.one_hot(found.draws[:, :2, 1].long(), 3).double().mean(0)
    torch.testing.assert_close(drawn, given, rtol=0, atol=0.04)


def test_a_part_whose_columns_depend_on_each_other_is_refused():
    class Dependent(nn.Module):
        def forward(self, z: Tensor, c: Tensor | None = None) -> Product:
            joint = CholeskyNormal(z.new_zeros(*z.shape[:-1], 4), torch.eye(4).double())
            return Product([joint, DiagonalNormal(z[..., :1], z[..., :1])], [torch.arange(4), torch.tensor([4])])

    model = GAUSSIAN.vae("exact")
    model.likelihood = Dependent()
    with pytest.raises(ConfigError, match="CholeskyNormal is not so"):
        impute(model, {"x": GAUSSIAN.sample(5)}, SEEN)
