"""`monitor hits`: what matched, and what people say about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from monitor.cli.hit_choice import CHOOSING, choosing, filter_of
from monitor.cli.hit_export import export
from monitor.cli.hit_objects import hit_object
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import (
    common,
    emit,
    plural,
    printing,
    refuse_list_options,
    say,
    short,
    table,
)
from monitor.model.hit import Review
from monitor.model.listing import HitEntry


@click.group(
    "hits",
    invoke_without_command=True,
    epilog="Examples: `monitor hits --level '>=high' --since 7d --search 'airport seized'`;"
    " `monitor hits ack 12 13`; `monitor hits export --format csv --bom > hits.csv`",
)
@choosing
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many.")
@printing
@click.pass_context
def command(
    context: click.Context,
    /,
    config: str | None,
    *,
    limit: int,
    as_json: bool,
    **chosen: Any,
) -> None:
    """List hits, newest first; or acknowledge, dismiss, annotate and export them.

    The options that choose hits may stand before `export`, too, and choose what it writes.
    """
    if context.invoked_subcommand not in {None, "export"}:
        refuse_list_options(context)
    if context.invoked_subcommand == "export":
        refuse_list_options(context, allowed=CHOOSING)
    wanted = filter_of(chosen)
    context.obj = chosen
    if context.invoked_subcommand is not None:
        return
    with open_database(open_settings(config)) as store:
        entries = store.hits(wanted, limit)
    if as_json:
        for entry in entries:
            emit(hit_object(entry))
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
    would have removed the fewest of the rule's other hits of the last 90 days, and of such
    phrases the most telling of the article, by how rare its words are in the database; how many
    hits, it says, and where there are too few to tell. The patch is tried first: with it the
    sample and the article miss, and no other rule means something else. Where no such patch can
    be made, it says what to do by hand.
    """
    from monitor.cli.dismissal import print_patch  # noqa: PLC0415 - loads the engine

    settings = open_settings(config)
    with open_database(settings) as store:
        done = store.review([id], Review.DISMISSED, now())
        code = _done([id], done, "Dismissed")
        if done:
            print_patch(settings, store, id, as_json=as_json)
    return code


command.add_command(export)
