"""Families for observations: p(x | z)."""

from lowerbound.likelihoods.bernoulli import Bernoulli
from lowerbound.likelihoods.categorical import Categorical
from lowerbound.likelihoods.discretized_logistic import DiscretizedLogistic
from lowerbound.likelihoods.normal import Normal

__all__ = ["Bernoulli", "Categorical", "DiscretizedLogistic", "Normal"]
