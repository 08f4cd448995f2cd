"""Counts by day as bars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby

from monitor.cli.output import plural, show

_WIDTH = 40
"""Characters of the longest bar."""
_DAYS = 60
"""Days that are shown a line each; a longer time is shown by weeks."""
_GAP = 3
"""Days or weeks without any, from which one line tells them all."""


def show_chart(by_day: Mapping[date, int], what: str) -> None:
    """Show a line a day, or a week where there are many days; one for a long time without any."""
    step, counts = buckets(by_day)
    highest = max(counts.values(), default=1)
    unit = "day" if step == 1 else "week"
    for hit, group in groupby(counts.items(), key=lambda entry: entry[1] > 0):
        lines = list(group)
        if not hit and len(lines) >= _GAP:
            end = lines[-1][0] + timedelta(days=step - 1)
            show(f"no {what} for {plural(len(lines), unit)}, until {end}", f"  {lines[0][0]}  ")
            continue
        for start, count in lines:
            bar = "█" * max(1, round(count / highest * _WIDTH))
            show(f"{bar} {count:,}" if count else "0", f"  {start}  ")


def buckets(by_day: Mapping[date, int]) -> tuple[int, dict[date, int]]:
    """Return the days of a line, and counts by their first day; those without hits too."""
    if not by_day:
        return 1, {}
    first = min(by_day)
    span = (max(by_day) - first).days + 1
    step = 1 if span <= _DAYS else 7
    counts = {first + timedelta(days=offset): 0 for offset in range(0, span, step)}
    for day, count in by_day.items():
        counts[day - timedelta(days=(day - first).days % step)] += count
    return step, counts
