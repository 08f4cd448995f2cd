"""`monitor hits`: what matched, and what people say about it."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Sequence

import click

from monitor.cli.choices import LEVELS, STATES, levels_of, since_of, states_of
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import (
    common,
    emit,
    plural,
    printing,
    refuse_list_options,
    say,
    short,
    stamp,
    table,
)
from monitor.errors import UsageError
from monitor.model.hit import Evidence, Review
from monitor.model.listing import HitEntry, HitFilter

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


_FORMULA = re.compile(r"(?:^|(?<=;))(?=[=+\-@\t\r])")
_CHOOSING = frozenset({"rules", "level", "sources", "since", "states", "search"})


@click.group(
    "hits",
    invoke_without_command=True,
    epilog="Examples: `monitor hits --level '>=high' --since 7d --search 'airport seized'`;"
    " `monitor hits ack 12 13`; `monitor hits export --format csv > hits.csv`",
)
@click.option("--rule", "rules", multiple=True, metavar="GLOB", help="Rule ids; * for anything.")
@click.option("--level", metavar="LEVEL", help=f"{LEVELS}; also >=high.")
@click.option("--source", "sources", multiple=True, metavar="ID", help="Source ids.")
@click.option("--since", metavar="WHEN", help="30d, or a date: 2026-01-31.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    help="What the policy made of it, or a person; several: any of them.",
)
@click.option("--search", metavar="TEXT", default="", help='Words of the article; "a phrase".')
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many.")
@printing
@click.pass_context
def command(
    context: click.Context,
    config: str | None,
    *,
    rules: tuple[str, ...],
    level: str | None,
    sources: tuple[str, ...],
    since: str | None,
    states: tuple[str, ...],
    search: str,
    limit: int,
    as_json: bool,
) -> None:
    """List hits, newest first; or acknowledge, dismiss, annotate and export them.

    The options of the list stand before `export`, too, and choose what it writes.
    """
    if context.invoked_subcommand not in {None, "export"}:
        refuse_list_options(context)
    if context.invoked_subcommand == "export":
        refuse_list_options(context, allowed=_CHOOSING)
    moment = now()
    policy, people = states_of(states)
    wanted = HitFilter(
        rules=rules,
        levels=levels_of(level),
        sources=sources,
        since=since_of(since, moment),
        states=policy,
        reviews=people,
        search=search,
    )
    context.obj = (config, wanted)
    if context.invoked_subcommand is not None:
        return
    with open_database(open_settings(config)) as store:
        entries = store.hits(wanted, limit)
    if as_json:
        for entry in entries:
            emit(as_object(entry))
        return
    table(
        ("hit", "found (UTC)", "level", "rule", "state", "source", "article"),
        (
            (
                str(entry.hit.id),
                short(entry.hit.at),
                entry.hit.level.label,
                entry.hit.rule,
                _state(entry),
                entry.source,
                entry.title,
            )
            for entry in entries
        ),
        empty="No hits.",
    )


def _state(entry: HitEntry) -> str:
    review = entry.hit.review
    return entry.hit.state.value if review is Review.OPEN else review.value


def as_object(entry: HitEntry) -> dict[str, object]:
    """Return a hit as `--json` and `export` show it."""
    hit = entry.hit
    return {
        "hit": hit.id,
        "at": stamp(hit.at),
        "rule": hit.rule,
        "version": hit.version,
        "level": hit.level.label,
        "tags": list(hit.tags),
        "state": hit.state.value,
        "review": hit.review.value,
        "note": hit.note,
        "title": entry.title,
        "source": entry.source,
        "url": entry.url,
        "lang": entry.lang,
        "published": stamp(entry.published),
        "story": entry.story,
        "article": hit.article,
        "evidence": evidence_objects(hit.evidence),
    }


def evidence_objects(evidence: Iterable[Evidence]) -> list[dict[str, object]]:
    """Return evidence as the contract writes it."""
    return [
        {
            "field": found.field,
            "start": found.start,
            "end": found.end,
            "text": found.text,
            "query": found.query,
        }
        for found in evidence
    ]


@command.command("ack", epilog="Example: `monitor hits ack 12 13`")
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=int)
@common
def ack(config: str | None, *, ids: tuple[int, ...]) -> int:
    """Acknowledge hits: their stories are not repeated any more."""
    moment = now()
    with open_database(open_settings(config)) as store:
        done = store.review(ids, Review.ACKNOWLEDGED, moment)
    return _done(ids, done, "Acknowledged")


@command.command("note", epilog="Example: `monitor hits note 12 'confirmed by phone'`")
@click.argument("id", type=int)
@click.argument("text")
@common
def note(config: str | None, *, id: int, text: str) -> int:
    """Write a note on a hit; an empty text removes it."""
    with open_database(open_settings(config)) as store:
        found = store.note(id, text)
    return _done([id], [id] if found else [], "Noted on")


def _done(wanted: Sequence[int], done: Sequence[int], what: str) -> int:
    missing = [id for id in wanted if id not in set(done)]
    if done:
        say(f"{what} {plural(len(done), 'hit')}.")
    if missing:
        say(f"There is no hit {', '.join(map(str, missing))}.")
    return 1 if missing else 0


@command.command("dismiss", epilog="Example: `monitor hits dismiss 12 | patch -p0`")
@click.argument("id", type=int)
@printing
def dismiss(config: str | None, *, id: int, as_json: bool) -> int:
    """Dismiss a hit as wrong, and print a patch that keeps its rule from such texts.

    The patch adds the passage as a `miss` sample and a phrase to the rule's `none:`, the one that
    would have removed the fewest of the rule's other hits of the last 90 days; how many, it says.
    """
    from monitor.cli.dismissal import print_patch  # noqa: PLC0415 - loads the engine

    settings = open_settings(config)
    with open_database(settings) as store:
        done = store.review([id], Review.DISMISSED, now())
        code = _done([id], done, "Dismissed")
        if done:
            print_patch(settings, store, id, as_json=as_json)
    return code


class _Export(click.Command):
    """Tells where the options that choose hits belong."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments. Raises UsageError and what click does."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            chosen = [it for it in command.params if it.name in _CHOOSING]
            if any(error.option_name in option.opts for option in chosen):
                raise UsageError(
                    f"{error.option_name} chooses hits, and stands before `export`:"
                    f" `monitor hits {error.option_name} … export`"
                ) from None
            raise


