"""What commands print: JSON lines for machines, tables for people, messages aside."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

P = ParamSpec("P")
R = TypeVar("R")


def common(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option that every command takes: `--config`."""
    return click.option(
        "--config",
        "config",
        metavar="FILE",
        default=None,
        help="The configuration: ./monitor.yaml, else $MONITOR_CONFIG, else"
        " /etc/monitor/monitor.yaml.",
    )(function)


def printing(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command that prints data the options `--config` and `--json`."""
    with_json = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object a line, and nothing else."
    )(function)
    return common(with_json)


def emit(value: object) -> None:
    """Print one JSON object as a line of its own."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def say(message: str) -> None:
    """Print a message for a person, on standard error."""
    click.echo(message, err=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)


def stamp(moment: datetime | None) -> str | None:
    """Return a time as JSON carries it: RFC 3339 in UTC, to the second."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def short(moment: datetime | None, missing: str = "–") -> str:
    """Return a time as tables show it: local to UTC, to the minute."""
    return missing if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago (or ahead) a moment is, in one unit: `5 min ago`, `in 2 h`."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    length = lasting(abs(seconds))
    return f"{length} ago" if seconds >= 0 else f"in {length}"


def lasting(seconds: float) -> str:
    """Return a length of time in one unit: `40 s`, `5 min`, `2 h`, `3 d`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return a count with its noun: `1 article`, `2 articles`, `1,200 hits`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def console() -> Console:
    """Return the console for people; it colours only on a terminal."""
    from rich.console import Console  # noqa: PLC0415 - rich loads when something is shown

    if sys.stdout.isatty():
        return Console(highlight=False, soft_wrap=False)
    # Not a terminal: no colour, and lines as long as they are, so that grep finds what it should.
    return Console(highlight=False, no_color=True, width=1_000, soft_wrap=True)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print rows under headings; without any row, print the sentence `empty` on standard error."""
    from rich.table import Table  # noqa: PLC0415 - rich loads when something is shown
    from rich.text import Text  # noqa: PLC0415

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    count = 0
    for row in rows:
        # Text, not markup: what is shown comes from the network.
        grid.add_row(*(Text(printable(cell)) for cell in row))
        count += 1
    if count:
        console().print(grid)
    else:
        say(empty)


def printable(text: str) -> str:
    """Return text that cannot move the cursor, colour or reverse a terminal (C0, C1, bidi)."""
    return "".join(
        character if character.isprintable() or character == "\n" else " " for character in text
    )


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], Any]]:
    """Show a progress bar on a terminal while the block runs; yields `advance(count)`."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console  # noqa: PLC0415 - rich loads when something is shown
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)
