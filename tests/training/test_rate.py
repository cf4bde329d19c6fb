"""The learning rate rises from zero and falls to zero."""

from __future__ import annotations

import pytest
from toys import fit

from lowerbound.training.rate import learning_rate


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
@pytest.mark.parametrize("warmup", [0.0, 0.02, 0.3])
@pytest.mark.parametrize("total", [1, 2, 3, 50])
def test_stays_between_zero_and_the_peak(schedule: str, warmup: float, total: int) -> None:
    rates = [learning_rate(step, total, 0.5, schedule, warmup) for step in range(total)]
    assert all(0 < rate <= 0.5 for rate in rates)
    assert max(rates) == 0.5


def test_falls_after_its_rise() -> None:
    for schedule, last in (("cosine", 0.01), ("linear", 0.02), ("constant", 1.0)):
        rates = [learning_rate(step, 100, 1.0, schedule, 0.1) for step in range(100)]
        assert rates[:10] == pytest.approx([0.1 * (step + 1) for step in range(10)])
        assert rates[10:] == sorted(rates[10:], reverse=True)
        assert rates[-1] <= last


def test_is_what_a_run_uses_and_records() -> None:
    _, outcome = fit("flat", total=10, round_steps=5, learning_rate_schedule="linear", learning_rate_warmup=0.2)
    rates = [learning_rate(step, 10, 0.01, "linear", 0.2) for step in range(10)]
    recorded = [value for _, value in outcome.history.column("lr")]
    assert recorded == pytest.approx([sum(rates[:5]) / 5, sum(rates[5:]) / 5])
