"""`monitor silence`: hits that fit are not alerted on for a while; they are counted."""

from __future__ import annotations

from fnmatch import fnmatchcase

import click

from monitor.cli.choices import duration_of
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import (
    ago,
    common,
    emit,
    printing,
    refuse_list_options,
    say,
    short,
    stamp,
    table,
)
from monitor.errors import UsageError
from monitor.model.channel import Silence


@click.group(
    "silence",
    invoke_without_command=True,
    epilog="Examples: `monitor silence add --rule 'curfew*' --for 2h --comment 'press conference'`;"
    " `monitor silence expire 3`",
)
@click.option("--all", "all_too", is_flag=True, help="Past ones too.")
@printing
@click.pass_context
def command(context: click.Context, config: str | None, *, all_too: bool, as_json: bool) -> None:
    """List silences; add or end them."""
    if context.invoked_subcommand is not None:
        refuse_list_options(context)
        return
    moment = now()
    with open_database(open_settings(config)) as store:
        silences = [it for it in store.all_silences() if all_too or it.end > moment]
    if as_json:
        for silence in silences:
            emit(_as_object(silence))
        return
    table(
        ("silence", "rules", "tags", "until (UTC)", "covered", "comment"),
        (
            (
                str(silence.id),
                silence.rule,
                " ".join(silence.tags) or "–",
                f"{short(silence.end)} ({ago(silence.end, moment)})",
                str(silence.covered),
                silence.comment,
            )
            for silence in silences
        ),
        empty="Nothing is silenced.",
    )


def _as_object(silence: Silence) -> dict[str, object]:
    return {
        "silence": silence.id,
        "rule": silence.rule,
        "tags": list(silence.tags),
        "start": stamp(silence.start),
        "end": stamp(silence.end),
        "comment": silence.comment,
        "covered": silence.covered,
    }


@command.command("add", epilog="Example: `monitor silence add --tag drill --for 1d --comment X`")
@click.option("--rule", default="*", metavar="GLOB", help="Rule ids; * for anything.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Rules with this tag.")
@click.option("--for", "length", required=True, metavar="TIME", help="2h, 1d …")
@click.option("--comment", default="", help="Why; the operator reads it when the silence ends.")
@printing
def add(
    config: str | None,
    *,
    rule: str,
    tags: tuple[str, ...],
    length: str,
    comment: str,
    as_json: bool,
) -> None:
    """Suppress alerts of these rules from now on; their hits are kept and counted.

    Of several tags any will do; with --rule and --tag, both must fit.
    """
    if rule == "*" and not tags:
        raise UsageError("a silence needs --rule or --tag; for everything, give --rule '**'")
    moment = now()
    end = moment + duration_of(length, "--for")
    with open_database(open_settings(config)) as store:
        made = store.add_silence(rule=rule, tags=tags, start=moment, end=end, comment=comment)
        loaded = store.current_versions()
        (silence,) = (it for it in store.all_silences() if it.id == made)
    if as_json:
        emit(_as_object(silence))
    else:
        click.echo(made)
    if not any(fnmatchcase(known, rule) for known in loaded):
        say(f"No rule that runs now fits {rule!r}: it silences those that will.")
    say(f"Silence {made} holds until {short(end)} UTC; `monitor silence expire {made}` ends it.")


@command.command("expire", epilog="Example: `monitor silence expire 3`")
@click.argument("id", type=int)
@common
def expire(config: str | None, *, id: int) -> int:
    """End a silence now. What it covered stays suppressed."""
    with open_database(open_settings(config)) as store:
        done = store.expire_silence(id, now())
    say(f"Silence {id} has ended." if done else f"There is no silence {id} that still holds.")
    return 0 if done else 1
