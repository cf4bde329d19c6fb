r"""log p(x) by importance sampling from proposals adapted to each row.

.. math:: \mu_{t+1} = \sum_s \bar w_s u_s, \qquad
          \Sigma_{t+1} = \sum_s \bar w_s (u_s - \mu_{t+1}) (u_s - \mu_{t+1})^\top, \qquad
          u_s \sim q_t, \quad \bar w_s \propto \left( \frac{p(x, u_s)}{q_t(u_s)} \right)^{\gamma_t},

with :math:`q_t` a Student-t around the last mean, of the last covariance, and the power :math:`\gamma_t \le 1` as large
as leaves enough effective samples. The first proposal stands where the encoder's posterior does; correlations between
latents, which most encoders leave out, and errors of the encoder are what the rounds find. The estimate takes fresh
draws from the last proposal, a tenth of them from the encoder's posterior: it stays unbiased for p(x), and is at worst
plain importance sampling with that tenth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from lowerbound.core import Batch, Model, held, layer_precision, noise
from lowerbound.errors import ConfigError
from lowerbound.metrics.importance import effective_sample_size
from lowerbound.metrics.joint import Joint
from lowerbound.metrics.proposal import Proposal
from lowerbound.metrics.tally import LogLikelihood, Tally, arithmetic

__all__ = ["adapt", "adapted_log_likelihood"]

WIDER = 1.1
"""Scale of a proposal, relative to the spread of the draws that it was fitted to."""
AT_FIRST = 1.2
"""Scale of the first proposal, relative to the encoder's posterior."""
FROM_ENCODER = 0.1
"""Share of the draws that the encoder's posterior makes."""
ENOUGH = 10
"""Effective samples for each latent, from which a covariance is found."""
HALVINGS = 30
HANDFUL = 8
"""Rows of a batch, at most: each has a covariance to find."""


