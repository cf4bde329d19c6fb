r"""Codes that a critic cannot tell from draws of the prior.

.. math:: \mathrm{critic}: \; E_{p(z)}[\log(1 + e^{-t(z)})] + E_{q(z)}[\log(1 + e^{t(z)})]; \qquad
          \mathrm{encoder}: \; E_{q(z)}[\log(1 + e^{-t(z)})]

Here :math:`q(z)` is the mean of the posteriors over the rows. The best critic is :math:`t = \log p(z) - \log q(z)`:
the prior is known, so the critic may be left to learn :math:`-\log q(z)` alone.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Network, Term, Trace
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.objectives._critics import checked, fooling, known_loss, logits, telling_apart
from lowerbound.objectives._latents import codes, named_latent

__all__ = ["AdversarialMatch"]


class AdversarialMatch(Term):
    """The aggregate posterior is matched to the prior: the encoder works against a critic of codes.

    The critic is a player of its own and moves by its own loss. The encoder's loss is the one that does not saturate.

    Parameters
    ----------
    critic
        Maps a code, flattened, to one logit ``(1,)``.
    loss
        ``"plain"``, ``"relativistic"`` or ``"hinge"``.
    site
        The latent variable; the only one unless named.
    prior_offset
        Add log p(z) to the critic's logit, which is then -log q(z) at best (plain loss only).
    samples
        Latent samples per row.

    Raises
    ------
    UnknownNameError
        For another loss.
    ConfigError
        When the critic has other inputs or outputs, for the offset of another loss, and for a posterior whose draws
        have no gradient.

    References
    ----------
    Makhzani et al., Adversarial Autoencoders, 2016; Tolstikhin et al., Wasserstein Auto-Encoders, 2018, algorithm 1
    (the offset: their code); Jolicoeur-Martineau, The relativistic discriminator, 2019.

    Examples
    --------
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.objectives import Distortion
    >>> Distortion() + 10.0 * AdversarialMatch(MLP(((2,),), (1,), (64,)))
    Distortion() + 10.0 * AdversarialMatch(MLP(((2,),), (1,), hidden=(64,)))
    """

    judged_by = "nothing"

    def __init__(
        self,
        critic: Network,
        loss: str = "plain",
        site: str | None = None,
        prior_offset: bool = False,
        samples: int = 1,
    ) -> None:
        super().__init__()
        if prior_offset and loss != "plain":
            raise ConfigError(
                f"loss={loss!r}: only with the plain loss is the critic a log ratio; use prior_offset=False."
            )
        self.critic, self.loss, self.site = checked("AdversarialMatch", critic), known_loss(loss), site
        self.prior_offset = prior_offset
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the encoder's loss."""
        own, other = codes(self, trace, self.site)
        return fooling(self._logits(trace, other), self._logits(trace, own), self.loss)

    def critic_loss(self, trace: Trace) -> Tensor:
        """Return how badly the critic tells codes from draws of the prior."""
        own, other = codes(self, trace, self.site)
        own = own.detach()
        return telling_apart(self._logits(trace, other), self._logits(trace, own), self.loss)

    def _logits(self, trace: Trace, rows: Tensor) -> Tensor:
        told = logits(self, self.critic, rows)
        if not self.prior_offset:
            return told
        site = named_latent(self, trace, self.site)
        # Codes without a gradient are the critic's affair: it must not move the prior.
        with torch.set_grad_enabled(rows.requires_grad and torch.is_grad_enabled()):
            offset = site.p.log_prob(rows.reshape(site.value.shape)).flatten()
        return told + offset
