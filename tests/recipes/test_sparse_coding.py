"""The recipe sparse-coding: exact EM over all patterns of zeros."""

from __future__ import annotations

import itertools

import pytest
import torch

from lowerbound.core import calibrate
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.recipes import sparse_coding
from lowerbound.recipes.sparse_coding import solve
from lowerbound.spec import parse

TABLE = Schema((5,), "real")


def rows(n: int = 120) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    codes = torch.randn(n, 3, generator=generator) * (torch.rand(n, 3, generator=generator) < 0.3)
    return 3 * codes @ torch.randn(3, 5, generator=generator) + 0.3 * torch.randn(n, 5, generator=generator) + 20.0


def model(x: torch.Tensor, **options):
    built = sparse_coding.model(TABLE, sparse_coding.options(**{"latent": 3, **options}), {}).double().eval()
    calibrate(built, x.double().mean(0), x.double().std(0, correction=0))
    return built


@pytest.mark.parametrize(
    "options", [{}, {"variance": "feature"}, {"variance": 0.5}, {"latent": 1}, {"latent": 6}, {"floor": 0.5}]
)
def test_every_step_rises_and_says_what_the_model_gives(options) -> None:
    x = rows()
    built, path = model(x, **options), []
    for value in itertools.islice(solve(built, lambda: iter([x]), 0), 8):
        path.append(value)
        with torch.no_grad():
            log_w = built({"x": x.double()}, samples=2).log_weight()
        assert float(log_w.mean()) == pytest.approx(value, abs=1e-5)
        assert float((log_w[0] - log_w[1]).abs().max()) < 1e-5
    assert min(b - a for a, b in itertools.pairwise(path)) >= -1e-10


def test_blocks_do_not_matter_and_a_seed_repeats_itself() -> None:
    x = rows()

    def first(size: int, seed: int) -> list[float]:
        return list(itertools.islice(solve(model(x), lambda: iter(x.split(size)), seed), 3))

    torch.testing.assert_close(first(17, 1), first(1000, 1), rtol=1e-9, atol=1e-9)
    assert first(1000, 1) == first(1000, 1)
    assert first(1000, 1) != first(1000, 2)


def test_trials_see_rows_from_all_over() -> None:
    from lowerbound.recipes.sparse_coding import _some_rows

    x = torch.arange(9000.0)[:, None]
    some = _some_rows(lambda: iter(x.split(1234)))
    assert some[:, 0].tolist() == list(range(0, 9000, 5))
    assert torch.equal(_some_rows(lambda: iter(x[:50].split(7))), x[:50])


def test_a_latent_that_is_not_needed_dies_quietly() -> None:
    x = torch.full((40, 5), 3.0)
    path = list(itertools.islice(solve(model(x), lambda: iter([x]), 0), 5))
    assert torch.tensor(path).isfinite().all()


def test_its_latents_are_few() -> None:
    for schema, size in ((TABLE, 5), (Schema((1, 8, 8), "real"), 8)):
        built = sparse_coding.model(schema, sparse_coding.options(), {})
        assert built.levels[0].prior_.event_shape == (size,)
        assert repr(parse(repr(built))) == repr(built)
    with pytest.raises(
        ConfigError, match=r"latent=13: .* visits all 2\^13 patterns of zeros for each row; use at most 12"
    ):
        sparse_coding.model(TABLE, sparse_coding.options(latent=13), {})


def test_other_variances_are_refused() -> None:
    with pytest.raises(ConfigError, match="takes 'scalar' or 'feature', or a number"):
        sparse_coding.model(TABLE, sparse_coding.options(variance="optimal"), {})
