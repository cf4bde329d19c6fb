"""Draws from the posterior of many rows."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.estimators.codes import draw_codes
from tests.estimators.small import labels, small, table


def test_every_row_gives_its_draws_and_a_tenth_of_the_rows_is_held() -> None:
    made = small(recipe="cvae").fit(table(), labels())
    x, c = torch.as_tensor(table()).float(), torch.eye(3)[torch.arange(40) % 3]
    codes = draw_codes(made.fitted_, x, c, "z")
    assert codes.z.shape == (16 * 40, 2)
    torch.testing.assert_close(codes.c, c.repeat(16, 1))
    assert sorted([*codes.used.tolist(), *codes.held.tolist()]) == list(range(640))
    assert len(codes.held) == 16 * 4
    assert len({i % 40 for i in codes.held.tolist()}) == 4
    with torch.no_grad():
        q = made.fitted_.model({"x": x, "c": c}).latents["z"].q
    spread = (codes.z.reshape(16, 40, 2) - q.mean).abs() / q.stddev
    assert bool((spread < 6).all())
    assert float(spread.mean()) == pytest.approx(0.8, abs=0.1)


def test_the_present_prior_is_scored_on_the_held_draws() -> None:
    fitted = small().fit(table()).fitted_
    codes = draw_codes(fitted, torch.as_tensor(table()).float(), None, "z")
    expected = torch.distributions.Normal(0, 1).log_prob(codes.z[codes.held]).sum(-1).mean()
    assert codes.before == pytest.approx(float(expected), rel=1e-5)
    assert codes.condition(codes.held) is None


def test_one_row_is_too_few() -> None:
    fitted = small().fit(table()).fitted_
    with pytest.raises(ConfigError, match="at least two rows"):
        draw_codes(fitted, torch.zeros(1, 4), None, "z")
