"""What a report asks of a fitted estimator: the report knows these names, not the class behind them."""

from __future__ import annotations

from typing import Any, Protocol

from lowerbound.data import Schema

__all__ = ["Subject"]


class Subject(Protocol):
    """A fitted estimator."""

    recipe: str
    fitted_: Any
    schema_: Schema
    history_: list[dict[str, float]]
    settings_: dict[str, Any]
    spec_: dict[str, str]
    facts_: dict[str, str]
    n_iter_: int

    def transform(self, X: Any, y: Any = None) -> Any:
        """Return codes."""
        ...

    def reconstruct(self, X: Any, y: Any = None) -> Any:
        """Return rows as the model sees them."""
        ...

    def sample(self, n: int = 1, given: Any = None, random_state: int | None = None, *, mean: bool = False) -> Any:
        """Draw rows."""
        ...

    def traverse(
        self, n_steps: int = 9, dims: list[int] | None = None, row: Any = None, span: float = 2.5, y: Any = None
    ) -> Any:
        """Walk along latents."""
        ...

    def evaluate(self, X: Any, y: Any = None, *, samples: int = 1000, split: str = "") -> Any:
        """Return the numbers."""
        ...

    def diagnose(self, X: Any, y: Any = None, *, train: Any = None, train_y: Any = None) -> Any:
        """Return the health."""
        ...
