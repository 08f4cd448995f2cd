"""`monitor hits export`: hits for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from monitor.cli.hit_choice import choosing, filter_of
from monitor.cli.hit_objects import hit_object
from monitor.cli.opening import open_database, open_settings
from monitor.cli.output import emit, printing
from monitor.errors import UsageError
from monitor.model.listing import HitEntry

_FIELDS = (
    "hit",
    "at",
    "rule",
    "version",
    "level",
    "tags",
    "state",
    "review",
    "note",
    "title",
    "source",
    "url",
    "lang",
    "published",
    "story",
    "article",
    "matched",
)

# Where a spreadsheet begins a formula, in East Asian settings also at the wide signs (OWASP, "CSV
# Injection").
_FORMULA = re.compile("(?:^|(?<=;))(?=[=+\\-@\t\r\n＝＋－＠])")


@click.command(
    "export",
    epilog="Example: `monitor hits export --since 30d --format csv --bom > hits.csv`",
)
@choosing
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    help="For spreadsheets, or one JSON object a line (without it, too).",
)
@click.option(
    "--bom",
    is_flag=True,
    help="Begin CSV with a byte order mark: Excel opens it as UTF-8 then.",
)
@printing
@click.pass_context
def export(
    context: click.Context,
    /,
    config: str | None,
    *,
    form: str | None,
    bom: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Write all hits, or those chosen, to standard output, oldest first."""
    if as_json and form == "csv":
        raise UsageError("--json and --format csv are two forms: choose one")
    if bom and form != "csv":
        raise UsageError("--bom goes with --format csv: JSON has none")
    before: Mapping[str, Any] = context.find_object(dict) or {}
    wanted = filter_of(_joined(before, chosen))
    with open_database(open_settings(config)) as store:
        if form != "csv":
            for entry in store.all_hits(wanted):
                emit(hit_object(entry))
        else:
            # What is written with the mark is what the mark says, whatever the terminal takes.
            if bom and isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8")
            sys.stdout.write("\ufeff" if bom else "")
            _write_csv(store.all_hits(wanted))


def _joined(before: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options before and behind `export` as one choice; UsageError if one is both."""
    for name, value in chosen.items():
        if value and before.get(name):
            option = "--" + {"rules": "rule", "sources": "source", "states": "state"}.get(
                name, name
            )
            raise UsageError(f"{option} stands before and behind `export`: give it once")
    return {name: value or before.get(name) for name, value in chosen.items()}


def _write_csv(entries: Iterable[HitEntry]) -> None:
    line = io.StringIO()
    writer = csv.DictWriter(line, _FIELDS, lineterminator="\r\n")
    writer.writeheader()
    for entry in entries:
        row = hit_object(entry)
        row["tags"] = " ".join(entry.hit.tags)
        row["matched"] = " | ".join(dict.fromkeys(_matched(entry)))
        del row["evidence"], row["firing"]
        writer.writerow({name: _cell(value) for name, value in row.items()})
        sys.stdout.write(line.getvalue())
        line.seek(0)
        line.truncate()
    sys.stdout.write(line.getvalue())


def _matched(entry: HitEntry) -> list[str]:
    """Return what a rule matched; of a correlation, the articles that it counted."""
    if entry.fired is None:
        return [found.text for found in entry.hit.evidence]
    return [f"{one.rule}: {one.title}" for one in entry.fired.counted]


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: article text is hostile.

    Nor for two, of which one is: in many countries a semicolon divides them, quotes or not.
    """
    return _FORMULA.sub("'", value) if isinstance(value, str) else value
