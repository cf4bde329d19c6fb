r"""A function in the space of a Gaussian kernel, on landmarks.

.. math:: f(x) = b + \sum_{m=1}^M w_m \exp\Big(-\frac{\|x - c_m\|^2}{2 \ell^2 D}\Big)

for D entries of x. With the training rows for landmarks the minimiser of squared error and :math:`\lambda \|f\|^2` is
of this form (the representer theorem), with :math:`w = (K + \lambda I)^{-1} y`: the mean of a Gaussian process observed
with noise of variance :math:`\lambda`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lowerbound.core import Network, Size, as_shape
from lowerbound.core.component import above_zero, positive
from lowerbound.distances.pairwise import squares
from lowerbound.errors import ConfigError, ShapeError

__all__ = ["KernelFeatures"]


class KernelFeatures(Network):
    """A weighted sum of Gaussian bumps about learned landmarks; several inputs are flattened and joined.

    Parameters
    ----------
    in_shapes
        Shape of each input.
    out_shape
        Shape of the output.
    landmarks
        M.
    length
        Of the kernel at the start, per entry of the input; it is learned.
    from_rows
        Whether the input is a row of data: then landmarks start as rows of the training data
        (:class:`lowerbound.core.FromRows`), and lengths are in units of those rows' deviations. Otherwise they start
        as draws of N(0, I).

    Raises
    ------
    ConfigError
        When there is no landmark, a length that is not positive, or rows and another input.

    References
    ----------
    Laforgue, Clemencon and d'Alche-Buc, Autoencoding any Data through Kernel Autoencoders, 2019.

    Examples
    --------
    >>> KernelFeatures(((4,),), (2, 3), landmarks=10)(torch.zeros(5, 4)).shape
    torch.Size([5, 2, 3])
    """

    shift: Tensor
    unit: Tensor

    def __init__(
        self,
        in_shapes: Sequence[Size],
        out_shape: Size,
        landmarks: int = 200,
        length: float = 1.0,
        from_rows: bool = False,
    ) -> None:
        super().__init__()
        self.in_shapes, self.out_shape = tuple(as_shape(s) for s in in_shapes), as_shape(out_shape)
        self.landmarks = self.rows_wanted = positive(landmarks, "landmarks")
        self.length, self.from_rows = above_zero(length, "length"), from_rows
        if from_rows and len(self.in_shapes) > 1:
            raise ConfigError(f"from_rows=True needs one input; here are {len(self.in_shapes)}: {self.in_shapes}.")
        size = sum(math.prod(s) for s in self.in_shapes)
        self.centres = nn.Parameter(torch.randn(landmarks, size))
        self.log_length = nn.Parameter(torch.tensor(math.log(length)))
        self.combine = nn.Linear(landmarks, math.prod(self.out_shape))
        self.register_buffer("shift", torch.zeros(size))
        self.register_buffer("unit", torch.ones(size))

    def take_rows(self, rows: Tensor) -> None:
        """Start from rows of the data; fewer than M are repeated."""
        if not self.from_rows:
            return
        with torch.no_grad():
            flat = rows.flatten(1).double()
            if len(flat) > 1:
                deviation = flat.std(0)
                self.shift.copy_(flat.mean(0))
                self.unit.copy_(torch.where(deviation > 0, deviation, 1.0))
            start = flat[torch.arange(self.landmarks, device=flat.device) % len(flat)]
            self.centres.copy_((start - self.shift) / self.unit)

    def solve(self, rows: Tensor, targets: Tensor, noise: float) -> None:
        """Become the kernel ridge regression of ``targets`` ``(M, *out_shape)`` on ``rows`` ``(M, *in_shape)``.

        Landmarks are the rows, the length stays, and the output is the mean of a Gaussian process with variance 1,
        observed with noise of variance ``noise``.

        Raises
        ------
        ShapeError
            When there are not as many rows as landmarks.
        """
        if len(rows) != self.landmarks or len(targets) != self.landmarks:
            raise ShapeError(f"{len(rows)} rows and {len(targets)} targets for {self.landmarks} landmarks.")
        with torch.no_grad():
            self.centres.copy_((rows.flatten(1) - self.shift) / self.unit)
            gram = self._bumps(rows.flatten(1))
            gram = gram + noise * torch.eye(self.landmarks, dtype=gram.dtype, device=gram.device)
            self.combine.weight.copy_(torch.linalg.solve(gram, targets.flatten(1)).T)
            self.combine.bias.zero_()

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""
        flat = [x.flatten(1) for x in inputs]
        joined = flat[0] if len(flat) == 1 else torch.cat(flat, -1)
        # Lengths are differences of large numbers, of which reduced precision would leave nothing.
        with torch.autocast(joined.device.type, enabled=False):
            bumps = self._bumps(joined)
        return self.combine(bumps).reshape(-1, *self.out_shape)

    def _bumps(self, flat: Tensor) -> Tensor:
        square = squares((flat.to(self.centres.dtype) - self.shift) / self.unit, self.centres)
        return (-0.5 * square / (flat.shape[1] * (2.0 * self.log_length).exp())).exp()
