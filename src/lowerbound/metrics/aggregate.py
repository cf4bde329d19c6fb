r"""How far the codes of the data are from the prior: what a sample from the prior asks of a decoder that never saw it.

With the aggregate posterior :math:`q(z) = \frac1N \sum_n q(z \mid x_n)` of N rows and one draw of each,

.. math:: \mathrm{KL}(q(z) \,\|\, p(z)) \approx \frac1N \sum_n \log \frac{q(z_n)}{p(z_n)}, \qquad
          I_q(x; z) \approx \frac1N \sum_n \log \frac{q(z_n \mid x_n)}{q(z_n)},

the squared MMD with its p-value, and the squared sliced Wasserstein distance between the draws and as many from the
prior. The last two ask nothing of the posterior, not even a density. The mixture of N rows is more peaked than that of
all data: the first is too large when the mutual information comes near log N. The sliced distance of N draws is above
zero also where there is nothing between their distributions; it falls as 1 / N.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Batch, Model, Site, Trace, noise
from lowerbound.distances import SlicedWasserstein
from lowerbound.metrics.estimate import Estimate, grouped_error
from lowerbound.metrics.features import PIXELS, Features
from lowerbound.metrics.latents import log_mixture, pooled_posterior
from lowerbound.metrics.mmd import mmd_test
from lowerbound.metrics.permutation import TwoSampleTest

__all__ = ["AggregateGap", "aggregate_gap"]

PROJECTIONS = 200
CODES = Features("codes", PIXELS.function)


@dataclass(frozen=True)
class AggregateGap:
    """How far the codes of one latent variable are from its prior.

    Attributes
    ----------
    name : str
        Its site.
    kl : Estimate
        KL(q(z) || p(z)), nats; NaN unless posteriors are diagonal normals that depend on x alone.
    mutual_information : Estimate
        I_q(x; z), nats, at most log n; NaN as above.
    mmd : TwoSampleTest
        Squared MMD of codes and prior, with its p-value.
    sliced : Estimate
        Squared sliced Wasserstein distance of codes and prior.
    rows : int

    Examples
    --------
    >>> nothing = Estimate("KL(q(z) || p(z))", 0.0, 0.1)
    >>> AggregateGap("z", nothing, nothing, TwoSampleTest("MMD", 0.0, 0.1, 0.5, 199), nothing, 100).rows
    100
    """

    name: str
    kl: Estimate
    mutual_information: Estimate
    mmd: TwoSampleTest
    sliced: Estimate
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def aggregate_gap(
    model: Model, batches: Iterator[Batch], *, permutations: int = 199, seed: int = 0
) -> list[AggregateGap]:
    """Measure how far the codes of rows are from the prior, for every latent variable.

    Parameters
    ----------
    model
        In evaluation mode.
    batches
        Batches of rows, as the model takes them, at least two rows in all.
    permutations
        Of the test by MMD.
    seed
        Of the draws.

    References
    ----------
    Hoffman and Johnson, ELBO surgery, 2016; Tolstikhin et al., Wasserstein Auto-Encoders, 2018.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> aggregate_gap(model, iter([{"x": torch.randn(50, 3)}]))[0].kl.name
    'KL(q(z) || p(z))'
    """
    sites: dict[str, list[Site]] = {}
    codes: dict[str, list[Tensor]] = {}
    prior: dict[str, list[Tensor]] = {}
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(seed, 55))
        for batch in batches:
            n = len(batch["x"])
            drawn = model.sample(n, **{name: value for name, value in batch.items() if name == "c"})
            trace = model(batch)
            for name, value in _draws(trace).items():
                sites.setdefault(name, []).append(trace[name])
                codes.setdefault(name, []).append(value)
                prior.setdefault(name, []).append(drawn[name].value.reshape(n, -1))
        return [
            _describe(name, sites[name], _gathered(codes[name]), _gathered(prior[name]), permutations, seed)
            for name in sites
        ]


def _draws(trace: Trace) -> dict[str, Tensor]:
    """Return one draw of each row from every latent; where values were enumerated, one by their weights."""
    weight = trace.weight.flatten(0, -2)
    chosen = torch.multinomial(weight.T, 1)[:, 0]
    rows = torch.arange(len(chosen), device=chosen.device)
    found = {}
    for name, site in trace.latents.items():
        event = site.value.shape[site.value.ndim - len(site.p.event_shape) :]
        values = site.value.expand(*trace.weight.shape, *event).reshape(*weight.shape, -1)
        found[name] = values[chosen, rows]
    return found


def _gathered(parts: list[Tensor]) -> Tensor:
    return torch.cat(parts).double().cpu()


def _describe(name: str, sites: list[Site], codes: Tensor, prior: Tensor, permutations: int, seed: int) -> AggregateGap:
    kl, information = _divergences(sites)
    sliced = SlicedWasserstein(PROJECTIONS)

    def distance(x: Tensor, y: Tensor) -> float:
        torch.manual_seed(noise.mix_seed(seed, 56))  # the same directions every time
        return float(sliced(x, y))

    error = grouped_error(distance, codes, prior, seed=seed) if len(codes) >= 20 else math.nan
    return AggregateGap(
        name=name,
        kl=_mean("KL(q(z) || p(z))", kl),
        mutual_information=_mean("I(x; z)", information),
        mmd=mmd_test(codes, prior, CODES, permutations=permutations, seed=seed),
        sliced=Estimate("squared sliced Wasserstein distance (codes)", distance(codes, prior), error),
        rows=len(codes),
    )


def _divergences(sites: list[Site]) -> tuple[Tensor, Tensor]:
    """Return each draw's part of KL(q(z) || p(z)) and of the mutual information."""
    posterior = pooled_posterior(sites)
    if posterior is None or any(site.joined for site in sites):
        return torch.full((2,), math.nan), torch.full((2,), math.nan)
    marginal = log_mixture(torch.cat([s.value[0].flatten(1) for s in sites]), posterior)
    log_q, log_p = torch.cat([s.log_q[0] for s in sites]), torch.cat([s.log_p[0] for s in sites])
    return (marginal - log_p).double(), (log_q - marginal).double()


def _mean(name: str, values: Tensor) -> Estimate:
    return Estimate(name, float(values.mean()), float(values.std()) / math.sqrt(len(values)))
