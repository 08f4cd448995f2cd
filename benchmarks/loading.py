"""Loading and compiling rules from YAML: seconds and memory at 10,000 and 100,000 rules."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report, timing, watchlist
from monitor.matching import compile_rules
from monitor.rules import load_rules

SIZES = (1_000, 10_000, 100_000)
COLUMNS = (
    "rules",
    "YAML, MB",
    "loading, s",
    "compiling, s",
    "both, s",
    "replacing one rule, ms",
    "process afterwards, MB",
    "at its peak, MB",
)


def main() -> None:
    """Measure each size in a process of its own, so that memory is that size's alone."""
    rows = []
    for size in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.loading", str(size)],
            check=True,
            capture_output=True,
            text=True,
        )
        rows.append(json.loads(done.stdout))
        print(rows[-1], flush=True)
    text = (
        "Files of 1,000 generated rules, as a person would write them (one query string a clause), "
        "read with every check and location, then compiled. Memory is the whole process (Python "
        "and libraries included), with the rules' own text kept for explaining old hits.\n\n"
    )
    report.write("loading", "Loading rules", text + report.table(COLUMNS, rows))


def measure(size: int) -> list[object]:
    """Return one row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        watchlist.write_yaml(watchlist.generated(size), folder)
        written = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        gc.collect()
        book, loading = timing.once(lambda: load_rules(folder, sources=None, channels=None))
    ruleset, compiling = timing.once(lambda: compile_rules(book.rules))
    changed = book.rules[size // 2]
    replacing = timing.best(lambda: ruleset.replace([changed], []), 3)
    gc.collect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        f"{size:,}",
        round(written, 1),
        round(loading, 2),
        round(compiling, 2),
        round(loading + compiling, 2),
        round(replacing * 1e3, 2),
        round(timing.memory_mb()),
        round(peak),
    ]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
