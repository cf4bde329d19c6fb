r"""Codes near the origin.

.. math:: \mathrm{loss} = \frac1B \sum_b E_{q(z \mid x_b)}\!\left[ \tfrac12 \|z\|^2 \right]
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.objectives._latents import named_latent

__all__ = ["CodeNorm"]


class CodeNorm(Term):
    """Half the squared norm of the codes: what a standard normal prior asks of a code without noise.

    Parameters
    ----------
    site
        The latent variable; the only one unless one is named.

    References
    ----------
    Ghosh et al., From Variational to Deterministic Autoencoders, 2020, section 3.

    Examples
    --------
    >>> from lowerbound.objectives import Distortion
    >>> Distortion() + 0.01 * CodeNorm()
    Distortion() + 0.01 * CodeNorm()
    """

    def __init__(self, site: str | None = None) -> None:
        super().__init__()
        self.site = site

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        z = named_latent(self, trace, self.site).value
        return trace.mean(0.5 * z.square().flatten(trace.weight.ndim).sum(-1))

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
