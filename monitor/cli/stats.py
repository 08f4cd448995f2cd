"""`monitor stats`: hits a day by rule, as a table and a plot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import click

from monitor.cli.choices import since_of
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import emit, printing, table
from monitor.model.rule import CANARY

BARS = "·▁▂▃▄▅▆▇█"
_WIDEST = 60
"""Characters of a plot; of a longer time each stands for several days."""


@click.command("stats", epilog="Example: `monitor stats --since 14d --rule 'curfew*'`")
@click.option("--rule", "rules", multiple=True, metavar="GLOB", help="Rule ids; * for anything.")
@click.option(
    "--since", default="30d", show_default=True, metavar="WHEN", help="30d, or a date: 2026-01-31."
)
@printing
def command(config: str | None, *, rules: tuple[str, ...], since: str, as_json: bool) -> None:
    """Show hits a day by rule (days are UTC), the most active rule first."""
    moment = now()
    start = since_of(since, moment) or moment
    with open_database(open_settings(config)) as store:
        found = store.hits_a_day(start, moment + timedelta(seconds=1), rules)
    counts = [count for count in found if rules or count.rule != CANARY]
    if as_json:
        for count in counts:
            emit({"day": count.day, "rule": count.rule, "hits": count.hits})
        return
    days = days_between(min(start, moment).date(), moment.date())
    by_rule: dict[str, dict[date, int]] = defaultdict(dict)
    for count in counts:
        by_rule[count.rule][count.day] = count.hits
    ordered = sorted(by_rule.items(), key=lambda entry: (-sum(entry[1].values()), entry[0]))
    table(
        ("rule", "hits", "a day", "most", f"{days[0]} … {days[-1]}"),
        (
            (
                rule,
                f"{sum(found.values()):,}",
                f"{sum(found.values()) / len(days):.1f}",
                f"{max(found.values()):,}",
                spark(found, days),
            )
            for rule, found in ordered
        ),
        empty="No hits in this time.",
    )


def days_between(first: date, last: date) -> list[date]:
    """Return every day from the first to the last, both included."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def spark(counts: Mapping[date, int], days: list[date]) -> str:
    """Return a plot of a character for each day, or so many days; any hit is higher than none."""
    together = -(-len(days) // _WIDEST)
    sums = [
        sum(counts.get(day, 0) for day in days[start : start + together])
        for start in range(0, len(days), together)
    ]
    highest = max(sums, default=0) or 1
    steps = len(BARS) - 1
    return "".join(BARS[-(-count * steps // highest)] for count in sums)
