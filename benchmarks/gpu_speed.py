"""Training speed on a GPU beside a bare torch loop: what replaying steps as a CUDA graph and bfloat16 layers give.

    python benchmarks/gpu_speed.py

The network of `training_speed.py` (784-512-16 and back, ReLU) and one that is wider and deeper, Adam at 1e-3, rows that
lie on the device; loops in processes of their own take turns block by block. What is timed is each whole loop, in wall
time up to the end of the device's work; ratios are to a careful eager torch loop with fused Adam in float32.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness import Contender, keep, middle, table, take_turns, written

SIZES = {"784-512-16": [784, 512, 16], "784-2048-2048-64": [784, 2048, 2048, 64]}
BARE = {"how": "eager", "adam": "fused"}
LOOPS: dict[str, tuple[str, dict[str, Any], str]] = {
    "torch loop, fused Adam": ("bare_loop", {**BARE, "layers": "float32"}, "float32"),
    "torch loop, fused Adam, autocast": ("bare_loop", {**BARE, "layers": "bfloat16"}, "bf16 layers"),
    "lowerbound, eager": ("lowerbound_fit", {"settings": {"precision": "float32", "compile": "no"}}, "float32"),
    "lowerbound, CUDA graph": ("lowerbound_fit", {"settings": {"precision": "float32"}}, "float32"),
    "lowerbound, SOAP": ("lowerbound_fit", {"settings": {"precision": "float32", "optimizer": "soap"}}, "float32"),
    "lowerbound, what fit chooses": ("lowerbound_fit", {"settings": {}}, "bf16 layers"),
}
BASE = "torch loop, fused Adam"


def measured(sizes: list[int], batch: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one network and batch."""

    def start(i: int, script: str, settings: dict[str, Any]) -> Contender:
        given = {"batch": batch, "sizes": sizes, "device": "cuda", **settings}
        return Contender(script, given, core=options.core + i)

    with ThreadPoolExecutor() as pool:
        starting = {name: pool.submit(start, i, *loop[:2]) for i, (name, loop) in enumerate(LOOPS.items())}
        contenders = {name: started.result() for name, started in starting.items()}
    blocks = take_turns(contenders, dict.fromkeys(contenders, options.steps), options.rounds)
    wall = {name: [1e3 * b["wall"] / options.steps for b in of] for name, of in blocks.items()}
    found = {}
    for name, (_, _, precision) in LOOPS.items():
        ratios = [slow / fast for slow, fast in zip(wall[BASE], wall[name], strict=True)]
        compiled = contenders[name].facts.get("compiled", "")
        found[name] = {"precision": precision, "taken": compiled, "ms": middle(wall[name]), "ratio": middle(ratios)}
    return found


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, nargs="+", default=[128, 1024])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=100, help="steps of a block")
    parser.add_argument("--core", type=int, default=0, help="first of the cores, one for each loop")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("There is no GPU here that torch can use.")
    result = {}
    for network, sizes in SIZES.items():
        for batch in options.batch:
            found = result[f"{network}, batch {batch}"] = measured(sizes, batch, options)
            print(f"\n{network}, batch {batch}: medians of {options.rounds} blocks (middle 80 %)\n")
            rows = [[name, f["precision"], written(f["ms"], 3), written(f["ratio"])] for name, f in found.items()]
            print(table(["loop", "precision", "wall ms a step", f"x {BASE}"], rows), flush=True)
    keep("gpu_speed", {"gpu": torch.cuda.get_device_name(), "cuda": torch.version.cuda, "networks": result})


if __name__ == "__main__":
    main()
