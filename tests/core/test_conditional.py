"""The seam: contexts to a distribution, in any layer precision. Row 112 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lowerbound.core import Conditional, Constant, call, layer_precision, noise
from lowerbound.distributions import DiagonalNormal as Density
from lowerbound.errors import ShapeError
from lowerbound.likelihoods import Bernoulli, Categorical, DiscretizedLogistic, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.contracts import ComponentContract


class TestConditional(ComponentContract):
    def make(self):
        return Conditional(Bernoulli((4,)), MLP(((2,), (3,)), (4,), hidden=(5,)))

    def test_leads_pass_through(self):
        p = self.make()(torch.randn(6, 5, 2), torch.randn(5, 3))
        assert p.batch_shape == (6, 5)

    def test_absent_contexts_are_left_out(self):
        p = Conditional(Bernoulli((4,)), MLP(((2,),), (4,)))
        assert p(None, torch.randn(5, 2), None).batch_shape == (5,)

    def test_a_missing_context_is_reported(self):
        with pytest.raises(ShapeError, match=r"takes 2 inputs .*got 1.*condition"):
            self.make()(torch.randn(5, 2), None)

    def test_a_network_of_another_shape_is_refused_when_built(self):
        with pytest.raises(
            ShapeError, match=r"DiagonalNormal\(4,\) needs parameters of shape \(2, 4\); MLP puts out \(4,\)"
        ):
            Conditional(DiagonalNormal((4,)), MLP(((2,),), (4,)))

    def test_a_wrong_context_is_named(self):
        with pytest.raises(ShapeError, match=r"MLP: input 1 has shape \(5, 4\); expected \(\*, 3\)"):
            self.make()(torch.randn(5, 2), torch.randn(5, 4))


class TestConstant(ComponentContract):
    def make(self):
        return Constant(DiagonalNormal((3,)))

    def test_its_batch_is_empty_whatever_the_contexts(self):
        constant = self.make()
        assert constant().batch_shape == constant(torch.zeros(5, 2), None).batch_shape == ()

    def test_one_parameter_gives_as_many_rows_as_asked(self):
        """Asking an unbatched distribution for a sample shape gave one row for five."""
        level = Latent("z", self.make(), Conditional(DiagonalNormal((3,)), MLP(((4,),), (2, 3))))
        vae = VAE([level], Conditional(Bernoulli((4,)), MLP(((3,),), (4,))))
        z = vae.sample(5)["z"].value
        assert z.shape == (5, 3)
        assert len(z.unique(dim=0)) == 5


def families() -> list[Conditional]:
    event, inputs = (6,), ((3,),)
    made = [
        Bernoulli(event),
        Categorical(event, 4),
        DiscretizedLogistic(event, 16),
        Normal(event),
        CholeskyNormal(event),
    ]
    made += [Normal(event, variance="network"), Normal(event, variance="scalar"), DiagonalNormal(event)]
    return [Conditional(family, MLP(inputs, family.params_shape, hidden=(8,))) for family in made]


@pytest.mark.parametrize("which", range(8))
def test_densities_are_never_in_reduced_precision(which):
    conditional = families()[which]
    with layer_precision(torch.bfloat16):
        p = conditional(torch.randn(5, 3))
        x = p.sample()
        assert p.log_prob(x).dtype == torch.float32
        assert x.dtype == p.mean.dtype == torch.float32


def images(n: int = 200) -> torch.Tensor:
    """Binary rows with structure: a random pattern each, with a tenth of the pixels flipped."""
    generator = torch.Generator().manual_seed(0)
    patterns = torch.rand(4, 64, generator=generator) < 0.5
    rows = patterns[torch.arange(n) % 4] ^ (torch.rand(n, 64, generator=generator) < 0.1)
    return rows.float()


def binary_vae() -> VAE:
    level = Latent("z", StandardNormal((4,)), Conditional(DiagonalNormal((4,)), MLP(((64,),), (2, 4), hidden=(32,))))
    return VAE([level], Conditional(Bernoulli((64,)), MLP(((4,),), (64,), hidden=(32,))))


def test_a_whole_model_keeps_its_bounds_in_single_precision():
    model, x = binary_vae(), images()
    with layer_precision(torch.bfloat16):
        trace = model({"x": x}, samples=3)
        numbers = [trace["x"].log_p, trace["z"].log_p, trace["z"].log_q, trace["z"].kl]
        numbers += [trace.log_weight(), trace.log_evidence(), trace.rate(), trace.distortion(), trace.weight]
    assert {value.dtype for value in numbers} == {torch.float32}


def test_reduced_layers_move_the_likelihood_by_less_than_a_fiftieth_of_a_nat():
    model, x = binary_vae(), images()
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(100):
        optimizer.zero_grad()
        trace = model({"x": x})
        (trace.distortion() + trace.rate()).mean().backward()
        optimizer.step()

    def log_p(dtype: torch.dtype | None) -> float:
        with torch.no_grad(), noise.use(noise.Shared(0)), layer_precision(dtype):
            return float(model({"x": x}, samples=16).log_evidence().double().mean())

    full = log_p(None)
    assert full > -30, "the model did not learn"
    assert 0 < abs(log_p(torch.bfloat16) - full) < 0.02


def test_double_precision_is_not_reduced():
    network = MLP(((3,),), (2,)).double()
    x = torch.randn(4, 3).double()
    with layer_precision(torch.bfloat16):
        assert torch.equal(call(network, network.in_shapes, [x]), network(x))


def test_the_precision_is_put_back_even_after_an_error():
    network, x = MLP(((3,),), (2,)), torch.randn(4, 3)
    with pytest.raises(ZeroDivisionError), layer_precision(torch.bfloat16):
        raise ZeroDivisionError
    assert torch.equal(call(network, network.in_shapes, [x]), network(x))
    with layer_precision(torch.bfloat16):
        with layer_precision(None):
            assert torch.equal(call(network, network.in_shapes, [x]), network(x))
        assert not torch.equal(call(network, network.in_shapes, [x]), network(x))


def test_a_plain_module_is_a_conditional_too():
    """The seam is the call, not the class: anything from contexts to a distribution fits."""

    class Mine(nn.Module):
        def forward(self, *contexts: torch.Tensor | None) -> Density:
            a = next(c for c in contexts if c is not None)
            return Density(a[..., :2], torch.zeros_like(a[..., :2]))

    vae = VAE([Latent("z", StandardNormal((2,)), Mine())], Conditional(Bernoulli((4,)), MLP(((2,),), (4,))))
    assert vae({"x": torch.ones(3, 4)}).rate().shape == (3,)
