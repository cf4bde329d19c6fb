"""The recipe factor-analysis: accelerated EM on a model of one variance an entry."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import calibrate
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.recipes import factor_analysis, ppca
from lowerbound.recipes.factor_analysis import solve

TABLE = Schema((5,), "real")


def rows(n: int = 80) -> Tensor:
    """Correlated columns far from zero, on different scales."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, 2, generator=generator) @ torch.randn(2, 5, generator=generator)
    return (x + 0.5 * torch.randn(n, 5, generator=generator)) * torch.tensor([1.0, 10.0, 0.1, 3.0, 1.0]) + 50.0


def model(x: Tensor, recipe=factor_analysis, **options):
    """A model that knows the statistics of the rows."""
    built = recipe.model(TABLE, recipe.options(latent=2, **options), {}).double().eval()
    calibrate(built, x.double().mean(0), x.double().std(0, correction=0))
    return built


def steps(built: nn.Module, x: Tensor, n: int, size: int = 1000) -> list[float]:
    """The log-likelihoods of the first steps, rows given in blocks."""
    return list(itertools.islice(solve(built, lambda: iter(x.split(size)), 0), n))


@pytest.mark.parametrize("recipe", [factor_analysis, ppca])
@pytest.mark.parametrize("options", [{}, {"variance": 0.7}, {"floor": 0.0}, {"floor": 0.8}])
def test_every_step_rises_and_says_what_the_model_gives(recipe, options) -> None:
    x = rows()
    built, path = model(x, recipe, **options), []
    for value in itertools.islice(solve(built, lambda: iter([x]), 0), 12):
        path.append(value)
        with torch.no_grad():
            assert float(built({"x": x.double()}).log_weight().mean()) == pytest.approx(value, abs=1e-6)
    assert min(b - a for a, b in itertools.pairwise(path)) >= -1e-10
    assert path[-1] > path[0] or options == {"variance": 0.7}


def test_blocks_do_not_matter() -> None:
    x = rows()
    torch.testing.assert_close(steps(model(x), x, 5, size=7), steps(model(x), x, 5), rtol=1e-9, atol=1e-9)


def test_a_fixed_variance_is_kept() -> None:
    x = rows()
    built = model(x, variance=0.7)
    path = steps(built, x, 3)
    assert path[0] == pytest.approx(path[2], abs=1e-12)
    torch.testing.assert_close(
        built.likelihood(torch.zeros(1, 2).double()).variance, torch.full((1, 5), 0.7, dtype=torch.float64)
    )


def test_no_variance_is_below_the_floor() -> None:
    x = rows()
    x[:, 3] = x[:, 0] * 4
    built = model(x, floor=0.3)
    steps(built, x, 30)
    scale = built.likelihood(torch.zeros(1, 2).double()).stddev[0].detach() / x.double().std(0, correction=0)
    assert float(scale.min()) == pytest.approx(0.3, rel=1e-5)


def test_latents_are_independent_given_a_row_and_have_a_sign() -> None:
    x = rows()
    first, second = model(x), model(x)
    steps(first, x, 9)
    steps(second, x.flip(0), 9)
    weight, again = first.likelihood.network.layers[-1].weight, second.likelihood.network.layers[-1].weight
    variance = first.likelihood(torch.zeros(1, 2).double()).variance[0] / first.likelihood.family.unit.square()
    gram = (weight.T @ (weight / variance[:, None])).detach()
    assert abs(float(gram[0, 1])) < 1e-5 * float(gram[1, 1])
    torch.testing.assert_close(again, weight, rtol=1e-5, atol=1e-5)


def test_a_column_without_variation_is_taken() -> None:
    x = rows()
    x[:, 2] = 4.0
    path = steps(model(x), x, 20)
    assert torch.tensor(path).isfinite().all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"beta": 4.0}, "takes no beta"),
        ({"prior": "vamp-prior"}, "takes no prior"),
        ({"hidden": (8,)}, "takes no hidden"),
        ({"samples": 3}, "takes no samples"),
        ({"likelihood": "student-t"}, "has a normal one"),
        ({"variance": "scalar"}, "takes 'feature', or a number"),
    ],
)
def test_what_only_training_has_is_refused(options, says) -> None:
    with pytest.raises(ConfigError, match=says):
        factor_analysis.model(TABLE, factor_analysis.options(**options), {})


def test_networks_of_the_user_s_are_refused() -> None:
    with pytest.raises(ConfigError, match="takes no decoder: leave it out, or use 'vae'"):
        factor_analysis.model(TABLE, factor_analysis.options(), {"decoder": nn.Linear(2, 5)})
