"""Numbers of a fitted model, one idea a file."""

from lowerbound.metrics.annealed import Annealing, annealed_log_likelihood, sigmoidal
from lowerbound.metrics.bound import Bound, elbo
from lowerbound.metrics.bounds import (
    chi_square_upper,
    jackknife,
    kl_estimates,
    log_mean,
    renyi,
    roulette,
    roulette_levels,
)
from lowerbound.metrics.bracket import Bracket, bidirectional
from lowerbound.metrics.hamiltonian import transition
from lowerbound.metrics.importance import effective_sample_size, log_likelihood, log_weights
from lowerbound.metrics.impute import Imputation, impute
from lowerbound.metrics.inference_gaps import Gaps, inference_gaps
from lowerbound.metrics.joint import Joint, draw_prior
from lowerbound.metrics.latents import Latents, inspect_latents, mutual_information
from lowerbound.metrics.pareto import TRUSTED, pareto_k
from lowerbound.metrics.predictive import STATISTICS, Check, predictive_check
from lowerbound.metrics.quadrature import Quadrature, grid_log_likelihood
from lowerbound.metrics.rate_distortion import RateDistortion, rate_distortion
from lowerbound.metrics.refinement import Refined, passes, refine
from lowerbound.metrics.tally import LogLikelihood, Tally
from lowerbound.metrics.weigher import Weigher

__all__ = [
    "STATISTICS",
    "TRUSTED",
    "Annealing",
    "Bound",
    "Bracket",
    "Check",
    "Gaps",
    "Imputation",
    "Joint",
    "Latents",
    "LogLikelihood",
    "Quadrature",
    "RateDistortion",
    "Refined",
    "Tally",
    "Weigher",
    "annealed_log_likelihood",
    "bidirectional",
    "chi_square_upper",
    "draw_prior",
    "effective_sample_size",
    "elbo",
    "grid_log_likelihood",
    "impute",
    "inference_gaps",
    "inspect_latents",
    "jackknife",
    "kl_estimates",
    "log_likelihood",
    "log_mean",
    "log_weights",
    "mutual_information",
    "pareto_k",
    "passes",
    "predictive_check",
    "rate_distortion",
    "refine",
    "renyi",
    "roulette",
    "roulette_levels",
    "sigmoidal",
    "transition",
]
