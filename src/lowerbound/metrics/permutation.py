r"""The permutation test: how often a random labelling of the pooled rows differs as much as the given one.

.. math:: p = \frac{1 + \#\{r : \hat D^{(r)} \ge \hat D\}}{1 + R}

Where both sets have one distribution, every labelling is as likely as the given one, so p is below any level with at
most that probability, whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.errors import ConfigError
from lowerbound.metrics.pairwise import Kernel, kernel_means

__all__ = ["TwoSampleTest", "permutation_test"]


@dataclass(frozen=True)
class TwoSampleTest:
    """A distance of two sets of rows and whether it could be chance.

    Attributes
    ----------
    name : str
        The statistic and what rows were compared by.
    value : float
        The distance; it has the right mean, so it may be negative.
    error : float
        Its standard error over draws of both sets.
    p_value : float
        Small where the two sets cannot have one distribution.
    permutations : int

    Examples
    --------
    >>> TwoSampleTest("energy distance (pixels)", 0.1, 0.01, 0.005, 199).to_json()["p_value"]
    0.005
    """

    name: str
    value: float
    error: float
    p_value: float
    permutations: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def permutation_test(
    kernel: Kernel, x: Tensor, y: Tensor, permutations: int = 199, *, seed: int = 0, name: str = "distance"
) -> TwoSampleTest:
    """Test whether two sets of rows have one distribution, by the means of a kernel.

    Parameters
    ----------
    kernel
        Symmetric; it must not tell which set a row is of.
    x, y
        Rows ``(n, D)`` and ``(m, D)``, at least two each.
    permutations
        R, at least 19.
    seed
        Of the labellings.
    name
        Of the distance.

    Raises
    ------
    ConfigError
        For less than 19 permutations, which cannot tell anything at 5 %.

    References
    ----------
    Gretton et al., A Kernel Two-Sample Test, 2012.

    Examples
    --------
    >>> x = torch.arange(10.0)[:, None].double()
    >>> permutation_test(lambda a, b: a @ b.T, x, x + 20).p_value
    0.005
    """
    if permutations < 19:
        raise ConfigError(f"permutations={permutations}: a test at 5 % takes at least 19.")
    pooled, n = torch.cat([x, y]), len(x)
    generator = torch.Generator().manual_seed(noise.mix_seed(seed, 50))
    order = torch.rand(len(pooled), permutations, generator=generator).argsort(0)
    given = (torch.arange(len(pooled)) < n)[:, None]
    values, error = kernel_means(kernel, pooled, torch.cat([given, order < n], 1).to(pooled.dtype))
    value, others = values[0], values[1:]
    rounding = 1e-12 * values.abs().max()
    p = (1 + int((others >= value - rounding).sum())) / (1 + permutations)
    return TwoSampleTest(name, float(value), error, p, permutations)
