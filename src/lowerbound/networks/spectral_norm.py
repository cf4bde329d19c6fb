r"""A network whose linear maps stretch nothing.

.. math:: \bar W = \frac{W}{\sigma(W)}, \qquad \sigma(W) = \max_{\|h\| = 1} \|W h\| \approx \|W v\|,
          \qquad v \leftarrow \frac{W^\top W v}{\|W^\top W v\|}

Two power iterations a training step follow the direction v; the weights before division are what is trained.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from lowerbound.core import Network

__all__ = ["SpectralNorm"]

LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
FIRST, EACH, LEAST = 15, 2, 1e-6
"""Power iterations at the beginning and at each step; the norm below which a layer is zero and stays as it is."""


class SpectralNorm(Network):
    """A network with the weight of every linear layer and convolution divided by its largest singular value.

    A convolution's weight counts as the matrix of its output channels by all else.

    Parameters
    ----------
    network
        What is normalised.

    References
    ----------
    Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018, section 2.1; Ghosh et al., From
    Variational to Deterministic Autoencoders, 2020, section 3.1 (RAE-SN).

    Examples
    --------
    >>> from lowerbound.networks import MLP
    >>> SpectralNorm(MLP(((3,),), (2,), (8,)))(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.in_shapes, self.out_shape = network.in_shapes, network.out_shape
        self.network = network
        self.names = [f"{name}.weight" for name, layer in network.named_modules() if isinstance(layer, LAYERS)]
        for i, name in enumerate(self.names):
            weight = network.get_parameter(name).detach().flatten(1)
            self.register_buffer(f"direction_{i}", _turned(torch.ones_like(weight[0]), weight, FIRST))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""
        # In reduced precision a power iteration would not settle.
        with torch.autocast(inputs[0].device.type, enabled=False):
            weights = {name: self._normalised(i, name) for i, name in enumerate(self.names)}
        return functional_call(self.network, weights, inputs)

    def _normalised(self, i: int, name: str) -> Tensor:
        weight, kept = self.network.get_parameter(name), self.get_buffer(f"direction_{i}")
        matrix, direction = weight.flatten(1), kept.clone()
        if self.training:
            direction = _turned(direction, matrix.detach(), EACH)
            kept.copy_(direction)
        norm = torch.linalg.vector_norm(matrix @ direction)
        return weight / torch.where(norm > LEAST, norm, 1.0)


def _turned(direction: Tensor, matrix: Tensor, times: int) -> Tensor:
    """Turn a direction towards the one that the matrix stretches most."""
    for _ in range(times):
        direction = functional.normalize(matrix.T @ (matrix @ direction), dim=0)
    return direction
