"""Fitted estimators to run folders."""

from __future__ import annotations

import json
from pathlib import Path

from lowerbound.core.storage import write_bytes
from lowerbound.estimators.reading import Reading
from lowerbound.runs import RunFolder, versions

__all__ = ["save"]


def save(vae: Reading, path: Path, *, overwrite: bool = False) -> None:
    """Write a fitted estimator as a run folder."""
    folder = RunFolder(path)
    folder.create(overwrite=overwrite)
    with folder.writing():
        if overwrite:
            folder.clear()
        checksum = folder.write_weights(vae.fitted_.model.state_dict())
        write_bytes(folder.file("metrics.jsonl"), "".join(json.dumps(r) + "\n" for r in vae.history_).encode())
        folder.write_config(
            {
                "settings": vae.settings_, "spec": vae.spec_, "schema": vae.fitted_.schema.to_json(),
                "data": {"name": "given in memory", "open": {}}, "conditional": vae.fitted_.conditional,
                "unbounded": vae.fitted_.unbounded,
                "seeds": {"seed": vae.fitted_.seed}, "versions": versions(), "facts": vae.facts_,
                "weights": {"file": "model.safetensors", "sha256": checksum},
                "outcome": {"reason": "saved", "step": vae.n_iter_, "complete": True},
            }
        )  # fmt: skip
