"""The recipe cyclical-vae."""

from __future__ import annotations

import pytest

from lowerbound.core import Linear
from lowerbound.recipes import Task, cyclical_vae
from tests.estimators.small import small, table


def test_beta_rises_four_times_over() -> None:
    objective = cyclical_vae.objective(Task(cyclical_vae.options(), 1000))
    assert repr(objective) == "ELBO(beta=Cyclical(0.0, 1.0, 800))"
    # Cycles of 200 steps: up in the first half, then there.
    found = [objective.beta.at(t) for t in (0, 50, 100, 150, 199, 200, 250, 300, 650, 799, 800, 999)]
    assert found == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0, 0.0, 0.5, 1.0, 0.5, 1.0, 1.0, 1.0])


def test_what_the_user_says_of_beta_rules() -> None:
    heavy = cyclical_vae.objective(Task(cyclical_vae.options(beta=4.0, warmup=0.4), 1000))
    assert repr(heavy) == "ELBO(beta=Cyclical(0.0, 4.0, 400))"
    own = cyclical_vae.objective(Task(cyclical_vae.options(), 1000, schedule=Linear(0.0, 2.0, 10)))
    assert repr(own) == "ELBO(beta=Linear(0.0, 2.0, 10))"
    assert repr(cyclical_vae.objective(Task(cyclical_vae.options(warmup=0.0), 1000))) == "ELBO()"


def test_it_fits() -> None:
    betas = [record["train/beta"] for record in small(recipe="cyclical-vae", epochs=20).fit(table()).history_]
    assert betas[-1] == 1.0
    assert min(betas) < 0.5
