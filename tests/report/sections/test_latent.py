"""The map of codes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowerbound.report import DataCard, LatentMap, ReportContent
from lowerbound.report.sections.latent import view

BARE = ReportContent(DataCard("t", "vector", (2,), "real"), "vae")
POINTS = np.random.default_rng(0).normal(size=(300, 2))


def legend(latent: LatentMap) -> list[str]:
    seen = view(replace(BARE, latent=latent))
    assert seen is not None
    return [key.label for key in seen["chart"].legend]


def test_classes_that_occur_are_named() -> None:
    assert legend(LatentMap(POINTS, ("z0", "z1"), np.arange(300) % 2 * 2, ("a", "b", "c"))) == ["a", "c"]


def test_the_rarest_of_many_classes_are_others() -> None:
    labels = np.minimum(np.arange(300) % 24, 14)
    names = tuple(f"n{i}" for i in range(15))
    shown = legend(LatentMap(POINTS, ("z0", "z1"), labels, names))
    assert shown[0] == "others"
    assert len(shown) == 12
    assert "n14" in shown


def test_covariates_are_shown_in_fifths() -> None:
    shown = legend(LatentMap(POINTS, ("z0", "z1"), values=np.linspace(0, 10, 300), value_name="age"))
    assert shown == ["0 to 2", "2 to 4", "4 to 6", "6 to 8", "8 to 10"]


def test_a_constant_covariate_colours_nothing() -> None:
    assert legend(LatentMap(POINTS, ("z0", "z1"), values=np.ones(300), value_name="age")) == []
