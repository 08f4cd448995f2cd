"""`monitor db`: the database's schema, size and copies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor.cli.choices import duration_of
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import common, emit, plural, printing, progress, say
from monitor.config.settings import Settings


@click.group("db", epilog="Example: `monitor db backup /srv/backup/monitor-$(date +%F).db`")
def command() -> None:
    """Upgrade, inspect, prune and back up the database."""


@command.command("upgrade", epilog="Example: `systemctl stop monitor && monitor db upgrade`")
@common
def upgrade(config: str | None) -> None:
    """Bring the database to this version's schema; its data comes along.

    Story features of the last 30 days' articles that are of another version are recomputed.
    """
    from monitor.store import schema  # noqa: PLC0415 - loads SQLAlchemy

    settings = open_settings(config)
    before = schema.upgrade(settings.database)
    if before == schema.HEAD:
        say(f"The database has revision {schema.HEAD} already.")
    elif before:
        say(f"Upgraded from revision {before} to {schema.HEAD}.")
    else:
        say(f"Made a new database with revision {schema.HEAD}.")
    _renew(settings)


def _renew(settings: Settings) -> None:
    """Let what is stored of articles be compared with what this version makes of new ones."""
    with open_database(settings) as store:
        stale = store.stale(now())
        with progress("Recomputing story features", stale, alone=True) as advance:
            renewed = store.renew(now(), progress=advance)
    if renewed.articles:
        say(f"Recomputed the story features of {plural(renewed.articles, 'article')}.")
    if renewed.without_text:
        left = plural(renewed.without_text, "article")
        say(f"Left those of {left}, whose text is not stored any more.")


@command.command("current", epilog="Example: `monitor db current --json`")
@printing
def current(config: str | None, *, as_json: bool) -> int:
    """Show the database's revision, and whether this version can work with it."""
    from monitor.store import schema  # noqa: PLC0415 - loads SQLAlchemy

    settings = open_settings(config)
    revision = schema.current(settings.database)
    state = schema.state(settings.database)
    if as_json:
        emit({"revision": revision or None, "needed": schema.HEAD, "state": state.value})
    else:
        click.echo(f"{revision or 'none'} ({state.value}; this version works with {schema.HEAD})")
    return 0 if state is schema.SchemaState.CURRENT else 1


@command.command("prune", epilog="Example: `monitor db prune --older-than 1y`")
@click.option(
    "--older-than", "older_than", metavar="TIME", required=True, help="How much to keep: 90d, 1y."
)
@printing
def prune(config: str | None, *, older_than: str, as_json: bool) -> None:
    """Remove articles first seen before so long ago, with their hits, revisions and deliveries.

    What an alert that is not delivered yet needs stays, whatever its age.
    """
    before = now() - duration_of(older_than, "--older-than")
    with open_database(open_settings(config)) as store:
        gone = store.prune(before)
    if as_json:
        emit(asdict(gone))
        return
    parts = [plural(gone.articles, "article"), plural(gone.revisions, "revision")]
    parts += [plural(gone.hits, "hit"), plural(gone.alerts, "alert")]
    say(f"Removed {', '.join(parts)}.")
    if gone.kept:
        say(f"Kept {plural(gone.kept, 'old article')} that something undelivered needs.")


@command.command("backup", epilog="Example: `monitor db backup /srv/backup/monitor.db`")
@click.argument("file", type=click.Path(path_type=Path))
@common
def backup(config: str | None, *, file: Path) -> None:
    """Write a consistent copy of the database to FILE, also while the daemon runs (SQLite).

    To go back to it: stop the daemon, and put the copy in the place of the database file.
    """
    with open_database(open_settings(config)) as store:
        store.backup(file)
    say(f"Wrote {file} ({file.stat().st_size / 1_000_000:.1f} MB).")
