"""Write the kept results into the tables of README.md: no figure there is typed by hand.

    python benchmarks/fill_readme.py            rewrite
    python benchmarks/fill_readme.py --check    fail when README.md and results/ differ

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; NAME is a function of
`tables.py` and the results that it takes.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from harness import HERE, RESULTS
from tables import RENDERERS

README = HERE / "README.md"
BLOCK = re.compile(r"(<!-- table: (\w+)((?: [\w*?\[\]-]+)*) -->\n).*?(<!-- end -->)", re.S)


def filled(text: str) -> str:
    """Return README.md's text with every table written anew."""

    def one(found: re.Match[str]) -> str:
        paths: list[Path] = []
        for pattern in found[3].split():
            paths += sorted(p for p in RESULTS.glob(f"{pattern}.json"))
        if not paths:
            return f"{found[1]}No result is kept yet.\n{found[4]}"
        results = ({"name": path.stem, **json.loads(path.read_text())} for path in paths)
        return f"{found[1]}{RENDERERS[found[2]](*results)}\n{found[4]}"

    return BLOCK.sub(one, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    before = README.read_text()
    after = filled(before)
    if options.check and after != before:
        raise SystemExit("benchmarks/README.md is not what results/ say: run python benchmarks/fill_readme.py")
    README.write_text(after)


if __name__ == "__main__":
    main()
