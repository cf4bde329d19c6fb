"""Training speed beside a bare torch loop and beside Pythae: one table of ratios.

    python benchmarks/training_speed.py

The same network (784-512-16 and back, ReLU), batch, optimizer (Adam, 1e-3) and data (60,000 binary rows of MNIST's
shape and mean) in loops that run in processes of their own on one core, and take turns block by block. What is timed
is each whole loop: batches, noise, losses, gradients, Adam, and what the loop records. Pythae is timed as shipped: its
data loader and its BaseTrainer, progress bar included. Pythae is installed into ``bench-env/`` beside this checkout,
or found with ``--peer-python``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from harness import HERE, Contender, keep, middle, table, take_turns, written

SIZES = [784, 512, 16]
PYTHAE = "0.1.2"
STEPS = {100: 60, 512: 20}
LOOPS: dict[str, tuple[str, dict[str, object], str]] = {
    "torch loop": ("bare_loop", {"layers": "float32", "how": "eager", "adam": "plain"}, "float32"),
    "torch loop, fused Adam": ("bare_loop", {"layers": "float32", "how": "eager", "adam": "fused"}, "float32"),
    "lowerbound, eager": ("lowerbound_fit", {"settings": {"precision": "float32", "compile": "no"}}, "float32"),
    "lowerbound, compiled": ("lowerbound_fit", {"settings": {"precision": "float32", "compile": "yes"}}, "float32"),
    "Pythae as shipped": ("pythae_trainer", {}, "float32"),
    "torch loop, compiled loss, fused Adam": (
        "bare_loop", {"layers": "bfloat16", "how": "loss", "adam": "fused"}, "bf16 layers",
    ),
    "torch loop, whole step compiled": (
        "bare_loop", {"layers": "bfloat16", "how": "step", "adam": "fused"}, "bf16 layers",
    ),
    "lowerbound, what fit chooses": ("lowerbound_fit", {"settings": {}}, "as chosen"),
}  # fmt: skip
PEER, BARE, BEST = "Pythae as shipped", "torch loop", "torch loop, compiled loss, fused Adam"
CHOSEN = "lowerbound, what fit chooses"


def peer_python(given: str | None) -> str:
    """Return the Python of an environment that has Pythae, made if need be."""
    if given:
        return given
    folder = HERE.parent / "bench-env"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        import torch

        print(f"Making {folder.name}/ for Pythae {PYTHAE} ...", file=sys.stderr)
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        pinned = f"torch=={torch.__version__.partition('+')[0]}"
        subprocess.run([*pip, pinned], check=True)
        # Named again, so that Pythae's open requirement does not replace it.
        subprocess.run([*pip, pinned, f"pythae=={PYTHAE}"], check=True)
    return str(python)


def run(batch: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one batch size and print its table."""
    contenders = {}
    for name, (script, settings, _) in LOOPS.items():
        python = sys.executable if script != "pythae_trainer" else options.peer_python
        if python is not None:
            print(f"starting {name}", file=sys.stderr)
            contenders[name] = Contender(
                script, {"batch": batch, "sizes": SIZES, **settings}, core=options.core, python=python
            )
    steps = dict.fromkeys(contenders, options.steps or STEPS.get(batch, 30))
    blocks = take_turns(contenders, steps, options.rounds)
    cpu = {name: [1e3 * b["cpu"] / steps[name] for b in of] for name, of in blocks.items()}

    def ratio(slow: str, fast: str) -> dict[str, float] | None:
        pairs = zip(cpu.get(slow, []), cpu.get(fast, []), strict=False)
        values = [a / b for a, b in pairs]
        return middle(values) if values else None

    rows = []
    result: dict[str, dict] = {}
    for name in cpu:
        facts = contenders[name].facts
        precision = LOOPS[name][2] if name != CHOSEN else f"{facts['layers']} layers, compiled: {facts['compiled']}"
        speeds = {"over_pythae": ratio(PEER, name), "over_bare": ratio(BARE, name)}
        result[name] = {"precision": precision, "ms": middle(cpu[name]), **speeds}
        result[name]["wall_ms"] = middle([1e3 * b["wall"] / steps[name] for b in blocks[name]])
        rows.append([name, precision, written(result[name]["ms"]), *(written(s) if s else "" for s in speeds.values())])
    print(f"\nbatch {batch}: CPU ms a step and speed ratios, medians of {options.rounds} blocks (middle 80 %)\n")
    print(table(["loop", "precision", "ms", "x Pythae", "x torch loop"], rows))
    slower = {"eager float32": ("lowerbound, eager", BARE), "what fit chooses": (CHOSEN, BEST)}
    for what, (ours, theirs) in slower.items():
        found = ratio(ours, theirs)
        result[f"{what} / {theirs}"] = {"ratio": found}
        print(f"{what}: {written(found)} times the time of the {theirs}" if found else "")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, nargs="+", default=[100, 512])
    parser.add_argument("--rounds", type=int, default=25, help="blocks of each loop")
    parser.add_argument("--steps", type=int, help="steps of a block")
    parser.add_argument("--core", type=int, default=0, help="core that all loops share")
    parser.add_argument("--peer-python", help="Python of an environment that has Pythae")
    parser.add_argument("--no-peer", action="store_true", help="leave Pythae out")
    options = parser.parse_args()
    options.peer_python = None if options.no_peer else peer_python(options.peer_python)
    for batch in options.batch:
        keep(f"training_speed_batch{batch}", {"batch": batch, "sizes": SIZES, "loops": run(batch, options)})


if __name__ == "__main__":
    assert Path(__file__).parent == HERE
    main()
