"""Which share of the core's matrix-multiply peak training reaches, with what fit chooses by itself.

    python benchmarks/matmul_peak.py

The peak is the best rate over large square products in the dtype of the layers, measured on the same core in turns
with training. The floating-point operations of training are counted by the usual rule: 6 x multiply-adds of the
network a row (2 forward, 4 backward), so Adam, densities and noise count as nothing. The rule counts a gradient with
respect to the data, which nobody computes; the stricter share without it is printed too.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator

from harness import Contender, keep, middle, table, take_turns, written

NETWORKS = {"784-512-16": [784, 512, 16], "784-2048-2048-64": [784, 2048, 2048, 64]}
SQUARES = (1024, 2048, 4096)


def multiply_adds(sizes: list[int]) -> tuple[int, int]:
    """Return those of a row through encoder (two outputs a latent) and decoder, and of the encoder's first layer."""
    encoder = [*sizes[:-1], 2 * sizes[-1]]
    both: Iterator[tuple[int, int]] = itertools.chain(itertools.pairwise(encoder), itertools.pairwise(sizes[::-1]))
    return sum(a * b for a, b in both), sizes[0] * sizes[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--core", type=int, default=0)
    options = parser.parse_args()
    training = {
        name: Contender("lowerbound_fit", {"batch": options.batch, "sizes": sizes, "settings": {}}, core=options.core)
        for name, sizes in NETWORKS.items()
    }
    dtypes = {name: contender.facts["layers"] for name, contender in training.items()}
    squares = {
        f"{size} {dtype}": Contender("matmul", {"size": size, "dtype": dtype}, core=options.core)
        for size in SQUARES
        for dtype in sorted(set(dtypes.values()))
    }
    steps = {"784-512-16": 20, "784-2048-2048-64": 2}
    steps |= {name: max(1, 2**33 // int(name.split()[0]) ** 3) for name in squares}
    blocks = take_turns({**training, **squares}, steps, options.rounds)
    work = {name: 2e-9 * int(name.split()[0]) ** 3 * steps[name] for name in squares}
    rates = {name: [work[name] / b["cpu"] for b in blocks[name]] for name in squares}
    medians = {name: middle(rate)["median"] for name, rate in rates.items()}
    best = {d: max((n for n in rates if n.endswith(d)), key=medians.__getitem__) for d in dtypes.values()}
    result: dict[str, object] = {name: {"gflops": middle(rates[name])} for name in rates}
    rows = []
    for name, sizes in NETWORKS.items():
        macs, first = multiply_adds(sizes)
        counted = 6e-9 * macs * options.batch * steps[name]
        reached = [counted / b["cpu"] for b in blocks[name]]
        peak = rates[best[dtypes[name]]]
        share = middle([r / p for r, p in zip(reached, peak, strict=True)])
        strict = {k: v * (1 - first / (3 * macs)) for k, v in share.items()}
        result[name] = {"gflops": middle(reached), "layers": dtypes[name], "share": share, "strict_share": strict}
        peak_of = f"{middle(peak)['median']:.0f} ({best[dtypes[name]].split()[0]})"
        rows.append([name, dtypes[name], written(middle(reached), 0), peak_of, written(share), written(strict)])
    print(f"GFLOP/s of one core, batch {options.batch}; medians of {options.rounds} blocks (middle 80 %)\n")
    print(table(["network", "layers", "training", "peak (size)", "share", "without data gradient"], rows))
    keep("matmul_peak", {"batch": options.batch, "rule": "6 x multiply-adds a row", **result})


if __name__ == "__main__":
    main()
