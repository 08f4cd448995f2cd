"""From a configuration file to a running daemon, or to one round of its work."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TextIO

import structlog

from monitor.daemon import logs
from monitor.daemon.generation import Generation
from monitor.daemon.loading import load
from monitor.daemon.once import Round, decide_all, deliver_all, poll_all
from monitor.daemon.service import Service
from monitor.daemon.systemd import Notify
from monitor.daemon.wiring import SystemClock, make_notifier, make_reader, make_store
from monitor.errors import Problem
from monitor.pipeline.catch_up import catch_up as apply_to_past
from monitor.store.database import SqlStore

log = structlog.get_logger("daemon")


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round did, and which rules could not take part."""

    round: Round
    broken: tuple[Problem, ...]


def run_once(
    path: str | Path,
    environ: Mapping[str, str],
    *,
    catch_up: timedelta | None,
    debug: bool,
    advance: Callable[[int], object],
    console: TextIO,
) -> RoundResult:
    """Do one round and return what it did.

    Raises InvalidConfig, StoreError, AlreadyRunning. Rules that cannot be used are told on
    standard error and left out; the rest goes on.
    """
    clock = SystemClock()
    generation = load(Path(path), environ, clock.now())
    logs.configure(json=False, secrets=generation.settings.secrets, quiet=not debug, debug=debug)
    for problem in generation.broken:
        sys.stderr.write(f"{problem}\n")
    store = make_store(generation.settings)
    notifier = make_notifier(console)
    done = Round()
    try:
        store.claim(socket.gethostname(), os.getpid(), clock.now())
        done.hits += _begin(store, generation, catch_up, clock)
        poll_all(
            generation,
            store=store,
            reader=make_reader(generation.settings, store),
            clock=clock,
            done=done,
            advance=advance,
        )
        decide_all(generation, store=store, clock=clock)
        deliver_all(
            generation,
            store=store,
            notifier=notifier,
            clock=clock,
            worker=f"{socket.gethostname()}:{os.getpid()}",
            done=done,
        )
        store.leave()
    finally:
        notifier.close()
        store.close()
    return RoundResult(done, generation.broken)


def run_daemon(
    path: Path, environ: Mapping[str, str], *, catch_up: timedelta | None, debug: bool
) -> int:
    """Run until SIGTERM or SIGINT; return the exit code.

    Raises InvalidConfig, StoreError, AlreadyRunning before anything runs.
    """
    clock = SystemClock()
    generation = load(path, environ, clock.now())
    notify = Notify(environ)
    logs.configure(
        json=notify.present or not sys.stderr.isatty(),
        secrets=generation.settings.secrets,
        quiet=False,
        debug=debug,
    )
    store = make_store(generation.settings)
    notifier = make_notifier()
    service = Service(
        generation,
        store=store,
        reader=make_reader(generation.settings, store),
        notifier=notifier,
        clock=clock,
        monotonic=time.monotonic,
        environ=environ,
        notify=notify,
    )
    stop = threading.Event()
    reload = threading.Event()
    woken = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        (reload if number == signal.SIGHUP else stop).set()
        woken.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        service.start(lambda: _begin(store, generation, catch_up, clock))
        while not stop.is_set():
            woken.wait()
            woken.clear()
            if reload.is_set() and not stop.is_set():
                reload.clear()
                service.reload()
        service.stop()
    finally:
        notifier.close()
        store.close()
    return 0


def _begin(
    store: SqlStore, generation: Generation, catch_up: timedelta | None, clock: SystemClock
) -> int:
    """Keep the rules' versions, and apply new and changed ones to the past as far as asked."""
    now = clock.now()
    before = store.current_versions()
    rules = tuple(generation.rules.values())
    store.keep_rules(rules, now)
    changed = [rule for rule in rules if before.get(rule.id) != rule.version]
    return apply_to_past(store, changed, default=catch_up, now=now)
