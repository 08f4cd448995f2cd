"""One results file, a section for each measurement; writing one leaves the others alone."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
HEAD = """# Results

Written by `make bench` (`python -m benchmarks [NAME…]`): one section for each measurement, with its
own machine and date. Times are never asserted in tests. Figures in one section come from one run,
so that ratios hold where times depend on the machine.
"""


def write(name: str, title: str, text: str, file: Path = RESULTS) -> None:
    """Replace the section `name`, or add it; sections stand in order of their names."""
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    sections = {
        found["name"]: found["text"]
        for found in re.finditer(
            r"<!-- begin (?P<name>\S+) -->\n(?P<text>.*?)\n<!-- end (?P=name) -->", old, re.DOTALL
        )
    }
    sections[name] = f"## {title}\n\n{machine()}\n\n{text.strip()}"
    written = [
        f"<!-- begin {key} -->\n{sections[key]}\n<!-- end {key} -->" for key in sorted(sections)
    ]
    fresh = file.with_suffix(".new")
    fresh.write_text(HEAD + "\n" + "\n\n".join(written) + "\n", encoding="utf-8")
    fresh.replace(file)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; the first column is text, the others are figures."""
    lines = ["| " + " | ".join(columns) + " |"]
    lines.append("| --- |" + " ---: |" * (len(columns) - 1))
    lines += ["| " + " | ".join(figure(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def figure(value: object) -> str:
    """Write a number with three digits that count, thousands grouped; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def machine() -> str:
    """Return what it was measured on, when, and how busy the machine was with other things."""
    load = os.getloadavg()[0]
    cores = os.cpu_count() or 1
    busy = f"load average {load:.1f}" + (" (shared with other work)" if load > 1.5 else "")
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {_processor()}, {cores} cores, "
        f"{_memory_gb():.0f} GB; Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}; {busy}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
