r"""Probabilistic PCA: factor analysis in which all entries share one noise variance.

.. math:: x = Wz + b + \epsilon, \quad z \sim N(0, I), \quad \epsilon \sim N(0, \sigma^2 I)

The steps (see :mod:`lowerbound.recipes.factor_analysis`) end at the closed form: :math:`\sigma^2` is the mean of the
discarded eigenvalues of the covariance, :math:`W = U_q (\Lambda_q - \sigma^2 I)^{1/2}`.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.recipes.factor_analysis import linear_gaussian, solve
from lowerbound.recipes.linear import bound
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.recipe import Recipe

__all__ = ["ppca"]


def _model(schema: Schema, options: ModelOptions, modules: Mapping[str, nn.Module]) -> Model:
    return linear_gaussian("ppca", "scalar", schema, options, modules)


ppca = Recipe(
    name="ppca",
    summary="probabilistic PCA: linear Gaussian latents and one noise variance, solved by EM: no gradients",
    paper="Tipping and Bishop, Probabilistic Principal Component Analysis, 1999",
    model=_model,
    objective=bound,
    defaults={"variance": "scalar"},
    solve=solve,
    support="real",
    when="Few rows or nearly linear data: the exact likelihood in seconds, to hold every other model against.",
    formula=r"-\log N(x \mid b, W W^\top + \sigma^2 I)",
)
"""Recipe ``ppca``. Tipping and Bishop, Probabilistic Principal Component Analysis, 1999."""
