"""What is minimised: terms that add, and programs of several losses."""

from lowerbound.core import Scaled, Sum
from lowerbound.objectives.elbo import ELBO
from lowerbound.objectives.iwae import IWAE
from lowerbound.objectives.semi_supervised import SemiSupervised

__all__ = ["ELBO", "IWAE", "Scaled", "SemiSupervised", "Sum"]
