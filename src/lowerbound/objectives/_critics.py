r"""What terms with a critic share: its logits, and the losses of the two sides.

.. math:: \mathrm{plain}: \quad E_{\mathrm{real}}[\log(1 + e^{-t(u)})] + E_{\mathrm{fake}}[\log(1 + e^{t(u)})]

At its least, the logit :math:`t(u)` is the log ratio of the two densities, real over fake. The relativistic loss asks
of a real row that its logit exceed a fake one's, the hinge that it exceed one; the side that makes the fakes wants
their logits high (Goodfellow et al., Generative Adversarial Nets, 2014; Jolicoeur-Martineau, The relativistic
discriminator, 2019; Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018).
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import relu, softplus

from lowerbound.core import Component, Network, call, describe
from lowerbound.errors import ConfigError, UnknownNameError, nearest

__all__ = ["checked", "fooling", "known_loss", "logits", "readable", "telling_apart"]

Loss = Callable[[Tensor, Tensor], Tensor]


def checked(objective: str, critic: Network, conditions: int = 0) -> Network:
    """Return a critic of one input, and of as many conditions at most, with one output.

    Raises
    ------
    ConfigError
        When it has others.
    """
    if not 1 <= len(critic.in_shapes) <= 1 + conditions or tuple(critic.out_shape) != (1,):
        raise ConfigError(
            f"{objective}: a critic maps one row to one number, out_shape=(1,); {describe(critic)} maps "
            f"{tuple(critic.in_shapes)} to {tuple(critic.out_shape)}."
        )
    return critic


def logits(objective: Component, critic: Network, rows: Tensor) -> Tensor:
    """Return the critic's logit of each row: ``(n, *shape)`` to ``(n,)``.

    Raises
    ------
    ConfigError
        When the critic was made for rows of another shape.
    """
    return call(critic, [readable(objective, critic, rows.shape[1:])], [rows]).squeeze(-1)


def readable(objective: Component, critic: Network, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of one row, which the critic was made for.

    Raises
    ------
    ConfigError
        When it was made for another.
    """
    own = tuple(critic.in_shapes[0])
    if tuple(shape) != own:
        raise ConfigError(
            f"{describe(objective)}: its critic reads {own}, and gets {tuple(shape)} here: give it a critic "
            "of that shape."
        )
    return own


def _plain(real: Tensor, fake: Tensor) -> Tensor:
    return softplus(-real).mean() + softplus(fake).mean()


def _hinge(real: Tensor, fake: Tensor) -> Tensor:
    return relu(1.0 - real).mean() + relu(1.0 + fake).mean()


LOSSES: dict[str, tuple[Loss, Loss]] = {
    "plain": (_plain, lambda real, fake: softplus(-fake).mean()),
    "relativistic": (
        lambda real, fake: softplus(fake - real).mean(),
        lambda real, fake: softplus(real - fake).mean(),
    ),
    "hinge": (_hinge, lambda real, fake: -fake.mean()),
}
"""Of the critic, and of the side that makes the fakes."""


def known_loss(loss: str) -> str:
    """Return the name of a loss.

    Raises
    ------
    UnknownNameError
        With the nearest known name.
    """
    if loss not in LOSSES:
        raise UnknownNameError(f"There is no adversarial loss {loss!r}. {nearest(loss, LOSSES)}")
    return loss


def telling_apart(real: Tensor, fake: Tensor, loss: str = "plain") -> Tensor:
    """Return the critic's loss, nats, from its logits of real and of fake rows, whose shapes broadcast."""
    return LOSSES[loss][0](real, fake)


def fooling(real: Tensor, fake: Tensor, loss: str = "plain") -> Tensor:
    """Return the loss of the side that makes the fakes, from the critic's logits."""
    return LOSSES[loss][1](real, fake)
