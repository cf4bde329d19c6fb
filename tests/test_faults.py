"""Faults that were measured in other packages, one test for each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

import lowerbound as lb
from lowerbound.core import Batch, Conditional, Log, Model, Objective, Progress
from lowerbound.errors import ConfigError, UnknownNameError
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from lowerbound.training import Trainer, TrainOptions
from tests.estimators.small import small, table

X = table()


@pytest.mark.parametrize("beta", ["Linear(0.0, 1.0, 3)", "Cosine(0.0, 1.0, 3)", "Cyclical(0.0, 1.0, 3, cycles=1)"])
def test_annealing_that_never_finishes_is_refused(beta: str) -> None:
    with pytest.raises(ConfigError, match="needs 3 steps; this run has 2"):
        small(beta=beta, epochs=2).fit(X)


@pytest.mark.parametrize("epochs", [1, 2, 3, 10, 33])
def test_annealing_finishes_at_the_beta_asked_for_and_says_so(epochs: int) -> None:
    vae = small(beta=3.0, epochs=epochs, options={"round_steps": 1}).fit(X)
    betas = [record["train/beta"] for record in vae.history_]
    assert betas[-1] == 3.0 or epochs == 1
    assert betas == sorted(betas)


def test_two_scoring_calls_agree() -> None:
    vae = small().fit(X)
    torch.manual_seed(1)
    first = vae.score_samples(X), vae.evaluate(X, samples=5).elbo, vae.log_likelihood(X, samples=100).value
    torch.manual_seed(2)
    second = vae.score_samples(X), vae.evaluate(X, samples=5).elbo, vae.log_likelihood(X, samples=100).value
    assert np.array_equal(first[0], second[0])
    assert first[1:] == second[1:]


def test_the_encoder_is_not_lost_after_fit(tmp_path: Path) -> None:
    vae = small().fit(X, out=tmp_path / "run")
    for fitted in (vae, lb.load(tmp_path / "run")):
        codes = fitted.transform(X)
        assert codes.std(0).min() > 0
        assert np.array_equal(codes, vae.transform(X))
        assert np.isfinite(fitted.evaluate(X, samples=2).rate)


class Players(Objective):
    """Encoder, decoder and critic, each with a loss of its own."""

    def __init__(self, critic: MLP, weights: dict[str, float]) -> None:
        super().__init__()
        self.critic = critic
        self.weights_ = weights

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, torch.Tensor]:
        trace = model(batch, progress=progress)
        fake = trace["x"].p.mean.flatten(0, 1)
        fooled = softplus(-self.critic(fake)).mean()
        caught = softplus(-self.critic(batch["x"])).mean() + softplus(self.critic(fake)).mean()
        bound = trace.distortion().mean() + trace.rate().mean()
        losses = {"model.levels": bound, "model.likelihood": bound + fooled, "critic": caught}
        if log is not None:
            log["elbo"] = -bound.detach()
        return {name: self.weights_[name] * loss for name, loss in losses.items()}


class Rows:
    """One batch again and again."""

    n_rows = batch_size = 8
    steps = 1

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        yield {"x": (torch.arange(32).reshape(8, 4) % 3 == 0).float()}


def trained(weights: dict[str, float]) -> dict[str, torch.Tensor]:
    """Weights of every player after five steps with scaled losses."""
    torch.manual_seed(0)
    q = Conditional(DiagonalNormal((2,)), MLP(((4,),), (2, 2), hidden=(5,)))
    model = VAE([Latent("z", StandardNormal((2,)), q)], Conditional(Bernoulli((4,)), MLP(((2,),), (4,), hidden=(5,))))
    objective = Players(MLP(((4,),), (1,), hidden=(5,)), weights)
    options = TrainOptions(learning_rate=0.01, compile="no", precision="float32", ema=0.0)
    Trainer(model, objective, options, total=5).fit(Rows())
    moved = {**dict(model.named_parameters()), **{f"critic.{k}": v for k, v in objective.critic.named_parameters()}}
    return {name: p.detach() for name, p in moved.items()}


@pytest.mark.parametrize("silent", ["model.levels", "model.likelihood", "critic"])
def test_one_player_s_loss_does_not_reach_another(silent: str) -> None:
    on = {"model.levels": 1.0, "model.likelihood": 1.0, "critic": 1.0}
    start, off, full = trained(dict.fromkeys(on, 0.0)), trained({**on, silent: 0.0}), trained(on)
    prefix = {"model.levels": "levels.", "model.likelihood": "likelihood.", "critic": "critic."}
    for name, value in off.items():
        unmoved = torch.equal(value, start[name])
        assert unmoved == name.startswith(prefix[silent]), name
    assert not any(torch.equal(full[name], start[name]) for name in full)


def test_a_player_moves_by_its_own_loss_alone() -> None:
    on = {"model.levels": 1.0, "model.likelihood": 1.0, "critic": 1.0}
    alone = trained({**dict.fromkeys(on, 0.0), "critic": 1.0})
    start = trained(dict.fromkeys(on, 0.0))
    assert all(torch.equal(alone[name], start[name]) != name.startswith("critic.") for name in alone)


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("columns", [1, 4])
@pytest.mark.parametrize("recipe", ["vae", "beta-vae"])
def test_three_rows_do_not_crash(rows: int, columns: int, recipe: str) -> None:
    data = table(rows, columns)
    vae = small(recipe=recipe, n_components=None).fit(data)
    assert np.isfinite(vae.score_samples(data)).all()
    vae.evaluate(data, samples=2)
    vae.diagnose(data, train=data)


@pytest.mark.parametrize("batch_size", [1, 5, 35, 12])
def test_a_last_batch_of_one_does_not_crash(batch_size: int) -> None:
    norm = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6))
    encoder = norm if batch_size > 1 else None
    vae = small(batch_size=batch_size, encoder=encoder).fit(X)  # 36 training rows
    assert np.isfinite(vae.score(X))
    assert vae.n_iter_ == 2 * (36 // batch_size)


IMPORTING = """
import json, logging, os, random, signal, sys, threading, warnings
import matplotlib, numpy, torch

