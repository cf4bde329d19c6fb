"""Published variants by name: each a few lines over the components."""

from lowerbound.recipes.beta_vae import beta_vae
from lowerbound.recipes.cvae import cvae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe
from lowerbound.recipes.registry import find, names
from lowerbound.recipes.vae import elbo, vae

__all__ = ["ModelOptions", "Recipe", "beta_vae", "cvae", "elbo", "find", "names", "vae"]
