"""What commands print: JSON lines for machines, tables for people, messages aside."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click
from click.core import ParameterSource

from monitor.errors import Location, Problem, UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

P = ParamSpec("P")
R = TypeVar("R")

_CONFIG = "monitor.config"

# What JSON leaves as it is although terminals and readers of lines act on it: C1 controls, and the
# separators at which some programs break lines.
_ACTIVE = re.compile("[\x7f-\x9f\u2028\u2029]")
_NUMBER = re.compile(r"[\d,.]+|–")
_LEAST_ROOM = 24
"""Characters that a table's last column needs beside the others."""
_INDENT = 4
_PATIENCE = 0.5
"""Seconds before a progress bar appears: what is quicker needs none."""


def common(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option that every command takes: `--config`.

    Given to a group of commands (`monitor --config FILE hits`), it holds for what follows.
    """
    return click.option(
        "--config",
        "config",
        metavar="FILE",
        default=None,
        callback=_inherited,
        help="The configuration: ./monitor.yaml, else $MONITOR_CONFIG, else"
        " /etc/monitor/monitor.yaml.",
    )(function)


def _inherited(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    del option
    if value is not None:
        context.meta[_CONFIG] = value
    found: str | None = context.meta.get(_CONFIG)
    return found


def printing(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command that prints data the options `--config` and `--json`."""
    with_json = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object a line, and nothing else."
    )(function)
    return common(with_json)


def refuse_list_options(context: click.Context, *, allowed: Collection[str] = ()) -> None:
    """Raise UsageError for options of a list that were given to one of its subcommands.

    `monitor hits --rule x ack 3` would else acknowledge a hit of another rule.
    """
    for option in context.command.params:
        name = option.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in {"config", *allowed}:
            sub = f"{context.command_path} {context.invoked_subcommand}"
            raise UsageError(
                f"{option.opts[-1]} stands before `{context.invoked_subcommand}`, where it is for"
                f" the list only: give options behind the name; `{sub} --help` shows its own"
            )


