"""Densities without weights: what families return."""

from lowerbound.distributions.bernoulli import Bernoulli
from lowerbound.distributions.categorical import Categorical
from lowerbound.distributions.cholesky_normal import CholeskyNormal
from lowerbound.distributions.diagonal_normal import DiagonalNormal, kl_per_dimension
from lowerbound.distributions.discretized_logistic import DiscretizedLogistic
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.one_hot import OneHot
from lowerbound.distributions.scale import gentle_log

__all__ = [
    "Bernoulli",
    "Categorical",
    "CholeskyNormal",
    "DiagonalNormal",
    "DiscretizedLogistic",
    "Elementwise",
    "OneHot",
    "gentle_log",
    "kl_per_dimension",
]
