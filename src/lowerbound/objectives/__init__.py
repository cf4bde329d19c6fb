"""What is minimised: terms that add, and programs of several losses."""

from lowerbound.core import Scaled, Sum
from lowerbound.objectives.ciwae import CIWAE
from lowerbound.objectives.disarm import DisARM
from lowerbound.objectives.distortion import Distortion
from lowerbound.objectives.dreg import DReG
from lowerbound.objectives.elbo import ELBO
from lowerbound.objectives.iwae import IWAE
from lowerbound.objectives.miwae import MIWAE
from lowerbound.objectives.rate import Rate
from lowerbound.objectives.rebar import REBAR
from lowerbound.objectives.semi_supervised import SemiSupervised
from lowerbound.objectives.sticking_the_landing import StickingTheLanding
from lowerbound.objectives.vimco import VIMCO
from lowerbound.objectives.wake_sleep import WakeSleep

__all__ = [
    "CIWAE",
    "Distortion",
    "DReG",
    "DisARM",
    "ELBO",
    "IWAE",
    "MIWAE",
    "REBAR",
    "Rate",
    "Scaled",
    "SemiSupervised",
    "StickingTheLanding",
    "Sum",
    "VIMCO",
    "WakeSleep",
]
