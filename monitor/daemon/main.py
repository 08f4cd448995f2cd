"""From a configuration file to a running daemon, or to one round of its work."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import structlog

from monitor.config.reading import load_settings
from monitor.daemon import logs
from monitor.daemon.catching_up import CatchUp
from monitor.daemon.claiming import claim
from monitor.daemon.clock import SystemClock
from monitor.daemon.core import Core
from monitor.daemon.footprint import footprint
from monitor.daemon.generation import Generation
from monitor.daemon.loading import load
from monitor.daemon.metrics import Metrics
from monitor.daemon.once import Round, decide_all, deliver_all, poll_all
from monitor.daemon.pulse import Pulse
from monitor.daemon.renewing import renew
from monitor.daemon.service import Outside, Service
from monitor.daemon.signals import Signals
from monitor.daemon.systemd import Notify
from monitor.daemon.wiring import make_notifier, make_reader, make_store
from monitor.errors import Problem, StoreBusy, StoreError

log = structlog.get_logger(part="daemon")

_LOOK = 1.0
"""Seconds between looks at the wall clock."""
_RETRY = 5.0
"""Seconds until a database is asked again that cannot be reached at the start."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round did, and which rules could not take part."""

    round: Round
    broken: tuple[Problem, ...]


def run_once(
    path: Path,
    environ: Mapping[str, str],
    *,
    catch_up: timedelta | None,
    debug: bool,
    tell: Callable[[Problem], None],
    reading: AbstractContextManager[Callable[[int], object]],
    console: TextIO,
) -> RoundResult:
    """Do one round and return what it did.

    `reading` is entered until all is read and decided; what it gives hears of every article read.
    Rules that cannot be used are told to `tell` and left out; the rest goes on.

    Raises InvalidConfig, StoreError, AlreadyRunning.
    """
    logs.configure(json=False, quiet=not debug, debug=debug)
    clock = SystemClock()
    generation = load(path, environ, clock.now())
    logs.keep_secret(generation.settings.secrets)
    for problem in generation.broken:
        tell(problem)
    store = make_store(generation.settings)
    core = Core(
        store=store,
        clock=clock,
        monotonic=time.monotonic,
        generation=lambda: generation,
        metrics=Metrics(),
        pulse=Pulse(time.monotonic),
    )
    done = Round()
    reader = make_reader(generation.settings, store)
    notifier = make_notifier(console)
    try:
        claim(store, clock.now)
        renew(core)
        with reading as advance:
            past = CatchUp(core, default=catch_up)
            past.take_over(generation.rules)
            past.turn()
            done.hits += past.hits
            poll_all(core, reader, done=done, advance=advance)
            decide_all(core, done=done)
        deliver_all(core, notifier, done=done)
    finally:
        with suppress(StoreError):
            store.leave()
        notifier.close()
        reader.close()
        store.close()
    return RoundResult(done, generation.broken)


def run_daemon(
    path: Path,
    environ: Mapping[str, str],
    signals: Signals,
    *,
    catch_up: timedelta | None,
    debug: bool,
) -> int:
    """Run until SIGTERM or SIGINT; return the exit code: 0, or 130 after SIGINT.

    One that comes before the database is opened raises Ended.

    A database that is locked or out of reach is waited for under a service manager, which is told;
    on a terminal it is an error at once.

    Raises InvalidConfig, StoreError, AlreadyRunning, UsageError before anything runs, and
    AlreadyRunning when another daemon takes the database over.
    """
    notify = Notify(environ)
    logs.configure(json=notify.present or not sys.stderr.isatty(), quiet=False, debug=debug)
    path = path.absolute()
    clock = SystemClock()
    behind: tuple[str, ...] = ()
    told = ""
    # What is edited from here on is seen, and read anew.
    read = footprint(path, load_settings(path, environ).rules)
    generation = load(path, environ, clock.now())
    logs.keep_secret(generation.settings.secrets)
    signals.begin()
    while not signals.ending:
        try:
            with _outside(generation, environ, notify, clock) as outside:
                service = Service(generation, outside, path=path, read=read, catch_up=catch_up)
                signals.on_impatience = service.hurry
                service.start()
                behind = _serve(service, signals)
            break
        except StoreBusy as error:
            if not notify.present:
                raise
            if str(error) != told:
                told = str(error)
                log.warning("waiting-for-database", error=told)
            notify.waiting(told, _RETRY)
            signals.wait(_RETRY)
    if behind:
        # Python would wait for what hangs; the database is settled, and nothing else is kept.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(signals.code)
    return signals.code


@contextmanager
def _outside(
    generation: Generation, environ: Mapping[str, str], notify: Notify, clock: SystemClock
) -> Iterator[Outside]:
    """Open what the daemon works with, and close it at the end. Raises StoreError."""
    store = make_store(generation.settings)
    notifier = make_notifier()
    try:
        yield Outside(
            store=store,
            reader=lambda settings: make_reader(settings, store),
            notifier=notifier,
            clock=clock,
            monotonic=time.monotonic,
            environ=environ,
            notify=notify,
        )
    finally:
        notifier.close()
        store.close()


def _serve(service: Service, signals: Signals) -> tuple[str, ...]:
    while not signals.ending and service.lost is None:
        signals.wait(_LOOK)
        service.look_at_clock()
        if signals.reload_asked():
            service.reload()
    behind = service.stop()
    if service.lost is not None:
        raise service.lost
    return behind
