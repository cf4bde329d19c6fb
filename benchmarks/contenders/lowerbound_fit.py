"""lowerbound's own fit, from the estimators' side of the door: its loop, records and weight average included.

``python lowerbound_fit.py '{"batch": 100, "settings": {"precision": "float32", "compile": "no"}}'``
"""

from __future__ import annotations

import json
import sys

import torch
from blocks import Blocks
from rows import rows

from lowerbound.data import from_arrays
from lowerbound.estimators.fitting import fit
from lowerbound.runs import Settings

WARM_UP = 30


class Timed:
    """An observer that counts steps."""

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        settle = torch.cuda.synchronize if facts["device"].startswith("cuda") else None
        self.blocks = Blocks(WARM_UP, settle, layers=facts["layers"], compiled=facts["compiled"])

    def advance(self, step: int) -> None:
        self.blocks.tick()

    def record(self, record: dict[str, float]) -> None: ...

    def finish(self, reason: str) -> None: ...


def main() -> None:
    options = json.loads(sys.argv[1])
    *hidden, latent = options["sizes"][1:]
    settings = Settings.make(
        network="mlp", hidden=tuple(hidden), latent=latent, nonlinearity="relu", batch_size=options["batch"],
        epochs=1000, device=options.get("device", "auto"), **options["settings"],
    )  # fmt: skip
    dataset = from_arrays(rows().numpy()).split(valid=0.0, test=0.0, seed=0)
    fit(dataset, settings, observers=[Timed()])


if __name__ == "__main__":
    main()
