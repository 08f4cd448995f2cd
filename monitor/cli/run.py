"""`monitor run`: the daemon, or one round of its work."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.choices import duration_of
from monitor.cli.output import emit, line_of, plural, printing, progress, say, sentence
from monitor.config.reading import find_config
from monitor.daemon.signals import Ended, Signals
from monitor.errors import UsageError


@click.command(
    "run",
    epilog="Examples: `monitor run --once`; under systemd: `systemctl start monitor`",
)
@click.option("--once", is_flag=True, help="Read every source once, deliver what is due, end.")
@click.option(
    "--catch-up",
    "catch_up",
    metavar="TIME",
    help="Apply new and changed rules to the articles of so long ago: 2d.",
)
@click.option("--debug", is_flag=True, help="Log more.")
@printing
def command(
    config: str | None, *, once: bool, catch_up: str | None, debug: bool, as_json: bool
) -> int:
    """Run the daemon: poll, match, decide, deliver, until it is told to stop.

    SIGHUP (and every edit of monitor.yaml or a rule) reads everything anew; SIGTERM (exit
    code 0) and ctrl-C (130) end it in order. With --json, a round's summary (--once) is one JSON
    object.
    """
    if as_json and not once:
        raise UsageError("--json goes with --once: the daemon prints its log")
    path = find_config(config, os.environ)
    back = None if catch_up is None else duration_of(catch_up, "--catch-up")
    if once:
        return _once(path, back, debug=debug, as_json=as_json)
    try:
        with Signals() as signals:
            from monitor.daemon.main import run_daemon  # noqa: PLC0415 - loads everything

            return run_daemon(path, os.environ, signals, catch_up=back, debug=debug)
    except Ended as ended:
        return ended.code


def _once(path: Path, back: timedelta | None, *, debug: bool, as_json: bool) -> int:
    from monitor.daemon.main import run_once  # noqa: PLC0415 - loads everything

    started = time.monotonic()
    result = run_once(
        path,
        os.environ,
        catch_up=back,
        debug=debug,
        tell=lambda problem: say(line_of(problem)),
        # Until the delivery nothing is printed, unless the log is.
        reading=progress("Reading", alone=not debug),
        console=sys.stderr if as_json else sys.stdout,
    )
    done = result.round
    seconds = time.monotonic() - started
    if as_json:
        emit(
            {
                "sources": done.sources,
                "failed": done.failed,
                "new": done.new,
                "known": done.known,
                "changed": done.changed,
                "refused": done.refused,
                "hits": done.hits,
                "alerts": done.alerts,
                "undelivered": done.undelivered,
                "problems": [str(problem) for problem in result.broken],
                "seconds": round(seconds, 3),
            }
        )
    else:
        for line in done.refusals:
            say(f"refused: {sentence(line)}")
        for line in done.failed:
            say(f"not read: {sentence(line)}")
        for line in done.undelivered:
            say(f"not delivered: {sentence(line)}")
        news = plural(done.new, "new article") if done.new else "nothing new"
        parts = [plural(done.sources, "source"), news, f"{done.known:,} known"]
        parts += [f"{done.changed:,} changed"] if done.changed else []
        parts += [f"{done.refused:,} refused"] if done.refused else []
        parts += [plural(done.hits, "hit"), plural(done.alerts, "alert")]
        parts += [f"{len(done.undelivered):,} not delivered"] if done.undelivered else []
        click.echo(f"{', '.join(parts)} ({seconds:.1f} s)")
    return 1 if done.failed or done.undelivered or result.broken else 0
