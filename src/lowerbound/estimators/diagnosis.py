"""What is wrong with a model, measured and in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows
from lowerbound.metrics import Latents

__all__ = ["Diagnosis", "diagnose"]

QUIET = 0.01
"""Nats below which a latent dimension is said to carry nothing."""

OVERFIT = 1.5
"""Squared errors of held-out rows, in those of training rows, from which a model without a bound is said to overfit."""


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
    train_error, valid_error : float
        Mean squared error of reconstructions, for a model without a bound on log p(x); else NaN.
    unbounded : str or None
        Why there is no bound.
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
    train_error: float = math.nan
    valid_error: float = math.nan
    unbounded: str | None = None

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
    fitted: Fitted,
    x: Rows,
    c: Rows | None = None,
    train: tuple[Rows, Rows | None] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Diagnosis:
    """Measure a model on held-out rows, against training rows where they are given.

    With the settings of its run, advice is about those.
    """
    latents = fitted.latents(x, c)
    without = fitted.unbounded is not None
    valid, seen = _quality(fitted, x, c), _quality(fitted, *train) if train is not None else math.nan
    train_elbo, valid_elbo = (math.nan, math.nan) if without else (seen, valid)
    train_error, valid_error = (seen, valid) if without else (math.nan, math.nan)
    hits = fitted.floor_hits(x, c)
    collapsed = any(latent.active_units == 0 for latent in latents)
    cure = _cure(settings or {}, fitted.predicts_itself(x, c)) if collapsed else ""
    return Diagnosis(
        kl_per_dim=np.concatenate([latent.kl_per_dim for latent in latents]),
        active=np.concatenate([latent.active for latent in latents]),
        mutual_information=sum(latent.mutual_information for latent in latents),
        aggregate_gap=sum(latent.aggregate_gap for latent in latents),
        variance_floor_hits=hits,
        train_elbo=train_elbo,
        valid_elbo=valid_elbo,
        n_rows=len(x),
        advice=_advice(latents, len(x), hits, train_elbo, valid_elbo, valid_error / train_error, cure),
        train_error=train_error,
        valid_error=valid_error,
        unbounded=fitted.unbounded,
    )


def _quality(fitted: Fitted, x: Rows, c: Rows | None) -> float:
    """Return the mean ELBO of rows or, of a model without one, the mean squared error."""
    if fitted.unbounded is not None:
        return float(fitted.squared_error(x, c).mean())
    return float(fitted.bound(x, c, samples=4).elbo.mean())


def _advice(
    latents: list[Latents], n: int, hits: float, train_elbo: float, valid_elbo: float, worse: float, cure: str
) -> list[str]:
    advice = [sentence for latent in latents for sentence in _about(latent, n, cure)]
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
    if worse > OVERFIT:
        advice.append(
            f"Held-out rows are reconstructed with {worse:.1f} times the squared error of training rows: the model "
            "overfits. Use more data, a smaller network, dropout, or fewer epochs (patience)."
        )
    return advice or ["Nothing stands out: the latents are used and held-out rows score like training rows."]


def _about(latent: Latents, n: int, cure: str) -> list[str]:
    out = []
    width, name = len(latent.active), latent.name
    quiet = int((latent.kl_per_dim < QUIET).sum()) if np.isfinite(latent.kl_per_dim).all() else 0
    if latent.active_units == 0:
        out.append(
            f"The posterior of {name} has collapsed: no latent varies with the data. {cure} Check too that the data "
            "has more than one kind of row."
        )
    elif quiet:
        out.append(
            f"{quiet} of {width} latents carry less than {QUIET} nats each; the other {width - quiet} carry it all. "
            f"`latent={width - quiet}` would do; if you expected more, let means start further apart (spread=4), or "
            "lower beta."
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


def _cure(settings: Mapping[str, Any], predicts_itself: bool) -> str:
    """Say what keeps latents alive in a model of this kind that was trained so."""
    beta, warmup = settings.get("beta"), settings.get("warmup")
    number = isinstance(beta, (int, float))
    out = []
    if number and beta > 1:
        out.append(f"Lower beta: it is {beta:g}, and above 1 every nat of the rate costs more than it can gain.")
    if number and warmup == 0:
        out.append("Let beta rise from zero: `warmup=0.1`, or the recipe `cyclical-vae`, which does so several times.")
    if predicts_itself:
        out.append(
            "Its likelihood predicts each entry from those before it, and can do without codes: train the encoder "
            "ahead of it (recipe `lagging-vae`), or keep a rate that it must use (`free-bits`, `delta-vae`, `bn-vae`)."
        )
    elif not out and number:
        out.append(
            "Keep a rate that the decoder must use (recipes `bn-vae`, `free-bits`, `delta-vae`), or let the codes "
            "enter every layer of a deep decoder (`skip-vae`)."
        )
    return " ".join(out) or "Lower beta, raise `warmup`, or use a weaker decoder."
