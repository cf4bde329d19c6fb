"""Models: levels above a likelihood."""

from lowerbound.models.latent import Latent
from lowerbound.models.semi_amortized import SemiAmortized
from lowerbound.models.two_stage import TwoStage
from lowerbound.models.vae import VAE

__all__ = ["VAE", "Latent", "SemiAmortized", "TwoStage"]