def stamp(moment: datetime | None) -> str | None:
    """Return a time as JSON carries it: RFC 3339 in UTC, to the second."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def short(moment: datetime | None, missing: str = "–") -> str:
    """Return a time as tables show it: UTC, to the minute."""
    return missing if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago (or ahead) a moment is, in one unit: `5 min ago`, `in 2 h`."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    length = lasting(abs(seconds))
    return f"{length} ago" if seconds >= 0 else f"in {length}"


def lasting(seconds: float) -> str:
    """Return a length of time in one unit, two of it at least: `90 s`, `119 min`, `47 h`, `2 d`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size):,} {unit}"
    return f"{int(seconds)} s"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return a count with its noun: `1 article`, `2 articles`, `1,200 hits`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def emit(value: object) -> None:
    """Print one JSON object as a line of its own."""
    line = json.dumps(value, ensure_ascii=False, default=_plain)
    click.echo(_ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", line))


def say(message: str) -> None:
    """Print a message for a person, on standard error."""
    click.echo(printable(message), err=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def printable(text: str) -> str:
    """Return text that cannot move the cursor, colour or reverse a terminal (C0, C1, bidi)."""
    return "".join(
        character if character.isprintable() or character == "\n" else " " for character in text
    )


def place(location: Location) -> str:
    """Return a place as people find it: below the working directory, from there."""
    return str(Location(near(location.file), location.line, location.column))


def sentence(message: str) -> str:
    """Return a message in which paths below the working directory are told from there."""
    here = re.escape(f"{str(Path.cwd()).rstrip(os.sep)}{os.sep}")
    # Not the end of a longer path, nor of a URL, nor the root alone.
    return re.sub(rf"(?<![\w./:~-]){here}(?=[^\s/])", "", message)


def line_of(problem: Problem) -> str:
    """Return a problem as one line: where, how bad, what, and what to do."""
    hint = f" ({sentence(problem.hint)})" if problem.hint else ""
    told = f"{problem.severity}: {sentence(problem.message)}{hint}"
    return f"{place(problem.location)}: {told}"


def near(path: str | Path) -> str:
    """Return a path from the working directory if it lies below it, else as it is."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def console() -> Console:
    """Return the console for people; it colours only on a terminal."""
    from rich.console import Console  # noqa: PLC0415 - rich loads when something is shown

    if sys.stdout.isatty():
        return Console(highlight=False, soft_wrap=False)
    # Not a terminal: no colour, and lines as long as they are, so that grep finds what it should.
    return Console(highlight=False, no_color=True, width=1_000, soft_wrap=True)


def show(text: Text | str, head: str = "", style: str = "") -> None:
    """Print text behind `head`; on a terminal, what does not fit goes on below its beginning."""
    from rich.cells import cell_len  # noqa: PLC0415 - rich loads when something is shown
    from rich.text import Text  # noqa: PLC0415

    out = console()
    told = Text(printable(text), style) if isinstance(text, str) else text
    if out.is_terminal:
        indent = cell_len(head)
        lines = told.wrap(out, max(out.width - indent, _LEAST_ROOM))
        told = Text(f"\n{' ' * indent}").join(lines)
    out.print(Text(head, style) + told)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print rows under headings; without any row, print the sentence `empty` on standard error.

    On a terminal the last column is broken into lines, in the room that is left beside the others
    or, where that is too little, below them. Elsewhere every row is one line.
    """
    # What is shown comes from the network: no escape sequence, no line break survives.
    cells = [[" ".join(printable(cell).split()) for cell in row] for row in rows]
    if not cells:
        say(empty)
        return
    from rich.cells import cell_len  # noqa: PLC0415 - rich loads when something is shown
    from rich.text import Text  # noqa: PLC0415

    columns = list(zip(headings, *cells, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    numeric = [all(_NUMBER.fullmatch(cell) for cell in column[1:]) for column in columns]
    out = console()
    beside = sum(widths[:-1]) + 2 * (len(widths) - 1)
    for number, row in enumerate([list(headings), *cells]):
        style = "bold" if number == 0 else ""
        shown = []
        for cell, width, right in zip(row, widths, numeric, strict=True):
            room = " " * (width - cell_len(cell))
            shown.append(room + cell if right else cell + room)
        first, last = "  ".join(shown[:-1]), shown[-1].rstrip()
        if not out.is_terminal or beside + cell_len(last) <= out.width:
            out.print(Text(f"{first}  {last}".rstrip(), style))
        elif out.width - beside >= _LEAST_ROOM:
            lines = Text(last).wrap(out, out.width - beside)
            out.print(Text(f"{first}  ", style) + Text(f"\n{' ' * beside}").join(lines))
        else:
            out.print(Text(first, style))
            indent = " " * _INDENT
            lines = Text(last).wrap(out, max(out.width - _INDENT, _LEAST_ROOM))
            out.print(Text(indent) + Text(f"\n{indent}").join(lines))


@contextmanager
def progress(
    what: str, total: int | None = None, *, alone: bool = False
) -> Iterator[Callable[[int], Any]]:
    """Show a progress bar on a terminal while the block runs; yields `advance(count)`.

    It appears after half a second, also when nothing gets on. A block that prints something
    meanwhile has no bar where that goes to the same terminal; one that prints nothing says so with
    `alone`.
    """
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not alone):
        yield lambda _count: None
        return
    from rich.console import Console  # noqa: PLC0415 - rich loads when something is shown
    from rich.progress import (  # noqa: PLC0415 - rich loads when something is shown
        BarColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns: tuple[str | ProgressColumn, ...] = Progress.get_default_columns()
    if total is None:
        counted = TextColumn("{task.completed:,}")
        columns = (TextColumn("{task.description}"), BarColumn(), counted, TimeElapsedColumn())
    bar = Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task(what, total=total)
    begin = threading.Timer(_PATIENCE, bar.start)
    begin.daemon = True
    begin.start()
    try:
        yield lambda count: bar.advance(task, count)
    finally:
        begin.cancel()
        begin.join()
        bar.stop()


def survive_any_output() -> None:
    """Let nothing that is printed fail: no closed output, no encoding that lacks a character."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)
        else:
            stream.reconfigure(errors="backslashreplace")
