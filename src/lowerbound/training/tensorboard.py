"""The records of a run as TensorBoard scalars."""

from __future__ import annotations

import os
from pathlib import Path

from lowerbound.errors import DependencyError
from lowerbound.training.history import Record

__all__ = ["TensorBoard"]


class TensorBoard:
    """An observer that writes each record's numbers as scalars.

    A run that starts anew replaces the events of an earlier one; a run that is resumed goes on
    after its step, and TensorBoard drops what came later.

    Parameters
    ----------
    folder : path
        For the event files.

    Raises
    ------
    DependencyError
        When the package ``tensorboard`` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     board = TensorBoard(folder)
    ...     board.start(0, 10, {})
    ...     board.record({"step": 5, "train/elbo": -3.0})
    ...     board.finish("finished")
    ...     print(len(list(Path(folder).iterdir())))
    1
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise DependencyError(
                "tensorboard is needed to write its scalars and is not installed: pip install 'lowerbound[tensorboard]'"
            ) from error
        self._open = SummaryWriter
        self.writer: SummaryWriter | None = None

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        """Open the event file."""
        if step == 0 and self.folder.is_dir():
            for old in self.folder.glob("events.out.tfevents.*"):
                old.unlink()
        self.writer = self._open(str(self.folder), purge_step=step + 1 if step else None)

    def advance(self, step: int) -> None:
        """Nothing: scalars come with the records."""

    def record(self, record: Record) -> None:
        """Write the numbers of a round."""
        assert self.writer is not None
        for name, value in record.items():
            if name != "step":
                self.writer.add_scalar(name, value, int(record["step"]))

    def finish(self, reason: str) -> None:
        """Flush and close the file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