@command.command(
    "export",
    cls=_Export,
    epilog="Example: `monitor hits --since 30d export --format csv > hits.csv`",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="jsonl",
    show_default=True,
    help="For spreadsheets, or one JSON object a line.",
)
@click.pass_context
def export(context: click.Context, *, form: str) -> None:
    """Write all hits (of `monitor hits` options given before) to standard output, oldest first."""
    config, wanted = context.find_object(tuple) or (None, HitFilter())
    with open_database(open_settings(config)) as store:
        if form == "jsonl":
            for entry in store.all_hits(wanted):
                emit(as_object(entry))
        else:
            _write_csv(store.all_hits(wanted))


def _write_csv(entries: Iterable[HitEntry]) -> None:
    line = io.StringIO()
    writer = csv.DictWriter(line, _FIELDS, lineterminator="\r\n")
    writer.writeheader()
    for entry in entries:
        row = as_object(entry)
        row["tags"] = " ".join(entry.hit.tags)
        row["matched"] = " | ".join(dict.fromkeys(found.text for found in entry.hit.evidence))
        del row["evidence"]
        writer.writerow({name: _cell(value) for name, value in row.items()})
        sys.stdout.write(line.getvalue())
        line.seek(0)
        line.truncate()
    sys.stdout.write(line.getvalue())


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: article text is hostile.

    Nor for two, of which one is: in many countries a semicolon divides them, quotes or not.
    """
    return _FORMULA.sub("'", value) if isinstance(value, str) else value
