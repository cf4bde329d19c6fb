"""Published variants by name: each a few lines over the components."""

from lowerbound.errors import UnknownNameError, nearest
from lowerbound.recipes.beta_vae import beta_vae
from lowerbound.recipes.cvae import cvae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe
from lowerbound.recipes.vae import elbo, vae

__all__ = ["ModelOptions", "Recipe", "beta_vae", "cvae", "elbo", "find", "names", "vae"]


def names() -> dict[str, Recipe]:
    """Return every recipe by its name.

    Examples
    --------
    >>> list(names())
    ['beta-vae', 'cvae', 'vae']
    """
    found = [value for key, value in globals().items() if key in __all__ and isinstance(value, Recipe)]
    return {recipe.name: recipe for recipe in sorted(found, key=lambda r: r.name)}


def find(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    UnknownNameError
        With the nearest name.
    """
    known = names()
    if name not in known:
        raise UnknownNameError(f"There is no recipe {name!r}. {nearest(name, known)}")
    return known[name]
