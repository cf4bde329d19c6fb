"""Passes over one table of noise."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import noise
from lowerbound.metrics import Weigher, weigher
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae


def test_the_noise_is_the_shared_one():
    model, batch = trainable_vae(5, 2).eval(), {"x": torch.randn(3, 5)}
    with torch.no_grad(), noise.use(noise.Shared(7)):
        by_hand = model(batch, samples=20).log_weight()
    torch.testing.assert_close(Weigher(model, 20, seed=7, chunk=6)(batch), by_hand)


@pytest.mark.parametrize("kept", [0, 2**24])
@pytest.mark.parametrize("model", ["one level", "an enumerated level above"])
def test_whether_noise_is_kept_does_not_show(model, kept, monkeypatch):
    vae = m2().eval() if "enumerated" in model else LinearGaussian.random(6, 2).vae("wide")
    batches = [{"x": binary(4, seed)} for seed in (0, 1)]
    whole = [Weigher(vae, 50)(batch) for batch in batches]
    monkeypatch.setattr(weigher, "KEPT", kept)
    weigh = Weigher(vae, 50, chunk=16)
    for batch, expected in zip(batches, whole, strict=True):
        torch.testing.assert_close(weigh(batch), expected, rtol=1e-12, atol=1e-12)


def test_all_passes_have_one_shape():
    model, seen = trainable_vae(5, 2).eval(), list[int]()
    model.register_forward_pre_hook(lambda module, args, kwargs: seen.append(kwargs["samples"]), with_kwargs=True)
    Weigher(model, 100, chunk=30)({"x": torch.randn(1, 5)})
    assert seen == [25, 25, 25, 25]
    seen.clear()
    Weigher(model, 7, chunk=3)({"x": torch.randn(1, 5)})
    assert seen == [3, 3, 3]


def test_a_model_that_cannot_be_compiled_runs_as_it_is():
    class Stubborn(torch.nn.Module):
        def forward(self, *inputs):
            torch._dynamo.graph_break()
            return self.inner(*inputs)

    model, batch = trainable_vae(5, 2).eval(), {"x": torch.randn(2, 5)}
    expected = Weigher(model, 8)(batch)
    stubborn = Stubborn()
    stubborn.inner, stubborn.in_shapes, stubborn.out_shape = model.likelihood.network, ((2,),), (5,)
    model.likelihood.network = stubborn
    weigh = Weigher(model, 8, chunk=4, compiled=True)
    torch.testing.assert_close(weigh(batch), expected)
    assert weigh.compiled is None


@pytest.mark.slow
def test_compiled_passes_agree_with_plain_ones():
    for vae, batch in (
        (trainable_vae(5, 2).eval(), {"x": torch.randn(2, 5)}),
        (m2().eval(), {"x": binary(2)}),
    ):
        weigh = Weigher(vae, 40, chunk=10, compiled=True)
        torch.testing.assert_close(weigh(batch), Weigher(vae, 40)(batch), rtol=1e-5, atol=1e-5)
        assert weigh.compiled is not None
