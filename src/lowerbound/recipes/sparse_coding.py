r"""Spike-and-slab sparse coding: a few latents, most of them exactly zero, by exact EM.

.. math:: x = Wu + b + \epsilon, \quad u_h = 0 \text{ or, with probability } \pi_h, \; u_h \sim N(0, 1),
          \quad \epsilon \sim N(0, \Psi)

The E-step visits all :math:`2^H` patterns of zeros of each row, so that the posterior and

.. math:: \log p(x) = \log N(x \mid b, \Psi) + \log Z(W^\top \Psi^{-1} (x - b))

are exact (Z: :mod:`lowerbound.distributions.tilted_spike_and_slab`). The M-step is a linear regression of x on u; the
slab's variance is maximised too and then moved into W, which makes EM faster (parameter expansion).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound.core import Model, noise
from lowerbound.data import Schema
from lowerbound.distributions import TiltedSpikeAndSlab
from lowerbound.errors import ConfigError
from lowerbound.posteriors import TiltedSpikeAndSlab as Posterior
from lowerbound.posteriors.tilted_spike_and_slab import MOST_LATENTS
from lowerbound.priors import SpikeAndSlab
from lowerbound.recipes.linear import Blocks, LinearModel, bound, check_solvable, linear_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe

__all__ = ["solve", "sparse_coding"]

USUAL_LATENTS = 8
STARTS, TRIAL_STEPS, TRIAL_ROWS = 8, 20, 2000
"""Random starts, and the steps on some of the rows after which the best of them goes on: EM ends at local maxima."""

PATTERNS_AT_ONCE = 2**22
RAREST = 1e-6


@dataclass
class _State:
    """The parameters in units of the data: ``weight`` (D, H), ``bias``, ``variance`` (D,), ``logits`` (H,)."""

    weight: Tensor
    bias: Tensor
    variance: Tensor
    logits: Tensor

    @property
    def gram(self) -> Tensor:
        """G = W' Psi^-1 W."""
        return self.weight.T @ (self.weight / self.variance[:, None])

    def posterior(self, x: Tensor) -> TiltedSpikeAndSlab:
        """q(u | x) of rows in units."""
        return TiltedSpikeAndSlab((x - self.bias) / self.variance @ self.weight, self.gram, self.logits)

    def log_noise(self, x: Tensor) -> Tensor:
        """Return log N(x | b, Psi), ``(m,)``."""
        distance = ((x - self.bias).square() / self.variance).sum(-1)
        return -0.5 * (distance + self.variance.log().sum() + x.shape[1] * math.log(2 * math.pi))


def solve(model: Any, blocks: Blocks, seed: int) -> Iterator[float]:
    """Improve the model without end; yield its log-likelihood, nats per row, after each step.

    Parameters
    ----------
    model
        Built by the recipe, calibrated.
    blocks
        Gives the training rows, which are read once a step.
    seed
        Of the starts.
    """
    linear = LinearModel(model)
    some = _some_rows(blocks)
    trials = [_trial(linear, lambda: iter([some]), seed, start) for start in range(STARTS)]
    state, _ = max(trials, key=lambda found: found[1])
    while True:
        after, value = _step(linear, blocks, state)
        _write(linear, state)
        yield value - float(linear.unit.log().sum())
        state = after


def _some_rows(blocks: Blocks) -> Tensor:
    """Return rows at even distances."""
    stride = -(-sum(len(block) for block in blocks()) // TRIAL_ROWS)
    first, parts = 0, []
    for block in blocks():
        parts.append(block[-first % stride :: stride])
        first += len(block)
    return torch.cat(parts)


def _trial(linear: LinearModel, blocks: Blocks, seed: int, start: int) -> tuple[_State, float]:
    """Return where a random start leads in a few steps, and how likely that is."""
    d, h = len(linear.unit), linear.latents
    generator = torch.Generator().manual_seed(noise.mix_seed(seed, start))
    weight = torch.randn(d, h, generator=generator, dtype=torch.float64)
    state = _State(weight, torch.zeros(d).double(), linear.variance(torch.ones(d).double()), torch.zeros(h).double())
    for _ in range(TRIAL_STEPS):
        state, _ = _step(linear, blocks, state)
    return state, _step(linear, blocks, state)[1]


def _step(linear: LinearModel, blocks: Blocks, state: _State) -> tuple[_State, float]:
    """Return the parameters after a step of EM, and the log-likelihood in units before it."""
    d, h = state.weight.shape
    count, value, on = 0, 0.0, torch.zeros(h).double()
    xx, xu, uu = torch.zeros(d).double(), torch.zeros(d, h + 1).double(), torch.zeros(h + 1, h + 1).double()
    for block in blocks():
        for x in linear.units(block).split(max(1, PATTERNS_AT_ONCE // 2**h)):
            q = state.posterior(x)
            u = torch.cat([q.mean, torch.ones(len(x), 1).double()], 1)
            count, value = count + len(x), value + float((state.log_noise(x) + q.log_z).sum())
            on, xx, xu = on + q.inclusion.sum(0), xx + x.square().sum(0), xu + x.T @ u
            uu[-1] += u.sum(0)
            uu[:-1, :-1] += q.total_second_moment()
    uu[:-1, -1] = uu[-1, :-1]
    regression = xu @ torch.linalg.pinv(uu, hermitian=True)
    slab = (uu.diagonal()[:-1] / on.clamp(min=RAREST)).sqrt()
    variance = linear.variance((xx - (regression * xu).sum(1)).clamp(min=0) / count)
    logits = (on / count).clamp(RAREST, 1 - RAREST).logit()
    return _State(regression[:, :-1] * slab, regression[:, -1], variance, logits), value / count


def _write(linear: LinearModel, state: _State) -> None:
    """Write the parameters, and the exact posterior that follows from them."""
    linear.write(state.weight, state.bias, state.variance)
    gain = state.weight.T / state.variance
    linear.write_encoder(gain, -gain @ state.bias)
    with torch.no_grad():
        linear.posterior.gram.copy_(state.gram)
        linear.posterior.logits.copy_(state.logits)
        linear.prior.logits.copy_(state.logits)


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    check_solvable("sparse-coding", options, modules, ("scalar", "feature"))
    size = options.latent or min(USUAL_LATENTS, schema.n_features)
    if size > MOST_LATENTS:
        raise ConfigError(
            f"latent={size}: the recipe 'sparse-coding' visits all 2^{size} patterns of zeros for each row; "
            f"use at most {MOST_LATENTS}."
        )
    return linear_vae(schema, options, SpikeAndSlab((size,)), Posterior((size,)))


sparse_coding = Recipe(
    name="sparse-coding",
    summary="linear latents that are exactly zero most of the time (12 at most), solved by exact EM: no gradients",
    paper="Luecke and Sheikh, Closed-Form EM for Sparse Coding and its Application to Source Separation, 2012",
    model=_model,
    objective=bound,
    defaults={"variance": "scalar"},
    solve=solve,
    support="real",
    when="Few causes are at work in each row, and which ones is the question; up to a dozen latents.",
    formula=r"-\log \sum_{s \in \{0,1\}^H} p(s) \, N(x \mid b, W_s W_s^\top + \Psi)",
)
"""Recipe ``sparse-coding``. Luecke and Sheikh, Closed-Form EM for Sparse Coding, 2012."""
