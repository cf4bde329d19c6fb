"""A user's own component, for the tests of specifications."""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace


class Tempered(Term):
    """A power of the evidence."""

    def __init__(self, power: float) -> None:
        super().__init__()
        self.power = power

    def forward(self, trace: Trace) -> Tensor:
        """Return minus the evidence to the power."""
        return -self.power * trace.log_evidence().mean()
