"""The networks of coupling flows: the kept part of a vector and a context to the parameters of the other part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from lowerbound.core.component import positive
from lowerbound.core.masked import START
from lowerbound.distributions import CouplingTransform, LinearTransform, Monotone, PermutationTransform, Transform

__all__ = ["Conditioners"]


class Conditioners(nn.ModuleList):
    """One network a step, each with its own order of the coordinates, the first of which are kept.

    Of two steps in a row, the second moves what the first kept.

    Parameters
    ----------
    size
        D.
    outputs
        Parameters of each entry of the other part.
    flows
        How many steps.
    hidden
        Widths of the hidden layers.
    context
        Size of the context.
    linear
        Mix the coordinates by a learned matrix before each step, which starts as the identity.

    References
    ----------
    Dinh, Sohl-Dickstein and Bengio, Density Estimation using Real NVP, 2017, section 3; Kingma and Dhariwal, Glow,
    2018, section 3.2 (matrices).

    Examples
    --------
    >>> from lowerbound.distributions import MonotoneAffine
    >>> len(Conditioners(4, 2, 3, (8,), 5).steps(torch.zeros(7, 5), MonotoneAffine))
    9
    """

    orders: Tensor

    def __init__(
        self, size: int, outputs: int, flows: int, hidden: Sequence[int], context: int, linear: bool = False
    ) -> None:
        self.kept, self.outputs = size // 2, outputs
        widths = [self.kept + positive(context, "context"), *hidden, (size - self.kept) * outputs]
        super().__init__(_layers(widths) for _ in range(flows))
        generator = torch.Generator().manual_seed(flows)
        shuffles = [torch.randperm(size, generator=generator, device="cpu") for _ in range(-(-flows // 2))]
        orders = [order for shuffle in shuffles for order in (shuffle, shuffle.roll(self.kept))]
        self.register_buffer("orders", torch.stack(orders[:flows]))
        self.mixing = nn.Parameter(torch.zeros(flows, 2 * size + 1, size)) if linear else None

    def steps(self, context: Tensor, monotone: Callable[[Tensor], Monotone]) -> list[Transform]:
        """Return the steps given a context ``(*lead, C)``."""
        steps: list[Transform] = []
        for i, (order, network) in enumerate(zip(self.orders, self, strict=True)):
            if self.mixing is not None:
                size = self.mixing.shape[-1]
                steps.append(LinearTransform(self.mixing[i, :size], self.mixing[i, size:-1], self.mixing[i, -1]))
            coupling = CouplingTransform(self._given(network, context), monotone, self.kept)
            steps += [PermutationTransform(order), coupling, PermutationTransform(torch.argsort(order))]
        return steps

    def _given(self, network: nn.Module, context: Tensor) -> Callable[[Tensor], Tensor]:
        def conditioner(kept: Tensor) -> Tensor:
            lead = torch.broadcast_shapes(kept.shape[:-1], context.shape[:-1])
            joined = torch.cat([kept.expand(*lead, -1), context.expand(*lead, -1)], -1)
            return network(joined).unflatten(-1, (-1, self.outputs))

        return conditioner


def _layers(widths: Iterable[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ELU()]
    last = layers[-2]
    with torch.no_grad():
        for parameter in last.parameters():
            parameter.mul_(START)
    return nn.Sequential(*layers[:-1])
