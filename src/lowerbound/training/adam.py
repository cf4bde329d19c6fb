r"""Adam with decoupled weight decay, for eager and for compiled steps.

.. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
          \theta \leftarrow (1 - \eta\lambda)\,\theta
          - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

Eager steps call torch's fused kernel; compiled ones the formula, which then fuses with the
gradients. The state is plain tensors, so checkpoints need no pickle.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Adam"]


class Adam:
    """The optimizer of one player.

    Parameters
    ----------
    parameters
        By name.
    weight_decay
        Decoupled: applied to the parameters, not to the gradients.
    betas, eps
        As in the paper.
    counted
        Whether to count the moves, for a player that is held still at times: t is then their number.

    References
    ----------
    Kingma and Ba, Adam, 2015; Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
    """

    def __init__(
        self,
        parameters: dict[str, nn.Parameter],
        weight_decay: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        counted: bool = False,
    ) -> None:
        self.names = list(parameters)
        self.parameters = list(parameters.values())
        self.weight_decay, self.betas, self.eps = weight_decay, betas, eps
        self.first = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]
        self.second = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]
        counted = counted and bool(self.parameters)
        self.moves = torch.zeros((), device=self.parameters[0].device) if counted else None

    def state(self) -> dict[str, Tensor]:
        """Return the moments by name, and the count of moves if kept; the tensors themselves, not copies."""
        first = {f"{name}/first": m for name, m in zip(self.names, self.first, strict=True)}
        second = {f"{name}/second": v for name, v in zip(self.names, self.second, strict=True)}
        return {**first, **second, **({} if self.moves is None else {"moves": self.moves})}

    def apply_fused(self, gradients: Sequence[Tensor], lr: Tensor, t: Tensor, keep: Tensor) -> None:
        """Take step ``t`` (1, 2, ...) by torch's fused kernel; where ``keep`` is false nothing moves."""
        if not self.parameters:
            return
        if self.moves is not None:
            t = self.moves.add_(keep)
        steps = [t.to(torch.float32) for _ in self.parameters]
        # The kernel walks raw memory: a gradient laid out unlike its parameter (convolutions give such) would be
        # applied to the wrong entries.
        pairs = zip(self.parameters, gradients, strict=True)
        gradients = [g if g.stride() == p.stride() else torch.empty_like(p).copy_(g) for p, g in pairs]
        torch.ops.aten._fused_adamw_.tensor_lr(
            [p.data for p in self.parameters],
            gradients,
            self.first,
            self.second,
            [],
            steps,
            lr=lr,
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=self.weight_decay,
            eps=self.eps,
            amsgrad=False,
            maximize=False,
            found_inf=(~keep).to(torch.float32),
        )

    def apply_formula(self, gradients: Sequence[Tensor], lr: Tensor, t: Tensor, keep: Tensor) -> None:
        """Take step ``t`` by the formula; where ``keep`` is false nothing moves."""
        beta1, beta2 = self.betas
        if self.moves is not None:
            t = self.moves.add_(keep)
        correction1, correction2 = 1 - beta1**t, 1 - beta2**t
        with torch.no_grad():
            for i, (p, m, v) in enumerate(zip(self.parameters, self.first, self.second, strict=True)):
                g = self.turned(i, gradients[i], keep)
                m.copy_(torch.where(keep, beta1 * m + (1 - beta1) * g, m))
                v.copy_(torch.where(keep, beta2 * v + (1 - beta2) * g * g, v))
                move = self.turned_back(i, (m / correction1) / ((v / correction2).sqrt() + self.eps))
                p.sub_(torch.where(keep, lr * (move + self.weight_decay * p), 0.0))

    def turned(self, i: int, gradient: Tensor, keep: Tensor) -> Tensor:
        """Return the gradient of parameter ``i`` in the coordinates that its moments are kept in: its own."""
        return gradient

    def turned_back(self, i: int, move: Tensor) -> Tensor:
        """Return a move of parameter ``i`` in its own coordinates."""
        return move

    def settle(self, t: int) -> None:
        """Do what is to be done after step ``t`` (1, 2, ...), outside any graph: nothing."""
