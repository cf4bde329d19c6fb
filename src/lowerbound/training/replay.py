"""A step as one CUDA graph: a GPU that is told once what to do is not kept waiting for Python, kernel by kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from lowerbound.core import Batch, Log

__all__ = ["Replay"]

Stepping = Callable[..., tuple[Log, Tensor]]


@dataclass
class _Captured:
    """A graph, where its inputs are put, and where its results lie."""

    graph: torch.cuda.CUDAGraph
    batch: Batch
    numbers: list[Tensor]
    names: list[str]
    results: Tensor


class Replay:
    """A function of a batch and numbers that is captured once for each shape of batch, and replayed from then on.

    Every call is a replay, the first one too, so that a resumed run computes what an uninterrupted one does. Noise is
    the eager function's: a graph reads the seed of the device's generator when it is replayed.

    Parameters
    ----------
    function
        Takes a batch and 0-d tensors, returns a log and whether all was finite; never asks the device for a number.
    moved
        Every tensor that the function moves, in place.

    References
    ----------
    Nguyen et al., Accelerating PyTorch with CUDA Graphs, 2021.
    """

    WARM_UP = 2

    def __init__(self, function: Stepping, moved: Callable[[], Iterable[Tensor]]) -> None:
        self.function, self.moved = function, moved
        self._captured: dict[object, _Captured] = {}

    def prepare(self, batch: Batch, numbers: list[Tensor]) -> None:
        """Capture the function for batches of this shape, unless that was done; nothing has moved afterwards.

        Raises
        ------
        RuntimeError
            When the function cannot be captured.
        """
        if _shape(batch) in self._captured:
            return
        batch, numbers = {name: value.clone() for name, value in batch.items()}, [n.clone() for n in numbers]
        kept = [(tensor, tensor.detach().clone()) for tensor in self.moved()]
        # Libraries set themselves up at the first calls, which a capture does not allow.
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        try:
            with torch.cuda.stream(aside):
                for _ in range(self.WARM_UP):
                    self.function(batch, *numbers)
        finally:
            torch.cuda.current_stream().wait_stream(aside)
            with torch.no_grad():
                for tensor, before in kept:
                    tensor.detach().copy_(before)
        graph = torch.cuda.CUDAGraph()
        generator = torch.cuda.default_generators[torch.cuda.current_device()]
        whole = generator.clone_state()
        try:
            with torch.cuda.graph(graph):
                log, finite = self.function(batch, *numbers)
                results = torch.stack([value.detach().double().reshape(()) for value in (*log.values(), finite)])
        except RuntimeError:
            # A capture that fails leaves the generator believing that it goes on.
            generator.graphsafe_set_state(whole)
            raise
        self._captured[_shape(batch)] = _Captured(graph, batch, numbers, list(log), results)

    def __call__(self, batch: Batch, *numbers: Tensor) -> tuple[Log, Tensor]:
        """Replay; the seed of the device's generator is that of the noise."""
        captured = self._captured[_shape(batch)]
        for name, value in batch.items():
            captured.batch[name].copy_(value)
        for target, value in zip(captured.numbers, numbers, strict=True):
            target.copy_(value)
        captured.graph.replay()
        *values, finite = captured.results.clone().unbind()
        return dict(zip(captured.names, values, strict=True)), finite > 0


def _shape(batch: Mapping[str, Tensor]) -> object:
    return tuple((name, value.shape, value.dtype) for name, value in batch.items())
