r"""Does data drawn from the model look like the data? Statistics of both, and how unlikely the real ones are.

For a statistic T with one value per feature, and R replicated data sets of as many rows as the data,

.. math:: d(x) = \max_j \frac{|T_j(x) - \bar T_j|}{s_j}, \qquad
          p = \frac{1 + \#\{r : d(x^{(r)}) \ge d(x)\}}{1 + R},

with the mean and the standard deviation over all R + 1 data sets, so that p is uniform where the model is right,
however many features there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from lowerbound.errors import ConfigError

__all__ = ["STATISTICS", "Check", "predictive_check"]

PAIRED = 64
"""Most features whose correlations are compared: evenly spaced ones of more."""


def _pairs(x: Tensor) -> Tensor:
    x = x[:, _spaced(x.shape[1])]
    x = (x - x.mean(0)) / x.std(0).clamp(min=1e-12)
    rows, columns = torch.triu_indices(x.shape[1], x.shape[1], 1)
    return (x.T @ x / max(len(x) - 1, 1))[rows, columns]


def _spaced(features: int) -> Tensor:
    return torch.linspace(0, features - 1, min(features, PAIRED)).round().long()


def _row_sums(x: Tensor) -> Tensor:
    sums = x.sum(1)
    return torch.stack([sums.mean(), sums.std(), sums.min(), sums.max()])


STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {
    "mean": lambda x: x.mean(0),
    "standard deviation": lambda x: x.std(0),
    "zeros": lambda x: (x == 0).double().mean(0),
    "maximum": lambda x: x.amax(0),
    "row sums": _row_sums,
    "correlations": _pairs,
}
"""What is compared: ``(n, D)`` to a value of each feature, of each pair, or of the rows' sums."""


@dataclass(frozen=True)
class Check:
    """One statistic of the data against replicated data.

    Attributes
    ----------
    statistic : str
    p_value : float
        Small where the model cannot make such data.
    observed, replicated : float
        Mean over features of the statistic, in the data and in the replicates.
    extreme : float
        Share of features whose own two-sided p-value is below 0.05.
    worst : str
        The feature that stands out most.
    worst_observed, worst_replicated : float
        Its statistic.

    Examples
    --------
    >>> Check("mean", 0.5, 1.0, 1.1, 0.0, "x0", 1.0, 1.2).to_json()["p_value"]
    0.5
    """

    statistic: str
    p_value: float
    observed: float
    replicated: float
    extreme: float
    worst: str
    worst_observed: float
    worst_replicated: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def predictive_check(
    x: Tensor,
    replicate: Callable[[int], Tensor],
    replicates: int = 200,
    *,
    names: Sequence[str] | None = None,
    statistics: Mapping[str, Callable[[Tensor], Tensor]] | None = None,
    advance: Callable[[int], None] | None = None,
) -> list[Check]:
    """Compare statistics of rows with those of rows drawn from a model.

    Parameters
    ----------
    x
        ``(n, D)``, the data as the model sees it.
    replicate
        Draws ``(n, D)`` from the model, the r-th time for r.
    replicates
        R.
    names
        Of the features.
    statistics
        What to compare; :data:`STATISTICS` unless told. One that never varies is left out.
    advance
        Called with 1 after each replicate.

    Raises
    ------
    ConfigError
        For less than 19 replicates, which cannot tell anything at 5 %, or less than two rows.

    References
    ----------
    Gelman, Meng and Stern, Posterior Predictive Assessment of Model Fitness via Realized Discrepancies, 1996.

    Examples
    --------
    >>> x = torch.randn(50, 3)
    >>> checks = predictive_check(x + 1, lambda r: torch.randn(50, 3), 20)
    >>> round(checks[0].p_value, 3), checks[0].statistic
    (0.048, 'mean')
    """
    if replicates < 19 or len(x) < 2:
        raise ConfigError(f"A predictive check takes at least 19 replicates and 2 rows; got {replicates} and {len(x)}.")
    chosen = STATISTICS if statistics is None else statistics
    found: dict[str, list[Tensor]] = {name: [statistic(x.double())] for name, statistic in chosen.items()}
    for r in range(replicates):
        rows = replicate(r).double()
        for name, statistic in chosen.items():
            found[name].append(statistic(rows))
        if advance is not None:
            advance(1)
    labels = list(names) if names is not None else [f"x{i}" for i in range(x.shape[1])]
    checks = [_compare(name, torch.stack(values), labels) for name, values in found.items()]
    return [check for check in checks if check is not None]


def _compare(name: str, values: Tensor, labels: list[str]) -> Check | None:
    """Compare row 0, the data, with the replicates: ``(R + 1, K)``."""
    values = values.nan_to_num()
    spread = values.std(0)
    if not len(spread) or not bool((spread > 0).any()):
        return None
    distance = torch.where(spread > 0, (values - values.mean(0)).abs() / spread.clamp(min=1e-300), 0.0)
    largest = distance.amax(1)
    above, below = ((values[1:] >= values[0]).sum(0), (values[1:] <= values[0]).sum(0))
    own = (2 * (1 + torch.minimum(above, below)) / len(values)).clamp(max=1)
    worst = int(distance[0].argmax())
    return Check(
        statistic=name,
        p_value=float((largest >= largest[0]).double().mean()),
        observed=float(values[0].mean()),
        replicated=float(values[1:].mean()),
        extreme=float((own < 0.05).double().mean()),
        worst=_label(name, worst, labels),
        worst_observed=float(values[0, worst]),
        worst_replicated=float(values[1:, worst].mean()),
    )


def _label(name: str, index: int, labels: list[str]) -> str:
    if name == "row sums":
        return ("their mean", "their sd", "smallest", "largest")[index]
    if name == "correlations":
        kept = _spaced(len(labels)).tolist()
        rows, columns = torch.triu_indices(len(kept), len(kept), 1)
        return f"{labels[kept[int(rows[index])]]}, {labels[kept[int(columns[index])]]}"
    return labels[index] if index < len(labels) else str(index)
