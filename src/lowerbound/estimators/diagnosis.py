"""What is wrong with a model, measured and in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows
from lowerbound.metrics import Latents

__all__ = ["Diagnosis", "diagnose"]

QUIET = 0.01
"""Nats below which a latent dimension is said to carry nothing."""


@dataclass(frozen=True)
class Diagnosis:
    """The health of a model on some rows.

    Attributes
    ----------
    kl_per_dim : ndarray, (D,)
        Nats, mean over rows.
    active : ndarray of bool, (D,)
        Whether the posterior mean varies over rows by more than 0.01.
    mutual_information : float
        I(x; z), nats; it cannot exceed the log of the number of rows.
    aggregate_gap : float
        KL(q(z) || p(z)), nats, with q(z) the mixture of these rows' posteriors: too large when
        the mutual information has reached its ceiling.
    variance_floor_hits : float
        Share of likelihood variances that rest on their floor.
    train_elbo, valid_elbo : float
        Nats per row; NaN where there are no such rows.
    advice : list of str
    """

    kl_per_dim: np.ndarray
    active: np.ndarray
    mutual_information: float
    aggregate_gap: float
    variance_floor_hits: float
    train_elbo: float
    valid_elbo: float
    n_rows: int
    advice: list[str] = field(default_factory=list)

    @property
    def active_units(self) -> int:
        """Number of active dimensions."""
        return int(self.active.sum())

    def to_json(self) -> dict[str, Any]:
        """Return plain values; what is not finite is None."""
        values = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in vars(self).items()}
        values["active_units"] = self.active_units
        return {k: _finite(v) for k, v in values.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def diagnose(
    fitted: Fitted, x: Rows, c: Rows | None = None, train: tuple[Rows, Rows | None] | None = None
) -> Diagnosis:
    """Measure a model on held-out rows, against training rows where they are given."""
    latents = fitted.latents(x, c)
    valid_elbo = float(fitted.bound(x, c, samples=4).elbo.mean())
    train_elbo = float(fitted.bound(*train, samples=4).elbo.mean()) if train is not None else math.nan
    hits = fitted.floor_hits(x, c)
    return Diagnosis(
        kl_per_dim=np.concatenate([latent.kl_per_dim for latent in latents]),
        active=np.concatenate([latent.active for latent in latents]),
        mutual_information=sum(latent.mutual_information for latent in latents),
        aggregate_gap=sum(latent.aggregate_gap for latent in latents),
        variance_floor_hits=hits,
        train_elbo=train_elbo,
        valid_elbo=valid_elbo,
        n_rows=len(x),
        advice=_advice(latents, len(x), hits, train_elbo, valid_elbo),
    )


def _advice(latents: list[Latents], n: int, hits: float, train_elbo: float, valid_elbo: float) -> list[str]:
    advice = [sentence for latent in latents for sentence in _about(latent, n)]
    if hits > 0:
        advice.append(
            f"{hits:.0%} of the likelihood's variances rest on their floor: those features are constant or copied "
            "exactly. Drop them, or lower `floor` if the precision is real."
        )
    if train_elbo - valid_elbo > max(1.0, 0.02 * abs(valid_elbo)):
        advice.append(
            f"Training rows score {train_elbo - valid_elbo:.1f} nats better than held-out rows: the model overfits. "
            "Use more data, a smaller network, dropout, or fewer epochs (patience)."
        )
    return advice or ["Nothing stands out: the latents are used and held-out rows score like training rows."]


def _about(latent: Latents, n: int) -> list[str]:
    out = []
    width, name = len(latent.active), latent.name
    quiet = int((latent.kl_per_dim < QUIET).sum()) if np.isfinite(latent.kl_per_dim).all() else 0
    if latent.active_units == 0:
        out.append(
            f"The posterior of {name} has collapsed: no latent varies with the data. Lower beta, raise `warmup`, or "
            "use a weaker decoder; check that the data has more than one kind of row."
        )
    elif quiet:
        out.append(
            f"{quiet} of {width} latents carry less than {QUIET} nats each; the other {width - quiet} carry it all. "
            f"`latent={width - quiet}` would do, or lower beta if you expected more."
        )
    elif latent.active_units == width and latent.kl / width > 2:
        out.append(
            f"All {width} latents are active, {latent.kl / width:.1f} nats each: a larger `latent` may raise the "
            "likelihood."
        )
    measurable = latent.mutual_information < 0.9 * math.log(max(n, 2))
    if measurable and latent.aggregate_gap > max(1.0, 0.25 * latent.kl) and latent.active_units:
        out.append(
            f"The codes do not fill the prior: KL(q(z) || p(z)) is {latent.aggregate_gap:.1f} of {latent.kl:.1f} nats, "
            "so samples from the prior may look worse than reconstructions. A learned prior helps."
        )
    return out
