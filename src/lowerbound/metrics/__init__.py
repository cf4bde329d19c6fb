"""Numbers of a fitted model, one idea a file."""

from lowerbound.metrics.adaptive import adapt, adapted_log_likelihood
from lowerbound.metrics.aggregate import AggregateGap, aggregate_gap
from lowerbound.metrics.annealed import Annealing, annealed_log_likelihood, sigmoidal
from lowerbound.metrics.beta_vae_score import beta_vae_score
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
from lowerbound.metrics.classifier import ClassifierTest, classifier_test
from lowerbound.metrics.clustering import Clustering, clustering_scores
from lowerbound.metrics.dci import DCI, dci
from lowerbound.metrics.density_coverage import density_coverage
from lowerbound.metrics.detection import Detection, detection_scores
from lowerbound.metrics.disentanglement import Disentanglement, disentanglement
from lowerbound.metrics.disentanglement_ranking import unsupervised_disentanglement_ranking
from lowerbound.metrics.energy import energy_test
from lowerbound.metrics.estimate import Estimate
from lowerbound.metrics.explicitness import explicitness
from lowerbound.metrics.factor_vae_score import factor_vae_score
from lowerbound.metrics.features import PIXELS, Features
from lowerbound.metrics.frechet import frechet_distance
from lowerbound.metrics.hamiltonian import transition
from lowerbound.metrics.importance import effective_sample_size, log_likelihood, log_weights
from lowerbound.metrics.impute import Imputation, impute
from lowerbound.metrics.inference_gaps import Gaps, inference_gaps
from lowerbound.metrics.irs import irs
from lowerbound.metrics.joint import Joint, draw_prior
from lowerbound.metrics.kernel_distance import kernel_distance
from lowerbound.metrics.latents import Latents, inspect_latents, mutual_information
from lowerbound.metrics.lenet import trained_features
from lowerbound.metrics.mmd import mmd_test
from lowerbound.metrics.modularity import modularity
from lowerbound.metrics.mutual_information_gap import code_information, factor_entropy, mutual_information_gap
from lowerbound.metrics.pareto import TRUSTED, pareto_k
from lowerbound.metrics.permutation import TwoSampleTest, permutation_test
from lowerbound.metrics.precision_recall import precision_recall
from lowerbound.metrics.predictive import STATISTICS, Check, predictive_check
from lowerbound.metrics.proposal import Proposal
from lowerbound.metrics.quadrature import Quadrature, grid_log_likelihood
from lowerbound.metrics.rate_distortion import RateDistortion, rate_distortion
from lowerbound.metrics.refinement import Refined, passes, refine
from lowerbound.metrics.sap import sap
from lowerbound.metrics.tally import LogLikelihood, Tally
from lowerbound.metrics.weigher import Weigher

__all__ = [
    "DCI",
    "PIXELS",
    "STATISTICS",
    "TRUSTED",
    "AggregateGap",
    "Annealing",
    "Bound",
    "Bracket",
    "Check",
    "ClassifierTest",
    "Clustering",
    "Detection",
    "Disentanglement",
    "Estimate",
    "Features",
    "Gaps",
    "Imputation",
    "Joint",
    "Latents",
    "LogLikelihood",
    "Quadrature",
    "RateDistortion",
    "Proposal",
    "Refined",
    "Tally",
    "TwoSampleTest",
    "Weigher",
    "aggregate_gap",
    "adapt",
    "adapted_log_likelihood",
    "annealed_log_likelihood",
    "beta_vae_score",
    "bidirectional",
    "chi_square_upper",
    "classifier_test",
    "clustering_scores",
    "code_information",
    "dci",
    "density_coverage",
    "detection_scores",
    "disentanglement",
    "draw_prior",
    "effective_sample_size",
    "elbo",
    "energy_test",
    "explicitness",
    "factor_entropy",
    "factor_vae_score",
    "frechet_distance",
    "grid_log_likelihood",
    "impute",
    "inference_gaps",
    "inspect_latents",
    "irs",
    "jackknife",
    "kernel_distance",
    "kl_estimates",
    "log_likelihood",
    "log_mean",
    "log_weights",
    "mmd_test",
    "modularity",
    "mutual_information",
    "mutual_information_gap",
    "pareto_k",
    "passes",
    "permutation_test",
    "precision_recall",
    "predictive_check",
    "rate_distortion",
    "refine",
    "renyi",
    "roulette",
    "roulette_levels",
    "sap",
    "sigmoidal",
    "trained_features",
    "transition",
    "unsupervised_disentanglement_ranking",
]
