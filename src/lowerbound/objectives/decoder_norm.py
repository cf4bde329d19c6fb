r"""Small weights of the decoder.

.. math:: \mathrm{loss} = \|\theta\|^2
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound.core import Term, Trace
from lowerbound.errors import ConfigError

__all__ = ["DecoderNorm"]


class DecoderNorm(Term):
    """The squared norm of the weights of the networks of p(x | z): weight decay of the decoder alone.

    Raises
    ------
    ConfigError
        When no observed variable of the run has a network.

    References
    ----------
    Ghosh et al., From Variational to Deterministic Autoencoders, 2020, section 3.1 (RAE-L2).

    Examples
    --------
    >>> from lowerbound.objectives import CodeNorm, Distortion
    >>> Distortion() + 0.01 * CodeNorm() + 0.001 * DecoderNorm()
    Distortion() + 0.01 * CodeNorm() + 0.001 * DecoderNorm()
    """

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace: the same for all rows."""
        networks = [getattr(site.source, "network", None) for site in trace.observed.values()]
        weights = [p for network in networks if isinstance(network, nn.Module) for p in network.parameters()]
        if not weights:
            raise ConfigError(f"{self!r} weighs the decoder's network, and this model has none: leave it out.")
        return torch.stack([weight.square().sum() for weight in weights]).sum()
