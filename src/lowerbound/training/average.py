"""The running average of the weights, which answers instead of the last ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

__all__ = ["Average", "average_decay", "follow"]


def average_decay(step: int, decay: float) -> float:
    """Return the decay of the average at a step: it rises to ``decay``, so that early weights are forgotten.

    Examples
    --------
    >>> average_decay(0, 0.999), average_decay(10**6, 0.999)
    (0.1, 0.999)
    """
    return min(decay, (1 + step) / (10 + step))


def follow(pairs: Sequence[tuple[Tensor, Tensor]], share: Tensor) -> None:
    """Move the first tensor of each pair by a share, 0-d, of its way to the second.

    Examples
    --------
    >>> average = torch.zeros(2)
    >>> follow([(average, torch.ones(2))], torch.tensor(0.25))
    >>> average
    tensor([0.2500, 0.2500])
    """
    if not pairs:
        return
    averages, weights = [a for a, _ in pairs], [w.detach() for _, w in pairs]
    if share.device.type == "cpu":
        torch.ops.aten._foreach_lerp_.Scalar(averages, weights, float(share))
        return
    # A share on a device is not waited for.
    ways = torch.ops.aten._foreach_sub.List(weights, averages)
    torch.ops.aten._foreach_mul_.Tensor(ways, share)
    torch.ops.aten._foreach_add_.List(averages, ways)


class Average:
    """An exponential moving average of a model's parameters.

    Parameters
    ----------
    model
        Whose weights.
    decay
        0 turns it off: the weights themselves then answer.

    References
    ----------
    Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model, self.decay = model, decay
        self.tensors = {n: p.detach().clone() for n, p in model.named_parameters()} if decay else {}

    def pairs(self) -> list[tuple[Tensor, nn.Parameter]]:
        """Return ``(average, weight)`` of each parameter."""
        weights = dict(self.model.named_parameters())
        return [(average, weights[name]) for name, average in self.tensors.items()]

    def state(self) -> dict[str, Tensor]:
        """Return the model's state with averaged weights."""
        return {**self.model.state_dict(), **self.tensors}

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Give the model its averaged weights inside the block, in evaluation mode."""
        kept = {name: p.detach().clone() for name, p in self.model.named_parameters()} if self.tensors else {}
        self._assign(self.tensors)
        self.model.eval()
        try:
            yield
        finally:
            self._assign(kept)
            self.model.train()

    def _assign(self, weights: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, p in self.model.named_parameters():
                if name in weights:
                    p.copy_(weights[name])
