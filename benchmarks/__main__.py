"""Run all measurements, or the named ones: `python -m benchmarks matching store`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NOT_MEASURING = {"__init__", "__main__", "corpus", "pairs", "report", "timing", "watchlist"}


def measurements() -> dict[str, str]:
    """Return the modules of this folder that have a `main`, by name."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("*.py"))
    return {name: f"benchmarks.{name}" for name in names if name not in NOT_MEASURING}


def main(arguments: list[str]) -> int:
    """Run them in turn; each writes its own section of RESULTS.md."""
    known = measurements()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"no measurement named {', '.join(unknown)}; there are: {', '.join(known)}")
        return 2
    for name in arguments or known:
        print(f"== {name}", flush=True)
        importlib.import_module(known[name]).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
