"""`monitor backtest` over an archive of 100,000 articles: the real command, start to end."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import corpus, report, watchlist

ARTICLES = 100_000
TEXTS = 2_000
"""Different ones; each comes again with a number of its own."""
RULES = 1_000
START = datetime(2026, 6, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=90)
CONFIG = """
database: sqlite:///monitor.db
rules: rules/
sources: [{id: files, type: corpus, path: articles}]
channels: {console: "console://"}
routes: [{when: {}, to: [console]}]
"""
COMMON = """
rules:
  - id: common
    match: fo OR ho
"""
COLUMNS = ("rule tried", "hits", "seconds", "of the processor", "articles a second")


def main() -> None:
    """Measure a rule that hits little and one that hits every article, and write the section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules").mkdir()
        watchlist.write_yaml(watchlist.generated(RULES), folder / "rules")
        (folder / "rules" / "common.yaml").write_text(COMMON, encoding="utf-8")
        (folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
        size = write_archive(folder / "archive.jsonl")
        rows = [tried(folder, rule) for rule in ("r000000", "common")]
    text = (
        f"{ARTICLES:,} generated articles of 300-500 words ({size / 1e6:,.0f} MB of JSON Lines), "
        f"{RULES:,} other rules for the overlap, on {len(os.sched_getaffinity(0))} cores; with "
        "what the routes would have sent.\n\n"
    )
    report.write("backtest", "Backtest", text + report.table(COLUMNS, rows))


def write_archive(path: Path) -> int:
    """Write the archive; return its bytes."""
    texts = corpus.generated(TEXTS).articles
    with path.open("w", encoding="utf-8") as archive:
        for number in range(ARTICLES):
            text = texts[number % TEXTS]
            row = {
                "title": f"{text.title} {number}",
                "text": f"{text.body}\n\nNumber {number}.",
                "url": f"https://bench.example/{number}",
                "lang": "en",
                "published": (START + BETWEEN * number).isoformat(),
            }
            archive.write(json.dumps(row) + "\n")
    return path.stat().st_size


def tried(folder: Path, rule: str) -> list[object]:
    """Return one row; the processor's time is that of the command and all its processes."""
    command = [sys.executable, "-m", "monitor", "backtest", rule, "--corpus", "archive.jsonl"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--json"], check=True, capture_output=True, text=True, cwd=folder
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    row = json.loads(done.stdout)
    if row["articles"] != ARTICLES:
        raise AssertionError(f"{row['articles']} articles were tried")
    print(rule, seconds, worked, flush=True)
    return [rule, f"{row['hits']:,}", seconds, worked, ARTICLES / seconds]


if __name__ == "__main__":
    main()
