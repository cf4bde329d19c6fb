"""Published variants by name: each a few lines over the components."""

from lowerbound.recipes.beta_vae import beta_vae
from lowerbound.recipes.build import data_support
from lowerbound.recipes.cvae import cvae
from lowerbound.recipes.exemplar import exemplar
from lowerbound.recipes.factor_analysis import factor_analysis
from lowerbound.recipes.linear import LinearModel
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.ppca import ppca
from lowerbound.recipes.recipe import Recipe, Task
from lowerbound.recipes.registry import find, names
from lowerbound.recipes.sparse_coding import sparse_coding
from lowerbound.recipes.vae import elbo, vae
from lowerbound.recipes.vamp import vamp

__all__ = [
    "LinearModel",
    "ModelOptions",
    "Recipe",
    "Task",
    "beta_vae",
    "cvae",
    "data_support",
    "elbo",
    "exemplar",
    "factor_analysis",
    "find",
    "names",
    "ppca",
    "sparse_coding",
    "vae",
    "vamp",
]
