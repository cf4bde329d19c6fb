"""The fitted object and its doors."""

from lowerbound.estimators.diagnosis import Diagnosis
from lowerbound.estimators.evaluation import Evaluation, Reconstruction
from lowerbound.estimators.persistence import load
from lowerbound.estimators.vae import VAE

__all__ = ["VAE", "Diagnosis", "Evaluation", "Reconstruction", "load"]
