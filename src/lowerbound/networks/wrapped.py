"""Any torch module of the user as a network."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lowerbound.core import Network, Size, as_shape
from lowerbound.errors import ShapeError

__all__ = ["Wrapped"]


class Wrapped(Network):
    """A user's module, followed by a linear layer where its output is not of the shape needed.

    A specification cannot hold the user's code, only that it belongs here: a saved run is opened
    with ``lowerbound.load(run, encoder=..., decoder=...)``.

    Parameters
    ----------
    role
        ``"encoder"`` or ``"decoder"``: the argument under which the module is given again.
    in_shapes, out_shape
        What goes in, and what must come out.
    feature_shape
        What the module puts out.
    module
        The user's module; None in a specification that waits for it.

    Raises
    ------
    ShapeError
        When a decoder that puts out images is not of the shape the likelihood needs.

    Examples
    --------
    >>> net = Wrapped.around(nn.Linear(4, 8), "encoder", ((4,),), (2, 3))
    >>> net(torch.zeros(5, 4)).shape
    torch.Size([5, 2, 3])
    """

    def __init__(
        self,
        role: str,
        in_shapes: Sequence[Size],
        out_shape: Size,
        feature_shape: Size,
        module: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.role = role
        self.in_shapes = tuple(as_shape(s) for s in in_shapes)
        self.out_shape, self.feature_shape = tuple(out_shape), tuple(feature_shape)
        self.module = module
        same = self.feature_shape == self.out_shape
        self.head = nn.Identity() if same else nn.Linear(math.prod(self.feature_shape), math.prod(self.out_shape))

    def __repr__(self) -> str:
        return f"Wrapped({self.role!r}, {self.in_shapes!r}, {self.out_shape!r}, {self.feature_shape!r})"

    @classmethod
    def around(cls, module: nn.Module, role: str, in_shapes: Sequence[Size], out_shape: Size) -> Wrapped:
        """Wrap a module, finding its output shape by running it on two rows of zeros."""
        training = module.training
        try:
            with torch.no_grad():
                out = module.eval()(*(torch.zeros(2, *s) for s in in_shapes))
        except Exception as error:
            shapes = ", ".join(str((2, *s)) for s in in_shapes)
            raise ShapeError(f"The given {role} fails on inputs of shape {shapes}: {error}") from error
        finally:
            module.train(training)
        if not isinstance(out, Tensor) or out.shape[0] != 2:
            raise ShapeError(f"The given {role} must return one tensor with a row per input row; got {type(out)}.")
        if role == "decoder" and out.ndim >= 4 and tuple(out.shape[1:]) != tuple(out_shape):
            raise ShapeError(
                f"The given decoder puts out {tuple(out.shape[1:])}; the likelihood needs parameters of shape "
                f"{tuple(out_shape)}."
            )
        return cls(role, in_shapes, out_shape, tuple(out.shape[1:]), module)

    @property
    def output(self) -> nn.Linear | None:
        """The added layer, where the module's own output is of another shape."""
        return self.head if isinstance(self.head, nn.Linear) else None

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""
        if self.module is None:
            raise ShapeError(
                f"This model was fitted with a user's {self.role}: open it with load(run, {self.role}=...)."
            )
        out = self.module(*inputs)
        if isinstance(self.head, nn.Identity):
            return out
        return self.head(out.flatten(1)).reshape(-1, *self.out_shape)
