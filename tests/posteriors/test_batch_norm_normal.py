"""Means that are normalised over the batch, and what a row's code may depend on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import kl_divergence

import lowerbound as lb
from lowerbound.core import Conditional
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO
from lowerbound.posteriors import BatchNormNormal
from lowerbound.priors import StandardNormal
from lowerbound.training import Step, Trainer, TrainOptions
from lowerbound.training.average import Average
from tests.contracts import PosteriorContract
from tests.estimators.small import small, table


class TestBatchNormNormal(PosteriorContract):
    def make(self):
        return BatchNormNormal((3,), gamma=0.7).eval()


class TestImageOfLatents(PosteriorContract):
    def make(self):
        family = BatchNormNormal((1, 2, 2)).eval()
        family.mean.fill_(0.3)
        return family


@pytest.mark.parametrize("gamma", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("lead", [(32,), (3, 16)])
def test_the_mean_rate_has_a_lower_bound_for_every_parameter(gamma: float, lead: tuple[int, ...]) -> None:
    family, prior = BatchNormNormal((4,), gamma=gamma).double(), StandardNormal((4,)).double()
    generator = torch.Generator().manual_seed(0)
    for scale in (0.01, 0.1, 1.0, 10.0, 1e3):
        for _ in range(20):
            params = scale * torch.randn(*lead, 2, 4, generator=generator).double()
            with torch.no_grad():
                family.bias.copy_(torch.randn(4, generator=generator))
            least = 0.5 * (4 * gamma**2 + family.bias.square().sum())
            assert bool(kl_divergence(family(params), prior()).mean() >= least - 1e-5)
    params[..., 1, :] = 0.0  # scale one: the bound is reached
    torch.testing.assert_close(kl_divergence(family(params), prior()).mean(), least, rtol=1e-5, atol=1e-5)


def test_the_running_statistics_are_those_of_the_rows() -> None:
    family = BatchNormNormal((2,))
    rows = 100.0 + torch.randn(50, 2, 2, generator=torch.Generator().manual_seed(0))
    for _ in range(3):
        family(rows[:20])
        family(rows[20:])
        family.update(torch.tensor(True))
    torch.testing.assert_close(family.mean, rows[:, 0].mean(0))
    torch.testing.assert_close(family.variance, rows[:, 0].var(0, correction=0), rtol=1e-3, atol=1e-3)
    assert float(family.updates) == 3
    torch.testing.assert_close(family.eval()(rows).mean, BatchNormNormal((2,))(rows).mean, rtol=1e-3, atol=1e-3)


def test_a_step_that_was_not_kept_leaves_the_statistics() -> None:
    family = BatchNormNormal((2,))
    family(torch.randn(5, 2, 2))
    family.update(torch.tensor(False))
    assert not bool(family.mean.any())
    assert bool((family.variance == 1).all())
    assert not bool(family.statistics.any())
    assert float(family.updates) == 0


def flat() -> VAE:
    torch.manual_seed(0)
    q = Conditional(BatchNormNormal((2,)), MLP(((3,),), (2, 2), (8,)))
    family = Normal((3,), variance=0.1)
    return VAE([Latent("z", StandardNormal((2,)), q)], Conditional(family, MLP(((2,),), family.params_shape, (8,))))


def data() -> Tensor:
    return torch.randn(48, 3, generator=torch.Generator().manual_seed(1))


class Rows:
    """Three batches an epoch, in order."""

    n_rows, batch_size, steps = 48, 16, 3

    def epoch(self, epoch: int, start: int = 0):
        for i in range(start, 3):
            yield {"x": data()[16 * i : 16 * (i + 1)]}


OPTIONS = {"learning_rate": 0.01, "precision": "float32", "compile": "no", "device": "cpu", "round_steps": 4}


def buffers(model: VAE) -> dict[str, Tensor]:
    return {name: b.clone() for name, b in model.named_buffers() if "posterior" in name}


@pytest.mark.parametrize("accumulate", [1, 2])
def test_discovery_leaves_no_trace_and_parts_are_counted_once(accumulate: int) -> None:
    model = flat()
    before = buffers(model)
    options = TrainOptions(**OPTIONS, accumulate=accumulate)
    step = Step(model, ELBO(), options, lambda b: b, Average(model, 0.0), total=9, n_data=48)
    step.discover({"x": data()})
    assert all(torch.equal(value, before[name]) for name, value in buffers(model).items())
    raw = model.levels[0].posterior_.network(data())[:, 0].detach()
    step({"x": data()}, 0, 0, 0.01, 0.9)
    family = model.levels[0].posterior_.family
    torch.testing.assert_close(family.mean, raw.mean(0))
    torch.testing.assert_close(family.variance, raw.var(0, correction=0))
    assert float(family.updates) == 1


def test_a_run_that_is_resumed_is_the_same_run(tmp_path: Path) -> None:
    class Stop:
        def start(self, *args): ...
        def record(self, *args): ...
        def finish(self, *args): ...
        def advance(self, step: int) -> None:
            if step == 5:
                os.kill(os.getpid(), signal.SIGTERM)

    def run(folder: Path | None, resume: bool = False, observers: tuple = ()) -> dict[str, Tensor]:
        model = flat()
        trainer = Trainer(model, ELBO(), TrainOptions(**OPTIONS), total=12, folder=folder, observers=observers)
        trainer.fit(Rows(), resume=resume)
        return model.state_dict()

    whole = run(None)
    run(tmp_path, observers=(Stop(),))
    again = run(tmp_path, resume=True)
    assert all(torch.equal(value, again[name]) for name, value in whole.items())


def test_a_row_is_scored_without_its_neighbours(tmp_path: Path) -> None:
    X = table()
    vae = small(posterior="batch-norm-normal", epochs=5).fit(X)
    np.testing.assert_allclose(vae.score_samples(X)[:3], vae.score_samples(X[:3]), rtol=1e-5)
    np.testing.assert_allclose(vae.transform(X)[:3], vae.transform(X[:3]), rtol=1e-5)
    vae.save(tmp_path / "run")
    assert np.array_equal(lb.load(tmp_path / "run").transform(X), vae.transform(X))


@pytest.mark.parametrize("gamma", [0.0, -1.0, float("inf")])
def test_impossible_spreads_are_refused(gamma: float) -> None:
    with pytest.raises(ConfigError, match="spread of means"):
        BatchNormNormal((2,), gamma=gamma)
