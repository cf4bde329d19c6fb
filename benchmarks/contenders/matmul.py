"""Square matrix multiplications: ``python matmul.py '{"size": 2048, "dtype": "bfloat16"}'``; a step is one product."""

from __future__ import annotations

import json
import sys

import torch
from blocks import Blocks

WARM_UP = 3


def main() -> None:
    options = json.loads(sys.argv[1])
    torch.manual_seed(0)
    a, b = (torch.randn(options["size"], options["size"]).to(getattr(torch, options["dtype"])) for _ in range(2))
    out = a @ b
    blocks = Blocks(WARM_UP)
    while True:
        torch.mm(a, b, out=out)
        blocks.tick()


if __name__ == "__main__":
    main()
