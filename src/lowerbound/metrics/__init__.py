"""Numbers of a fitted model, one idea a file."""

from lowerbound.metrics.bound import Bound, elbo
from lowerbound.metrics.importance import LogLikelihood, effective_sample_size, log_likelihood, log_weights
from lowerbound.metrics.latents import Latents, inspect_latents, mutual_information
from lowerbound.metrics.pareto import pareto_k
from lowerbound.metrics.weigher import Weigher

__all__ = [
    "Bound",
    "Latents",
    "LogLikelihood",
    "Weigher",
    "effective_sample_size",
    "elbo",
    "inspect_latents",
    "log_likelihood",
    "log_weights",
    "mutual_information",
    "pareto_k",
]