def state():
    return {
        "dtype": str(torch.get_default_dtype()), "device": str(torch.get_default_device()),
        "threads": [torch.get_num_threads(), torch.get_num_interop_threads()], "grad": torch.is_grad_enabled(),
        "arguments": torch.distributions.Distribution._validate_args,
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "matmul": torch.get_float32_matmul_precision(), "torch": torch.get_rng_state().tolist(),
        "numpy": numpy.random.get_state()[1].tolist(), "errors": numpy.geterr(), "python": hash(random.getstate()),
        "filters": repr(warnings.filters), "environment": dict(os.environ), "umask": os.umask(0o022),
        "hooks": [repr(sys.excepthook), repr(sys.displayhook)], "running": threading.active_count(),
        "recursion": sys.getrecursionlimit(), "folder": os.getcwd(), "path": list(sys.path),
        "cudnn": [torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic],
        "printing": repr(numpy.get_printoptions()), "matplotlib": repr(matplotlib.rcParams),
        "signals": [repr(signal.getsignal(s)) for s in (signal.SIGINT, signal.SIGTERM)],
        "logging": [logging.root.level, repr(logging.root.handlers)],
    }

import matplotlib, pydantic, rich.style, sklearn.base  # theirs, not ours
before = state()
import importlib, pkgutil, lowerbound
lowerbound.VAE, lowerbound.load
for info in pkgutil.walk_packages(lowerbound.__path__, "lowerbound."):
    if not info.name.endswith("__main__"):
        importlib.import_module(info.name)
after = state()
print(json.dumps({name: [str(was)[:99], str(after[name])[:99]] for name, was in before.items() if was != after[name]}))
"""


def test_importing_changes_nothing_global() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:lowerbound", "-c", IMPORTING],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "{}"


UNKNOWN: dict[str, Callable[[], Any]] = {
    "options": lambda: small(options={"lerning_rate": 1e-3}).fit(X),
    "parameter": lambda: lb.VAE(lerning_rate=1e-3),
    "recipe": lambda: small(recipe="vea").fit(X),
    "schema": lambda: lb.data.Schema.from_json({"shape": [4], "support": "real", "colums": ["a"]}),
    "schedule": lambda: small(beta="Linear(0.0, 1.0, 2, ramp=0.5)").fit(X),
    "given": lambda: small().fit(X).sample(1, given="cat"),
}


@pytest.mark.parametrize("where", UNKNOWN)
def test_an_unknown_key_is_never_ignored(where: str) -> None:
    with pytest.raises((UnknownNameError, ConfigError, TypeError), match="Did you mean|lerning_rate|ramp|given"):
        UNKNOWN[where]()
