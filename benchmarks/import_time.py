"""How long ``import lowerbound`` and ``lowerbound --help`` take, beside ``import torch``.

    python benchmarks/import_time.py

Fresh interpreters take turns; CPU seconds of each child, so that other load does not count, and wall seconds.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

from harness import keep, middle, table, written

COMMANDS = {
    "python alone": ["-c", "pass"],
    "import torch": ["-c", "import torch"],
    "import lowerbound": ["-c", "import lowerbound"],
    "import lowerbound, torch": ["-c", "import lowerbound, torch"],
    "import lowerbound; lowerbound.VAE": ["-c", "import lowerbound; lowerbound.VAE"],
    "import torch, sklearn.base, pydantic": ["-c", "import torch, sklearn.base, sklearn.utils.validation, pydantic"],
    "lowerbound --help": ["-m", "lowerbound", "--help"],
}


def once(arguments: list[str]) -> tuple[float, float]:
    """Return wall and CPU seconds of one run."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    for arguments in COMMANDS.values():
        once(arguments)  # files into the cache
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(options.rounds):
        for name, arguments in COMMANDS.items():
            taken[name].append(once(arguments))
    rows, result = [], {}
    for name, runs in taken.items():
        ratios = [cpu / torch_cpu for (_, cpu), (_, torch_cpu) in zip(runs, taken["import torch"], strict=True)]
        numbers = {
            "wall": middle([w for w, _ in runs]), "cpu": middle([c for _, c in runs]), "over_torch": middle(ratios)
        }  # fmt: skip
        result[name] = numbers
        rows.append([name, *(written(n) for n in numbers.values())])
    print(table(["command", "wall s", "CPU s", "CPU over import torch"], rows))
    keep("import_time", {"rounds": options.rounds, "commands": result})


if __name__ == "__main__":
    main()
