"""What is minimised: terms that add, and programs of several losses."""

from lowerbound.core import Scaled, Sum
from lowerbound.objectives.adversarial_match import AdversarialMatch
from lowerbound.objectives.capacity import Capacity
from lowerbound.objectives.ciwae import CIWAE
from lowerbound.objectives.code_norm import CodeNorm
from lowerbound.objectives.cubo import CUBO
from lowerbound.objectives.decoder_gradient import DecoderGradient
from lowerbound.objectives.decoder_norm import DecoderNorm
from lowerbound.objectives.density_ratio import DensityRatioTC
from lowerbound.objectives.dimension_kl import DimensionKL
from lowerbound.objectives.dip import DIP
from lowerbound.objectives.disarm import DisARM
from lowerbound.objectives.distortion import Distortion
from lowerbound.objectives.dreg import DReG
from lowerbound.objectives.elbo import ELBO
from lowerbound.objectives.free_bits import FreeBits
from lowerbound.objectives.geco import GECO
from lowerbound.objectives.index_code_mi import IndexCodeMI
from lowerbound.objectives.iwae import IWAE
from lowerbound.objectives.lagging import Lagging
from lowerbound.objectives.match import Match
from lowerbound.objectives.miwae import MIWAE
from lowerbound.objectives.piwae import PIWAE
from lowerbound.objectives.rate import Rate
from lowerbound.objectives.rebar import REBAR
from lowerbound.objectives.renyi import Renyi
from lowerbound.objectives.semi_supervised import SemiSupervised
from lowerbound.objectives.similarity import MultiScaleSimilarity, Perceptual
from lowerbound.objectives.staged import Staged
from lowerbound.objectives.sticking_the_landing import StickingTheLanding
from lowerbound.objectives.thermodynamic import Thermodynamic
from lowerbound.objectives.total_correlation import TotalCorrelation
from lowerbound.objectives.vae_gan import VAEGAN
from lowerbound.objectives.vimco import VIMCO
from lowerbound.objectives.wake_sleep import WakeSleep

__all__ = [
    "AdversarialMatch",
    "Capacity",
    "CIWAE",
    "CodeNorm",
    "CUBO",
    "DecoderGradient",
    "DecoderNorm",
    "DensityRatioTC",
    "DimensionKL",
    "DIP",
    "DisARM",
    "Distortion",
    "DReG",
    "ELBO",
    "FreeBits",
    "GECO",
    "IndexCodeMI",
    "IWAE",
    "Lagging",
    "MIWAE",
    "Match",
    "MultiScaleSimilarity",
    "Perceptual",
    "PIWAE",
    "Rate",
    "REBAR",
    "Renyi",
    "Scaled",
    "SemiSupervised",
    "Staged",
    "StickingTheLanding",
    "Sum",
    "Thermodynamic",
    "TotalCorrelation",
    "VAEGAN",
    "VIMCO",
    "WakeSleep",
]
