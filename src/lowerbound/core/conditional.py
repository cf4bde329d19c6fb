r"""The one seam: prior, posterior and likelihood are each ``contexts -> distribution``.

.. math:: p(x \mid c_1, \dots, c_k) = \mathrm{family}(\mathrm{network}(c_1, \dots, c_k))

Shapes: every tensor is ``(*samples, B, *event)``; a network sees one batch axis, and this
module is the only place that folds and unfolds the others. Layers may run in a lower
precision; what leaves a network is float32 (float64 stays), so densities are too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core.component import Component
from lowerbound.errors import ConfigError, ShapeError

__all__ = ["Conditional", "Constant", "Family", "Network", "Size", "as_shape", "call", "layer_precision"]

Size = tuple[int, ...]


def as_shape(shape: Sequence[int]) -> Size:
    """Return an event shape as a tuple.

    Raises
    ------
    ConfigError
        When a size is not at least one.

    Examples
    --------
    >>> as_shape([1, 28, 28])
    (1, 28, 28)
    """
    if any(size < 1 for size in shape):
        raise ConfigError(f"The shape {tuple(shape)} is not possible: every size is at least 1.")
    return tuple(shape)


class Network(Component, nn.Module, ABC):
    """A map from named shapes to a named shape, over one batch axis.

    Attributes
    ----------
    in_shapes : tuple of tuple of int
        Event shape of each input.
    out_shape : tuple of int
        Event shape of the output.
    """

    in_shapes: tuple[Size, ...]
    out_shape: Size

    @property
    def output(self) -> nn.Linear | None:
        """The linear layer that the network ends with, if it does: who wants larger outputs at first scales it."""
        return None

    @abstractmethod
    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""


class Family(Component, nn.Module, ABC):
    """A map from raw parameters (any real numbers) to a distribution.

    Attributes
    ----------
    event_shape : tuple of int
        Shape of one value.
    params_shape : tuple of int
        Shape of the raw parameters of one value: what a network must put out.
    support : str
        Where values live, a name of :data:`lowerbound.core.SUPPORTS`.
    located : bool
        Whether the first raw parameters, as many as a value has entries, are where its values lie.
    enumerable : bool
        Whether a latent of this family has no gradient of its draws, and few enough values to
        visit them all instead.
    scored : bool
        Whether a latent of this family has no gradient of its draws, and too many values for that:
        it is drawn, and trained by the score function.
    has_density : bool
        Whether its values have a density: False for a single point, which leaves a model without a bound on log p(x).
    across_rows : bool
        Whether in training a row's distribution depends on the rows beside it: then no prior can be made of it.
    """

    event_shape: Size
    params_shape: Size
    support: str = "real"
    located: bool = False
    enumerable: bool = False
    scored: bool = False
    has_density: bool = True
    across_rows: bool = False

    @abstractmethod
    def forward(self, params: Tensor) -> Distribution:
        """Map ``(*lead, *params_shape)`` to a distribution of batch ``lead``, event ``event_shape``."""


_layers: torch.dtype | None = None


@contextmanager
def layer_precision(dtype: torch.dtype | None) -> Iterator[None]:
    """Run the layers of networks in ``dtype`` (bfloat16, say); densities are not touched.

    Examples
    --------
    >>> with layer_precision(torch.bfloat16):
    ...     pass
    """
    global _layers
    before, _layers = _layers, dtype
    try:
        yield
    finally:
        _layers = before


def call(network: Callable[..., Tensor], shapes: Sequence[Size], inputs: Sequence[Tensor]) -> Tensor:
    """Run a network on inputs of shape ``(*lead_i, *shape_i)``; leads broadcast.

    Returns
    -------
    Tensor
        Shape ``(*lead, *out)``, never in a reduced precision.

    Raises
    ------
    ShapeError
        When an input's trailing dimensions are not the declared shape.
    """
    for i, (x, shape) in enumerate(zip(inputs, shapes, strict=True)):
        if tuple(x.shape[x.ndim - len(shape) :]) != tuple(shape):
            wanted = ", ".join(map(str, shape))
            raise ShapeError(f"{type(network).__name__}: input {i} has shape {tuple(x.shape)}; expected (*, {wanted}).")
    lead = torch.broadcast_shapes(*(x.shape[: x.ndim - len(s)] for x, s in zip(inputs, shapes, strict=True)))
    flat = [x.expand(*lead, *s).reshape(-1, *s) for x, s in zip(inputs, shapes, strict=True)]
    with torch.autocast(flat[0].device.type, _layers or torch.bfloat16, enabled=_layers is not None):
        out = network(*flat)
    if out.dtype in (torch.bfloat16, torch.float16):
        out = out.float()
    return out.reshape(*lead, *out.shape[1:])


class Conditional(Component, nn.Module):
    """``family(network(*contexts))``: the distribution of one variable given others.

    Parameters
    ----------
    family
        Turns raw parameters into a distribution.
    network
        Its ``out_shape`` must be the family's ``params_shape``.

    Raises
    ------
    ShapeError
        When network and family do not fit, or contexts do not fit the network.

    Examples
    --------
    >>> from lowerbound.likelihoods import Bernoulli
    >>> from lowerbound.networks import MLP
    >>> decoder = Conditional(Bernoulli((784,)), MLP(((2,),), (784,)))
    >>> decoder(torch.zeros(5, 3, 2)).batch_shape
    torch.Size([5, 3])
    """

    def __init__(self, family: Family, network: Network) -> None:
        super().__init__()
        if tuple(network.out_shape) != tuple(family.params_shape):
            raise ShapeError(
                f"{type(family).__name__}{tuple(family.event_shape)} needs parameters of shape "
                f"{tuple(family.params_shape)}; {type(network).__name__} puts out {tuple(network.out_shape)}."
            )
        self.family = family
        self.network = network

    @property
    def support(self) -> str:
        """Where values live."""
        return self.family.support

    def forward(self, *contexts: Tensor | None) -> Distribution:
        """Return the distribution given the contexts ``(*lead, *in_shape)``; absent ones are None."""
        present = [c for c in contexts if c is not None]
        if len(present) != len(self.network.in_shapes):
            raise ShapeError(
                f"{type(self.network).__name__} takes {len(self.network.in_shapes)} inputs of shapes "
                f"{self.network.in_shapes}; got {len(present)}. A conditional model needs its condition in the batch."
            )
        return self.family(call(self.network, self.network.in_shapes, present))


class Constant(Component, nn.Module):
    """A family with its own learned parameters: a distribution that ignores contexts.

    Parameters
    ----------
    family
        Its raw parameters, all zero at first, become the module's parameter.

    Examples
    --------
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> Constant(DiagonalNormal((2,)))().mean
    tensor([0., 0.], grad_fn=...)
    """

    def __init__(self, family: Family) -> None:
        super().__init__()
        self.family = family
        self.params = nn.Parameter(torch.zeros(family.params_shape))

    @property
    def support(self) -> str:
        """Where values live."""
        return self.family.support

    def forward(self, *contexts: Tensor | None) -> Distribution:
        """Return the distribution, of empty batch shape."""
        return self.family(self.params)
