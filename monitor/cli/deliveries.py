"""`monitor deliveries`: the outbox, and every attempt."""

from __future__ import annotations

from collections.abc import Sequence

import click

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
from monitor.model.alert import AlertState
from monitor.model.listing import AlertEntry, AlertFilter
from monitor.store.database import SqlStore

_STATES = [state.value for state in AlertState]


@click.group(
    "deliveries",
    invoke_without_command=True,
    epilog="Examples: `monitor deliveries --state dead`; `monitor deliveries retry --dead`",
)
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Any of them.")
@click.option("--channel", "channels", multiple=True, metavar="NAME", help="Of these channels.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many.")
@printing
@click.pass_context
def command(
    context: click.Context,
    config: str | None,
    *,
    states: tuple[str, ...],
    channels: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List alerts with what their channels answered, newest first; retry or drop them."""
    if context.invoked_subcommand is not None:
        refuse_list_options(context)
        return
    wanted = AlertFilter(
        states=tuple(AlertState(state) for state in states), channels=tuple(channels)
    )
    with open_database(open_settings(config)) as store:
        entries = store.alerts(wanted, limit)
    if as_json:
        for entry in entries:
            emit(_as_object(entry))
        return
    table(
        ("alert", "made (UTC)", "channel", "kind", "level", "state", "attempts", "last answer"),
        (
            (
                entry.alert.id[:12],
                short(entry.alert.created),
                entry.alert.channel,
                entry.alert.kind.value,
                entry.alert.level.label,
                entry.alert.state.value,
                str(entry.alert.attempts),
                _last(entry),
            )
            for entry in entries
        ),
        empty="No alerts.",
    )


def _last(entry: AlertEntry) -> str:
    if not entry.deliveries:
        return f"due {short(entry.alert.due)}"
    last = entry.deliveries[-1]
    retry = f"; again {short(entry.alert.due)}" if entry.alert.state is AlertState.PENDING else ""
    return f"{last.outcome.value}: {last.detail} ({last.duration:.1f} s){retry}"


def _as_object(entry: AlertEntry) -> dict[str, object]:
    alert = entry.alert
    return {
        "alert": alert.id,
        "channel": alert.channel,
        "kind": alert.kind.value,
        "level": alert.level.label,
        "state": alert.state.value,
        "route": alert.route,
        "group": alert.group,
        "hits": list(alert.hits),
        "created": stamp(alert.created),
        "due": stamp(alert.due),
        "attempts": alert.attempts,
        "message_id": alert.message_id,
        "follows": alert.follows,
        "stands_in_for": alert.stands_in_for,
        "deliveries": [
            {
                "at": stamp(delivery.at),
                "where": delivery.where,
                "outcome": delivery.outcome.value,
                "detail": delivery.detail,
                "seconds": round(delivery.duration, 3),
                "attempt": delivery.attempt,
            }
            for delivery in entry.deliveries
        ],
    }


@command.command("retry", epilog="Examples: `monitor deliveries retry 3f9a02`; `… retry --dead`")
@click.argument("ids", metavar="ID…", nargs=-1)
@click.option("--dead", is_flag=True, help="All dead letters.")
@common
def retry(config: str | None, *, ids: tuple[str, ...], dead: bool) -> int:
    """Make alerts due now that did not arrive, whatever became of them; the daemon sends them."""
    if bool(ids) == dead:
        raise UsageError("name the alerts to retry, or give --dead for all dead letters")
    with open_database(open_settings(config)) as store:
        chosen = _chosen(store, ids, AlertState.DEAD if dead else None)
        done = store.retry(chosen, now())
        running = store.is_running()
    say(f"Due now: {plural(len(done), 'alert')}.")
    if done and not running:
        say("No daemon runs: `monitor run --once` sends them, after reading the sources.")
    return _settled(chosen, done)


@command.command("drop", epilog="Example: `monitor deliveries drop 3f9a02`")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@common
def drop(config: str | None, *, ids: tuple[str, ...]) -> int:
    """Give up alerts that are not sent yet."""
    with open_database(open_settings(config)) as store:
        chosen = _chosen(store, ids, None)
        done = store.drop(chosen, now())
    say(f"Dropped {plural(len(done), 'alert')}.")
    return _settled(chosen, done)


def _settled(chosen: Sequence[str], done: Sequence[str]) -> int:
    late = [id for id in chosen if id not in set(done)]
    if late:
        say(f"Sent or dropped already: {', '.join(id[:12] for id in late)}.")
    return 1 if late else 0


def _chosen(store: SqlStore, ids: Sequence[str], state: AlertState | None) -> list[str]:
    """Return whole ids for the given beginnings; UsageError for one that fits none or several."""
    if state is not None:
        found = store.alerts(AlertFilter(states=(state,)), 1_000_000)
        return [entry.alert.id for entry in found]
    chosen: dict[str, None] = {}
    for id in ids:
        found = store.alerts(AlertFilter(ids=(id,)), 2)
        if len(found) != 1:
            fault = "no alert" if not found else "more than one alert"
            raise UsageError(f"{fault} begins with {id!r}: `monitor deliveries` lists them")
        chosen[found[0].alert.id] = None
    return list(chosen)