def adapt(joint: Joint, *, rounds: int = 8, draws: int = 5000, seed: int = 0, chunk: int | None = None) -> Proposal:
    """Find a proposal for every row of a batch.

    Parameters
    ----------
    joint
        The density of the batch.
    rounds, draws
        A row costs rounds x draws evaluations of log p(x, z).
    seed
        Of the noise that the rows share.
    chunk
        Most draws of the batch evaluated at once: bounds the memory, not the result.

    References
    ----------
    Cappe, Douc, Guillin, Marin and Robert, Adaptive importance sampling in general mixture classes, 2008, section 2;
    Koblents and Miguez, A population Monte Carlo scheme with transformed weights, 2015, section 4.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> adapt(Joint(model, {"x": torch.zeros(5, 3)}), rounds=2, draws=200).factor.shape
    torch.Size([5, 2, 2])
    """
    location, spread = joint.location.double(), joint.spread.double().clamp(min=1e-6)
    proposal = Proposal(location, torch.diag_embed(AT_FIRST * spread))
    enough = min(max(ENOUGH * joint.size, 100), draws // 4)
    for turn in range(rounds):
        u, log_q = proposal.draw(draws, seed=noise.mix_seed(seed, 31, turn))
        proposal = _fitted(u, _joint(joint, u, chunk) - log_q, enough, proposal)
    return proposal


def adapted_log_likelihood(
    model: Model,
    batches: Iterator[Batch],
    samples: int,
    *,
    rounds: int = 8,
    draws: int = 5000,
    seed: int = 0,
    dimensions: int = 1,
    discrete: bool = False,
    chunk: int | None = None,
    layers: torch.dtype | None = None,
    advance: Callable[[int], None] | None = None,
) -> LogLikelihood:
    """Estimate log p(x) of every row with ``samples`` draws from proposals adapted to it.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents.
    batches
        Batches of rows, as the model takes them; a handful of rows each.
    samples
        S, beside those that the adaptation takes.
    rounds, draws
        Of the adaptation, see :func:`adapt`.
    seed
        Of the noise that the rows share.
    dimensions, discrete
        For bits per dimension.
    chunk
        Most draws of a batch evaluated at once: bounds the memory, not the result.
    layers
        Dtype that layers run in; None for that of the weights. Densities stay in the weights' dtype.
    advance
        Called with the number of rows done.

    Raises
    ------
    ConfigError
        For a latent that is discrete, or bound to a surface.

    References
    ----------
    Those of :func:`adapt`; Hesterberg, Weighted average importance sampling and defensive mixture distributions, 1995
    (the share of the encoder); Owen and Zhou, Safe and effective importance sampling, 2000, section 3 (draws in fixed
    shares).

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> adapted_log_likelihood(model, iter([{"x": torch.zeros(5, 3)}]), 100, rounds=2, draws=200).rows.shape
    (5,)
    """
    for name, value in (("samples", samples), ("rounds", rounds), ("draws", draws)):
        if value < 1:
            raise ConfigError(f"{name}={value}: at least 1 is needed.")
    tally = Tally(samples)
    with held(model):
        for batch in batches:
            with layer_precision(layers):
                joint = Joint(model, batch, seed=noise.mix_seed(seed, 32))
                proposal = adapt(joint, rounds=rounds, draws=draws, seed=seed, chunk=chunk)
                tally.add(_log_weights(joint, proposal, samples, noise.mix_seed(seed, 33), chunk).cpu())
            if advance is not None:
                advance(joint.rows)
    kind = arithmetic(model, layers)
    return tally.result(dimensions=dimensions, discrete=discrete, layers=kind, proposal="adapted")


def _log_weights(joint: Joint, proposal: Proposal, samples: int, seed: int, chunk: int | None) -> Tensor:
    """Return log w of each draw, ``(S, B)``: the first ones are the encoder's."""
    theirs = min(math.ceil(FROM_ENCODER * samples), samples)
    share = theirs / samples
    weights = []
    for u, log_t in _drawn(joint, proposal, samples, theirs, seed, chunk):
        with torch.no_grad():
            encoder = joint.log_q(u.to(joint.location)).double() + math.log(share)
        log_q = torch.logaddexp(log_t + math.log1p(-share), encoder) if share < 1 else encoder
        weights.append(_joint(joint, u, None) - log_q)
    return torch.cat(weights)


def _drawn(
    joint: Joint, proposal: Proposal, samples: int, theirs: int, seed: int, chunk: int | None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield draws, ``theirs`` of the encoder's and then the proposal's, and their density under the proposal."""
    for start, n in _passes(0, theirs, chunk):
        u = joint.draw_posterior(n, start)
        yield u, proposal.log_prob(u)
    for start, n in _passes(theirs, samples, chunk):
        yield proposal.draw(n, seed=seed, start=start)


def _joint(joint: Joint, u: Tensor, chunk: int | None) -> Tensor:
    """Return log p(x, u) of ``(S, B, D)``: ``(S, B)``, float64."""
    with torch.no_grad():
        parts = [joint(part.to(joint.location)) for part in u.split(chunk or len(u))]
    return torch.cat([prior.double() + likelihood.double() for prior, likelihood in parts])


def _passes(start: int, stop: int, chunk: int | None) -> Iterator[tuple[int, int]]:
    """Yield first index and length of each pass."""
    step = chunk or max(stop - start, 1)
    for first in range(start, stop, step):
        yield first, min(step, stop - first)


def _fitted(u: Tensor, log_w: Tensor, enough: float, before: Proposal) -> Proposal:
    """Return the proposal that weighted draws ask for; rows where they ask for none keep theirs."""
    tempered = _power(log_w, enough) * log_w
    w = torch.softmax(tempered, 0)
    location = torch.einsum("sb,sbi->bi", w, u)
    offset = u - location
    covariance = torch.einsum("sb,sbi,sbj->bij", w, offset, offset)
    # Draws that weigh as few know variances better than correlations.
    size, effective = u.shape[-1], effective_sample_size(tempered)
    variances = torch.diag_embed(covariance.diagonal(dim1=-2, dim2=-1))
    scale = torch.lerp(covariance, variances, (size / (size + effective))[:, None, None]) + 1e-12 * torch.eye(
        size, dtype=u.dtype, device=u.device
    )
    factor, failed = torch.linalg.cholesky_ex(WIDER**2 * scale)
    kept = (failed == 0) & factor.isfinite().all(-1).all(-1)
    return Proposal(
        torch.where(kept[:, None], location, before.location), torch.where(kept[:, None, None], factor, before.factor)
    )


def _power(log_w: Tensor, enough: float) -> Tensor:
    """Return the largest power up to 1 of each row's weights, ``(B,)``, that leaves so many effective samples."""
    low, high = torch.zeros_like(log_w[0]), torch.ones_like(log_w[0])
    whole = effective_sample_size(log_w) >= enough
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fine = effective_sample_size(middle * log_w) >= enough
        low, high = torch.where(fine, middle, low), torch.where(fine, high, middle)
    return torch.where(whole, torch.ones_like(low), low)
