"""Models without a bound on log p(x), and why they have none."""

from __future__ import annotations

from torch import nn

from lowerbound.core.conditional import Family
from lowerbound.core.objective import Objective, Scaled, Sum

__all__ = ["why_unbounded"]


def why_unbounded(model: nn.Module, objective: Objective | None = None) -> str | None:
    """Return why no bound on log p(x) may be reported, as a sentence; None where one may.

    Parameters
    ----------
    model
        Has none where a latent's posterior is a single point.
    objective
        What it was trained for: none remains where a term stands in the place of log p(x | z).

    Examples
    --------
    >>> from lowerbound.objectives import ELBO
    >>> why_unbounded(nn.Linear(1, 1), ELBO()) is None
    True
    """
    for part in model.modules():
        if isinstance(part, Family) and not part.has_density:
            return (
                f"This model has no likelihood: its posterior ({type(part).__name__}) is a single code a row, without "
                "a density, so there is no rate, no ELBO and no log p(x)."
            )
    if objective is None or objective.likelihood:
        return None
    terms = [m for m in objective.modules() if isinstance(m, Objective) and not m.likelihood]
    named = sorted({type(term).__name__ for term in terms if not isinstance(term, (Sum, Scaled))})
    return (
        f"This model has no likelihood: it was trained by {' and '.join(named)} in the place of log p(x | z), so there "
        "is no ELBO and no log p(x) that means anything."
    )
