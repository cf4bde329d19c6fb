"""The sections of the page, in order: each turns content into what its template shows, or None if it does not apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lowerbound.report.content import ReportContent
from lowerbound.report.sections import (
    comparison,
    configuration,
    data,
    diagnosis,
    dimensions,
    extremes,
    latent,
    numbers,
    reconstructions,
    samples,
    training,
    traversals,
)

__all__ = ["SECTIONS", "Section"]


@dataclass(frozen=True)
class Section:
    """A part of the page: its id, which is also its template's name, its title, and its view of the content."""

    id: str
    title: str
    view: Callable[[ReportContent], dict[str, Any] | None]


SECTIONS = (
    Section("data", "Data", data.view),
    Section("training", "Training", training.view),
    Section("numbers", "Numbers", numbers.view),
    Section("diagnosis", "Diagnosis", diagnosis.view),
    Section("dimensions", "Latent dimensions", dimensions.view),
    Section("samples", "Samples", samples.view),
    Section("reconstructions", "Reconstructions", reconstructions.view),
    Section("traversals", "Latent traversals", traversals.view),
    Section("latent", "Latent space", latent.view),
    Section("extremes", "Most and least likely rows", extremes.view),
    Section("comparison", "Data against samples", comparison.view),
    Section("configuration", "Configuration and cost", configuration.view),
)
