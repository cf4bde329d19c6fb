"""All metrics of disentanglement of one code at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from lowerbound.metrics.beta_vae_score import beta_vae_score
from lowerbound.metrics.dci import dci
from lowerbound.metrics.explicitness import explicitness
from lowerbound.metrics.factor_vae_score import factor_vae_score
from lowerbound.metrics.irs import irs
from lowerbound.metrics.modularity import modularity
from lowerbound.metrics.mutual_information_gap import code_information, factor_entropy, mutual_information_gap
from lowerbound.metrics.sap import sap

__all__ = ["Disentanglement", "disentanglement"]


@dataclass(frozen=True)
class Disentanglement:
    """How a code and known factors go together; every number is 1 at best.

    Attributes
    ----------
    beta_vae_score, factor_vae_score, mutual_information_gap : float
    disentanglement, completeness, informativeness : float
        Of :func:`dci`.
    sap, irs, modularity, explicitness : float
    information : ndarray, (D, K)
        I(z_j; v_k) as a part of H(v_k).

    Examples
    --------
    >>> found = Disentanglement(*[0.5] * 10, information=np.eye(2))
    >>> found.best
    [(0, 1.0), (1, 1.0)]
    """

    beta_vae_score: float
    factor_vae_score: float
    mutual_information_gap: float
    disentanglement: float
    completeness: float
    informativeness: float
    sap: float
    irs: float
    modularity: float
    explicitness: float
    information: np.ndarray

    @property
    def best(self) -> list[tuple[int, float]]:
        """The latent that tells most of each factor, and how much of its entropy."""
        index = self.information.argmax(0)
        return [(int(j), float(self.information[j, k])) for k, j in enumerate(index)]

    def summary(self) -> dict[str, float]:
        """Return the numbers by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "information"}

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**self.summary(), "information": self.information.tolist()}


def disentanglement(codes: Any, factors: Any, *, seed: int = 0) -> Disentanglement:
    """Measure disentanglement by every metric that needs known factors, each with its usual settings.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule.
    factors
        ``(n, K)``, each of a few values.
    seed
        Of the metrics that draw rows or hold some out.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5), np.arange(9)), -1).reshape(-1, 3)[:, :2]
    >>> round(disentanglement(factors, factors).mutual_information_gap, 6)
    1.0
    """
    parts = dci(codes, factors, seed=seed)
    return Disentanglement(
        beta_vae_score=beta_vae_score(codes, factors, seed=seed),
        factor_vae_score=factor_vae_score(codes, factors, seed=seed),
        mutual_information_gap=mutual_information_gap(codes, factors),
        disentanglement=parts.disentanglement,
        completeness=parts.completeness,
        informativeness=parts.informativeness,
        sap=sap(codes, factors),
        irs=irs(codes, factors),
        modularity=modularity(codes, factors),
        explicitness=explicitness(codes, factors, seed=seed),
        information=code_information(codes, factors) / factor_entropy(factors),
    )
