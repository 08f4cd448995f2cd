"""Replay: what the policy would have sent, found out by the real pipeline in a passing database."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.settings import Settings
from monitor.matching import compile_rules
from monitor.model.rule import Rule
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline.backtest import Tried
from monitor.pipeline.decide import Terms, decide
from monitor.pipeline.detect import detect
from monitor.store import schema
from monitor.store.database import SqlStore, open_store

_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a private folder is made in it
# How far the clock goes on after the last article, so that digests and holds are sent.
_AFTERWARDS = timedelta(days=8)


def replay(
    settings: Settings,
    rules: Sequence[Rule],
    found: Sequence[Tried],
    *,
    advance: Callable[[int], object],
    untold: Collection[str] = (),
) -> Mapping[str, int]:
    """Return how many alerts each channel would have had, by the routes as they are.

    `untold` are ids of rules that are only counted by correlations: nobody hears of their own hits.
    The articles are detected and decided one after the other at their own times, as if each had
    come when it was published. Nothing is sent, and the database of the configuration is not
    touched.
    """
    by_id = {rule.id: replace(rule, enabled=True, expires=None) for rule in rules}
    with tempfile.TemporaryDirectory(prefix="monitor-replay-", dir=_memory()) as folder:
        url = f"sqlite:///{Path(folder) / 'replay.db'}"
        schema.upgrade(url)
        store = open_store(url)
        try:
            _silence(store, untold, found)
            return _run(store, settings, by_id, found, advance)
        finally:
            store.close()


def _silence(store: SqlStore, rules: Collection[str], found: Sequence[Tried]) -> None:
    times = [tried.at for tried in found]
    for id in rules if times else ():
        store.add_silence(rule=id, start=min(times), end=max(times) + 2 * _AFTERWARDS)


def _memory() -> str | None:
    """Return a folder that is memory, where there is one: nobody waits for a disk in it."""
    return _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK | os.X_OK) else None


def _run(
    store: SqlStore,
    settings: Settings,
    rules: Mapping[str, Rule],
    found: Sequence[Tried],
    advance: Callable[[int], object],
) -> Mapping[str, int]:
    matcher = compile_rules(rule for rule in rules.values() if rule.match is not None)
    terms = Terms(
        routes=settings.routes,
        channels=[channel.name for channel in settings.channels],
        rules=rules,
        operator=None,
    )
    wake: datetime | None = None
    for tried in sorted(found, key=lambda one: (one.at, one.reference)):
        while wake is not None and wake <= tried.at:
            wake = _decide(store, terms, wake)
        source = Source(id=tried.article.source or "corpus", kind=SourceKind.CORPUS, max_age=None)
        poll = Poll(
            outcome=PollOutcome.READ,
            items=iter([replace(tried.article, source=source.id)]),
            state=SourceState(source=source.id),
        )
        detect(poll, source, store=store, matcher=matcher, rules=rules, now=tried.at)
        wake = _decide(store, terms, tried.at)
        advance(1)
    last = max((tried.at for tried in found), default=None)
    while last is not None and wake is not None and wake <= last + _AFTERWARDS:
        wake = _decide(store, terms, wake)
    # Nothing was delivered, so that everything ever sent is still pending.
    return {figures.channel: figures.pending for figures in store.channel_figures()}


def _decide(store: SqlStore, terms: Terms, now: datetime) -> datetime | None:
    wake = decide(store, terms, now).wake
    # Held until this very moment: decided again a second later, so that time goes on.
    return now + timedelta(seconds=1) if wake is not None and wake <= now else wake
