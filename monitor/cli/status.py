"""`monitor status`: one screen that says whether it is well."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import ago, console, emit, plural, printable, printing, stamp
from monitor.config.settings import Settings
from monitor.model.listing import ChannelFigures, DaemonReport
from monitor.model.rule import CANARY
from monitor.model.source import SourceState
from monitor.store.database import SqlStore

_SILENT = timedelta(minutes=2)
"""How long a daemon that writes every ten seconds may wait for others who write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    running: bool
    daemon: DaemonReport | None
    report: dict[str, object]
    good: int
    bad: tuple[SourceState, ...]
    gone: tuple[SourceState, ...]
    unread: int
    last_poll: datetime | None
    articles: int
    hits: int
    channels: tuple[ChannelFigures, ...]
    silences: int


@click.command("status", epilog="Example: `monitor status`; for programs: `monitor status --json`")
@printing
def command(config: str | None, *, as_json: bool) -> int:
    """Show how the daemon does: sources, articles and hits of today, outbox, rules, silences.

    The exit code is 1 when it does not run or something needs a person.
    """
    settings = open_settings(config)
    moment = now()
    with open_database(settings) as store:
        found = _look(store, settings, moment)
    troubles = _troubles(found, moment)
    if as_json:
        emit(_as_object(found, troubles))
    else:
        _show(found, troubles, moment)
    return 1 if troubles else 0


def _look(store: SqlStore, settings: Settings, moment: datetime) -> _Status:
    daemon = store.daemon()
    report: dict[str, object] = json.loads(daemon.report) if daemon and daemon.report else {}
    wanted = {source.id for source in settings.sources}
    states = [state for id, state in store.source_states().items() if id in wanted]
    today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    span = store.article_span(today)
    counts = store.hits_a_day(today, moment + timedelta(seconds=1))
    made_up = sum(count.hits for count in counts if count.rule == CANARY)
    return _Status(
        running=store.is_running(),
        daemon=daemon,
        report=report,
        good=sum(state.failures == 0 and state.last_success is not None for state in states),
        bad=tuple(state for state in states if state.failures and not state.gone),
        gone=tuple(state for state in states if state.gone),
        unread=len(wanted) - sum(state.last_poll is not None for state in states),
        last_poll=max((state.last_poll for state in states if state.last_poll), default=None),
        articles=span.count - made_up if span else 0,
        hits=sum(count.hits for count in counts) - made_up,
        channels=tuple(store.channel_figures()),
        silences=sum(silence.start <= moment < silence.end for silence in store.all_silences()),
    )


def _troubles(found: _Status, moment: datetime) -> list[str]:
    troubles = [] if found.running else ["the daemon does not run"]
    if found.running and found.daemon is not None and moment - found.daemon.seen > _SILENT:
        when = ago(found.daemon.seen, moment)
        troubles.append(
            f"the daemon could last write to the database {when}: its log says why (a full disk?)"
        )
    troubles += [f"source {state.source}: {state.last_error}" for state in found.bad]
    troubles += [f"source {state.source} is gone (410)" for state in found.gone]
    dead = sum(channel.dead for channel in found.channels)
    if dead:
        letters = plural(dead, "dead letter")
        troubles.append(f"{letters}: `monitor deliveries --state dead` shows them")
    problems = found.report.get("problems") or []
    doubts = found.report.get("doubts") or []
    if found.running and isinstance(problems, list) and isinstance(doubts, list):
        troubles += [str(problem) for problem in problems]
        troubles += [str(doubt) for doubt in doubts]
    return troubles


def _as_object(found: _Status, troubles: list[str]) -> dict[str, object]:
    daemon = found.daemon
    return {
        "running": found.running,
        "since": stamp(daemon.started) if daemon and found.running else None,
        "pid": daemon.pid if daemon and found.running else None,
        "seen": stamp(daemon.seen) if daemon else None,
        "version": found.report.get("version"),
        "rules": found.report.get("rules"),
        "rules_loaded": found.report.get("loaded"),
        "rule_problems": found.report.get("problem_count", 0),
        "sources": {
            "good": found.good,
            "bad": len(found.bad),
            "gone": len(found.gone),
            "unread": found.unread,
        },
        "last_poll": stamp(found.last_poll),
        "articles_today": found.articles,
        "hits_today": found.hits,
        "outbox": {
            figures.channel: {
                "pending": figures.pending,
                "dead": figures.dead,
                "oldest": stamp(figures.oldest),
                "last_sent": stamp(figures.last_sent),
            }
            for figures in found.channels
        },
        "silences": found.silences,
        "troubles": troubles,
    }


def _show(found: _Status, troubles: list[str], moment: datetime) -> None:
    daemon = found.daemon
    if found.running and daemon is not None:
        running = f"since {ago(daemon.started, moment)}, process {daemon.pid} on {daemon.host}"
    elif daemon is not None:
        running = f"no; it ended without order, last seen {ago(daemon.seen, moment)}"
    else:
        running = "no"
    sources = [f"{found.good} good", f"{len(found.bad)} bad"]
    sources += [f"{len(found.gone)} gone"] if found.gone else []
    sources += [f"{found.unread} not read yet"] if found.unread else []
    pending = sum(figures.pending for figures in found.channels)
    dead = sum(figures.dead for figures in found.channels)
    rules = found.report.get("rules", "–")
    broken = found.report.get("problem_count")
    broken = broken if isinstance(broken, int) else 0
    lines = [
        ("running", running),
        ("sources", ", ".join(sources)),
        ("last poll", ago(found.last_poll, moment)),
        ("today", f"{plural(found.articles, 'article')}, {plural(found.hits, 'hit')}"),
        ("outbox", f"{pending:,} pending, {plural(dead, 'dead letter')}"),
        ("rules", f"{rules} running" + (f", {plural(broken, 'problem')}" if broken else "")),
        ("silences", str(found.silences)),
    ]
    out = console()
    for name, value in lines:
        out.print(f"{name:<10} {printable(value)}", markup=False)
    for trouble in troubles:
        out.print(f"! {printable(trouble)}", style="bold red", markup=False)
