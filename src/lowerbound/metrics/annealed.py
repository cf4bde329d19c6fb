r"""log p(x) by annealed importance sampling, and from both sides on simulated rows.

A path leads from a start :math:`f_0` that can be drawn from, the prior p(z) or the encoder's q(z | x), to
:math:`f_T = p(x, z)` through :math:`f_t = f_0^{1 - \beta_t} f_T^{\beta_t}`. A chain begins at a draw from
:math:`f_0`, takes a Hamiltonian transition that leaves :math:`f_t` as it is at each temperature, and has the weight

.. math:: w = \prod_{t=1}^T \left( \frac{p(x, z_{t-1})}{f_0(z_{t-1})} \right)^{\beta_t - \beta_{t-1}}, \qquad
          E[w] = p(x).

So the log of the mean weight is a lower bound in expectation. Run backwards from an exact draw of p(z | x), which
is at hand where x itself was drawn from z, the same product has :math:`E[1 / w] = 1 / p(x)`: an upper bound.

Step sizes are found per row and temperature by chains of their own, and then stay fixed: the estimate is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Batch, Model, held, noise
from lowerbound.errors import ConfigError
from lowerbound.metrics.hamiltonian import transition
from lowerbound.metrics.joint import Joint
from lowerbound.metrics.tally import LogLikelihood, Tally, arithmetic

__all__ = ["Annealing", "annealed_log_likelihood", "sigmoidal"]

PILOTS, WARM, GAIN = 16, 20, 0.4
Visit = Callable[[int, Tensor, Tensor, Tensor], None]


def sigmoidal(temperatures: int, steepness: float = 4.0) -> list[float]:
    """Return betas from 0 to 1 along a sigmoid, finest at both ends: ``temperatures + 1`` of them.

    Examples
    --------
    >>> [round(beta, 3) for beta in sigmoidal(4)]
    [0.0, 0.105, 0.5, 0.895, 1.0]
    """
    if temperatures < 1:
        raise ConfigError(f"temperatures={temperatures}: at least 1 is needed.")
    raw = [1 / (1 + math.exp(-steepness * (2 * t / temperatures - 1))) for t in range(temperatures + 1)]
    return [(value - raw[0]) / (raw[-1] - raw[0]) for value in raw]


class Annealing:
    """The annealed chains of a batch.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents.
    batch
        ``B`` rows.
    chains
        S, for each row.
    betas
        Rising from 0: the last one is 1 for an estimate of log p(x).
    start
        ``"prior"``, or ``"posterior"``: the encoder's q(z | x).
    leapfrogs
        Gradients a transition.
    target
        Acceptance that steps are chosen for.
    seed
        Of the noise, which all rows share.

    Attributes
    ----------
    acceptance : float
        Mean over the chains of the last pass.

    References
    ----------
    Neal, Annealed importance sampling, 2001; Wu, Burda, Salakhutdinov and Grosse, On the Quantitative Analysis of
    Decoder-Based Generative Models, 2017; Grosse, Ancha and Roy, Measuring the reliability of MCMC inference with
    bidirectional Monte Carlo, 2016.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> Annealing(model, {"x": torch.zeros(5, 3)}, 4, sigmoidal(10)).forward().shape
    torch.Size([4, 5])
    """

    def __init__(
        self,
        model: Model,
        batch: Batch,
        chains: int,
        betas: list[float],
        *,
        start: str = "prior",
        leapfrogs: int = 10,
        target: float = 0.7,
        seed: int = 0,
    ) -> None:
        if start not in ("prior", "posterior"):
            raise ConfigError(f"start={start!r}: chains start from 'prior' or 'posterior'.")
        if chains < 1:
            raise ConfigError(f"chains={chains}: at least 1 is needed.")
        self.joint = Joint(model, batch, seed=seed)
        self.chains, self.betas, self.start = chains, betas, start
        self.leapfrogs, self.target, self.seed = leapfrogs, target, seed
        self.acceptance = math.nan
        self.spread = self._draw(64, 4).std(0)
        self.steps = self._tune()

    def forward(self, visit: Visit | None = None) -> Tensor:
        """Run from the start to the last beta; return log w, ``(S, B)``, float64.

        ``visit`` is told, at each temperature t, t, log w so far, and the densities there of the chains after their
        move: log f_0 and log p(x, z), ``(S, B)`` each.
        """
        u, accepted = self._draw(self.chains, 5), []
        log_w = torch.zeros(self.chains, self.joint.rows, dtype=torch.float64, device=u.device)
        with noise.use(noise.Shared(noise.mix_seed(self.seed, 6))):
            for t in range(1, len(self.betas)):
                log_w += self._rise(u, t)
                if t < len(self.betas) - 1 or visit is not None:
                    u, probability = self._move(u, t, self.steps[t])
                    accepted.append(probability.mean())
                if visit is not None:
                    visit(t, log_w, *self._ends(u))
        self.acceptance = float(torch.stack(accepted).mean()) if accepted else math.nan
        return log_w

    def backward(self, u: Tensor) -> Tensor:
        """Run from exact posterior draws ``(S, B, D)`` back to the start; return log w, ``(S, B)``: E[1/w] = 1/p(x)."""
        log_w = torch.zeros(u.shape[:2], dtype=torch.float64, device=u.device)
        with noise.use(noise.Shared(noise.mix_seed(self.seed, 7))):
            for t in range(len(self.betas) - 1, 0, -1):
                log_w += self._rise(u, t)
                if t > 1:
                    u, _ = self._move(u, t - 1, self.steps[t - 1])
        return log_w

    def _draw(self, samples: int, salt: int) -> Tensor:
        self.joint.seed = noise.mix_seed(self.seed, salt)
        return self.joint.draw_prior(samples) if self.start == "prior" else self.joint.draw_posterior(samples)

    def _densities(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return log f_0 and log p(x, u)."""
        prior, likelihood = self.joint(u)
        return (prior if self.start == "prior" else self.joint.log_q(u)), prior + likelihood

    def _ends(self, u: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            return self._densities(u)

    def _rise(self, u: Tensor, t: int) -> Tensor:
        first, last = self._ends(u)
        return (self.betas[t] - self.betas[t - 1]) * (last.double() - first.double())

    def _move(self, u: Tensor, t: int, step: Tensor) -> tuple[Tensor, Tensor]:
        """Take a transition that leaves f_t as it is, with steps on the scale that the density has there."""
        beta = self.betas[t]
        near, far = self.joint.spread.clamp(min=1e-6), self.spread.clamp(min=1e-6)
        scale = (beta / near.square() + max(0.0, 1 - beta) / far.square()).rsqrt()

        def density(u: Tensor) -> Tensor:
            first, last = self._densities(u)
            return first + beta * (last - first)

        return transition(density, u, step[:, None] * scale, leapfrogs=self.leapfrogs)

    def _tune(self) -> list[Tensor]:
        """Find the step of each row and temperature by other chains: too many rejections shorten it."""
        u = self._draw(PILOTS, 8)
        log_step, steps = torch.full_like(u[0, :, 0], -1.0), []
        with noise.use(noise.Shared(noise.mix_seed(self.seed, 9))):
            for t in [1] * WARM + list(range(1, len(self.betas))):
                u, probability = self._move(u, t, log_step.exp())
                log_step = (log_step + GAIN * (probability.mean(0) - self.target)).clamp(-12.0, 1.0)
                steps.append(log_step.exp())
        return [steps[0], *steps[WARM:]]


def annealed_log_likelihood(
    model: Model,
    batches: Iterator[Batch],
    chains: int = 16,
    temperatures: int = 500,
    *,
    start: str = "prior",
    leapfrogs: int = 10,
    seed: int = 0,
    dimensions: int = 1,
    discrete: bool = False,
    advance: Callable[[int], None] | None = None,
) -> LogLikelihood:
    """Estimate log p(x) of every row by annealed importance sampling; ``samples`` of the result are chains.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents.
    batches
        Batches of rows, as the model takes them.
    chains, temperatures, leapfrogs
        A row costs chains x temperatures x leapfrogs gradients.
    start
        ``"prior"``: needs no encoder. ``"posterior"``: starts from the encoder's q(z | x), which is much nearer.
    seed
        Of the noise that the rows share.
    dimensions, discrete
        For bits per dimension.
    advance
        Called with the number of rows done.

    References
    ----------
    Wu, Burda, Salakhutdinov and Grosse, On the Quantitative Analysis of Decoder-Based Generative Models, 2017.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> annealed_log_likelihood(model, iter([{"x": torch.zeros(5, 3)}]), 4, 20).rows.shape
    (5,)
    """
    tally = Tally(chains)
    options: dict[str, Any] = {"start": start, "leapfrogs": leapfrogs, "seed": seed}
    with held(model):
        for batch in batches:
            tally.add(Annealing(model, batch, chains, sigmoidal(temperatures), **options).forward().cpu())
            if advance is not None:
                advance(len(next(iter(batch.values()))))
    source = f"annealed from the {start}"
    return tally.result(dimensions=dimensions, discrete=discrete, layers=arithmetic(model), proposal=source)
