from __future__ import annotations

from lowerbound.data import Schema
from lowerbound.estimators.card import card

CONFIG = {
    "settings": {"recipe": "cvae", "latent": 2, "epochs": None},
    "schema": Schema((2,), "real", columns=("a", "b"), covariates=("age",)).to_json(),
    "data": {"name": "table", "splits": {"train": 1000, "test": 100}, "source": "", "licence": "CC0"},
    "versions": {"torch": "2.13.0"},
    "outcome": {"step": 30, "reason": "finished"},
}
EVALUATION = {
    "elbo": -3.25, "elbo_error": 0.5, "rate": 1.0, "rate_error": None, "distortion": 2.25, "distortion_error": 0.1,
    "log_likelihood": -3.0, "standard_error": 0.4, "bits_per_dim": None, "n_rows": 100, "split": "test",
    "statement": "Nats per row.",
}  # fmt: skip


def test_a_finished_run():
    diagnosis = {"active_units": 1, "active": [True, False], "advice": ["Use fewer latents."]}
    text = card(CONFIG, evaluation=EVALUATION, diagnosis=diagnosis, timing={"wall_seconds": 12.4, "cpu_seconds": 20})
    for part in (
        "# cvae on table", "Sohn", "1,000 train, 100 test rows", "columns: a, b", "licence: CC0",
        "| ELBO | -3.250 | 0.500 |", "| rate | 1.000 |  |", "100 test rows. Nats per row.", "1 of 2 latent dimensions are active",
        "- Use fewer latents.", "vae.sample(10, given, random_state=1)", "latent=2", "torch 2.13.0", "30 steps, finished",
        "12 s, 20 CPU-seconds",
    ):  # fmt: skip
        assert part in text
    assert "bits per dimension" not in text
    assert "epochs=" not in text


def test_a_run_without_numbers_says_so():
    bare = {name: CONFIG[name] for name in ("settings", "schema", "data")}
    text = card(bare)
    assert "Not evaluated." in text
    assert "Health" not in text
