r"""Total correlation by a critic, which tells codes from codes whose coordinates were shuffled apart.

.. math:: \mathrm{KL}\Big(q(z) \,\Big\|\, \prod_d q(z_d)\Big) \approx E_{q(z)}[t(z)], \qquad
          t = \arg\min_t \; E_{q(z)}[\log(1 + e^{-t(z)})] + E_{\prod_d q(z_d)}[\log(1 + e^{t(z)})]

Shuffling each coordinate over the batch on its own gives draws of the product of the marginals.
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Network, Term, Trace, noise
from lowerbound.core.component import positive
from lowerbound.objectives._critics import checked, logits, telling_apart
from lowerbound.objectives._latents import drawn

__all__ = ["DensityRatioTC"]


class DensityRatioTC(Term):
    """KL(q(z) || prod q(z_d)), nats, as the mean logit of a critic that is trained along.

    The critic is a player of its own: its loss moves nothing else, and the number is as good as the critic is.

    Parameters
    ----------
    critic
        Maps a code ``(d,)`` to one logit ``(1,)``.
    site
        The latent variable; the only one unless named.
    samples
        Latent samples per row.

    Raises
    ------
    ConfigError
        When the critic has other inputs or outputs.

    References
    ----------
    Kim and Mnih, Disentangling by Factorising, 2018, equations 2 and 3 and algorithm 2; Sugiyama, Suzuki and Kanamori,
    Density-Ratio Matching under the Bregman Divergence, 2012.

    Examples
    --------
    >>> from lowerbound.networks import MLP
    >>> DensityRatioTC(MLP(((2,),), (1,), (64,)))
    DensityRatioTC(MLP(((2,),), (1,), hidden=(64,)))
    """

    def __init__(self, critic: Network, site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        self.critic, self.site = checked("DensityRatioTC", critic), site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the critic's estimate."""
        _, z = drawn(self, trace, self.site)
        return logits(self, self.critic, z).mean()

    def critic_loss(self, trace: Trace) -> Tensor:
        """Return how badly the critic tells codes from shuffled ones."""
        _, z = drawn(self, trace, self.site)
        codes = z.detach()
        return telling_apart(logits(self, self.critic, codes), logits(self, self.critic, shuffled(codes)))


def shuffled(codes: Tensor) -> Tensor:
    """Return codes ``(n, d)`` with each coordinate permuted over the rows on its own."""
    order = noise.uniform((1, *codes.shape), 1, codes)[0].argsort(0)
    return codes.gather(0, order)
