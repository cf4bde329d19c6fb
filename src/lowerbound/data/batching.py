"""What the in-memory and the streaming batches have in common: sizes, steps and shards."""

from __future__ import annotations

from dataclasses import dataclass

from lowerbound.errors import ConfigError

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """How `n_rows` rows are cut into global batches of one size, and each of those into shards.

    Parameters
    ----------
    n_rows : int
        Rows of the training data.
    batch_size : int
        Rows of a global batch; fewer rows than that make one batch of all rows.
    shard : tuple of int, default (0, 1)
        Rank and number of processes: each takes a contiguous slice of every global batch.

    Raises
    ------
    ConfigError
        For sizes that no batch can have.

    Examples
    --------
    >>> plan = Plan(10, 4)
    >>> plan.steps, [plan.bounds(step) for step in range(plan.steps)]
    (2, [(0, 4), (4, 8)])
    """

    n_rows: int
    batch_size: int
    shard: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        rank, world = self.shard
        if self.n_rows < 1:
            raise ConfigError("There are no rows to make batches of.")
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is a positive number, got {self.batch_size}.")
        if not 0 <= rank < world:
            raise ConfigError(f"shard is (rank, number of processes) with 0 <= rank < number, got {self.shard}.")
        if self.size < world:
            raise ConfigError(
                f"A batch of {self.size} rows cannot be shared by {world} processes: use fewer processes."
            )

    @property
    def size(self) -> int:
        """Rows of one global batch."""
        return min(self.batch_size, self.n_rows)

    @property
    def steps(self) -> int:
        """Global batches in an epoch; rows that do not fill a batch wait for another epoch's order."""
        return self.n_rows // self.size

    def bounds(self, step: int) -> tuple[int, int]:
        """Return where this shard of batch `step` begins and ends in the order of the epoch."""
        rank, world = self.shard
        first = step * self.size
        return first + rank * self.size // world, first + (rank + 1) * self.size // world
