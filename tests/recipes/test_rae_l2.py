"""The recipe rae-l2: small codes under small weights."""

from __future__ import annotations

from lowerbound.recipes import Task, ae, rae_l2
from tests.estimators.small import small, table


def test_it_has_the_published_weights_and_takes_others() -> None:
    published = rae_l2.objective(Task(rae_l2.options(), 100))
    assert repr(published) == "Distortion() + 0.0001 * CodeNorm() + 1e-07 * DecoderNorm()"
    chosen = rae_l2.objective(Task(rae_l2.options(beta=0.1, weight=0.01), 100))
    assert repr(chosen) == "Distortion() + 0.1 * CodeNorm() + 0.01 * DecoderNorm()"
    assert rae_l2.model is ae.model


def test_its_weights_shrink_codes_and_decoder() -> None:
    x = table(60)
    trained = {"recipe": "rae-l2", "epochs": 80, "batch_size": 60, "learning_rate": 0.02}
    free, held = (small(options={"weight": weight}, beta=weight, **trained).fit(x) for weight in (0.0, 1.0))
    norms = [
        sum(float(p.detach().square().sum()) for p in v.fitted_.model.likelihood.network.parameters())
        for v in (free, held)
    ]
    assert norms[1] < 0.5 * norms[0]
    assert (held.transform(x) ** 2).mean() < 0.5 * (free.transform(x) ** 2).mean()
