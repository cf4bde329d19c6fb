"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lowerbound.training.history import History

__all__ = ["Outcome"]


@dataclass
class Outcome:
    """How a run ended.

    Attributes
    ----------
    reason : str
        ``finished``, ``converged``, ``early stopping``, ``time limit``, or the name of a signal.
    step : int
        Steps done.
    best : dict of str to Tensor
        The weights to answer with: the average at its best validation, or the last.
    history : History
    facts : dict of str to str
        Precision, compilation, device: what was chosen.
    """

    reason: str
    step: int
    best: dict[str, Tensor]
    history: History
    facts: dict[str, str]

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.reason in ("finished", "converged", "early stopping")
