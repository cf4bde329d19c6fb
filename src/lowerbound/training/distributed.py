"""Several processes that share each batch, started by torchrun."""

from __future__ import annotations

import os
from collections.abc import Sequence

import torch
from torch import Tensor
from torch import distributed as dist

__all__ = ["Processes"]


class Processes:
    """The group of processes of a run; a group of one where none was started.

    Parameters
    ----------
    start
        Whether to join the group that ``torchrun`` describes in the environment.

    Examples
    --------
    >>> Processes().several
    False
    """

    def __init__(self, *, start: bool = False) -> None:
        self.rank, self.world, self.local_rank = 0, 1, 0
        self._joined = False
        if start and int(os.environ.get("WORLD_SIZE", "1")) > 1:
            if not dist.is_initialized():
                dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
                self._joined = True
            self.rank, self.world = dist.get_rank(), dist.get_world_size()
            self.local_rank = int(os.environ.get("LOCAL_RANK", "0"))

    @property
    def several(self) -> bool:
        """Whether there is more than one process."""
        return self.world > 1

    @property
    def main(self) -> bool:
        """Whether this process writes files and speaks to the user."""
        return self.rank == 0

    def sum_(self, tensor: Tensor) -> None:
        """Add up a tensor over the processes, in place."""
        if self.several:
            dist.all_reduce(tensor)

    def mean_(self, tensors: Sequence[Tensor]) -> None:
        """Average tensors over the processes, in place and in one message."""
        if not self.several or not tensors:
            return
        flat = torch.cat([t.reshape(-1) for t in tensors])
        dist.all_reduce(flat)
        flat /= self.world
        for tensor, value in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
            tensor.copy_(value.reshape(tensor.shape))

    def agree(self, flag: bool) -> bool:
        """Return whether any process says yes, on all of them."""
        if not self.several:
            return flag
        tensor = torch.tensor([float(flag)], device="cuda" if dist.get_backend() == "nccl" else "cpu")
        dist.all_reduce(tensor)
        return bool(tensor.item() > 0)

    def wait(self) -> None:
        """Wait for all processes."""
        if self.several:
            dist.barrier()

    def close(self) -> None:
        """Leave the group, if this object joined it."""
        if self._joined:
            dist.destroy_process_group()
