"""Applying new and changed rules to the recent past, beside everything else and over restarts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.daemon.core import Core
from monitor.daemon.diary import Diary
from monitor.model.rule import Rule
from monitor.pipeline.catch_up import catch_up, reaching_back

log = structlog.get_logger(part="catch-up")

_KEY = "catch-up"
# Seconds until articles of polls that began before the rules were in force are looked at.
_LATER = 5.0


@dataclass(frozen=True, slots=True)
class _Task:
    reach: timedelta
    asked: float
    """When the rule came into force, on the clock that never jumps."""
    after: int = 0
    """Articles up to this id have been looked at."""


class CatchUp:
    """Keeps the list of rules to apply to the past, and works it off.

    The list is kept in the database before the rules count as known, so that a crash loses none.
    `oldest_poll` returns when the poll that runs longest began (None: none runs): its articles
    were matched by the rules before, and are looked at when it has ended.
    """

    def __init__(
        self,
        core: Core,
        *,
        default: timedelta | None,
        oldest_poll: Callable[[], float | None] = lambda: None,
        on_hits: Callable[[], None] = lambda: None,
    ) -> None:
        self._core = core
        self._store = core.store
        self._default = default
        self._oldest_poll = oldest_poll
        self._on_hits = on_hits
        self.progress: Callable[[], None] = lambda: None
        """Called now and then in a long turn."""
        self.stopping: Callable[[], bool] = lambda: False
        """Whether a long turn is to end."""
        self._diary = Diary(core)
        self._lock = threading.Lock()
        self._tasks: dict[str, _Task] = {}
        self.hits = 0
        """New hits so far."""

    def take_over(self, rules: Mapping[str, Rule]) -> None:
        """Remember the rules' versions, and put what is new among them on the list.

        To be called when the rules are in force. Raises StoreError; calling it again is harmless.
        """
        now = self._core.now()
        known = self._store.current_versions()
        changed = [rule for rule in rules.values() if known.get(rule.id) != rule.version]
        with self._lock:
            if not self._tasks:
                self._tasks = self._unfinished()
            asked = self._core.monotonic()
            for id, reach in reaching_back(changed, self._default, now).items():
                self._tasks[id] = _Task(reach, asked)
            self._save()
        self._store.keep_rules(tuple(rules.values()), now)

    @property
    def waiting(self) -> int:
        """How many rules are still to be applied."""
        with self._lock:
            return len(self._tasks)

    def turn(self) -> float | None:
        """Work the list off; return the seconds to rest if something has to wait."""
        with self._lock:
            tasks = dict(self._tasks)
        walks: dict[_Task, list[str]] = {}
        for id, task in tasks.items():
            walks.setdefault(task, []).append(id)
        for task, ids in walks.items():
            self._walk(task, ids)
        return _LATER if self.waiting else None

    def _walk(self, task: _Task, ids: Sequence[str]) -> None:
        """Apply rules with the same task."""
        now = self._core.now()
        rules = self._running(ids, now)
        oldest = self._oldest_poll()
        settled = oldest is None or oldest > task.asked
        done = catch_up(
            self._store,
            rules,
            since=now - task.reach,
            now=now,
            after=task.after,
            progress=self.progress,
            stopping=self.stopping,
        )
        self.hits += done.hits
        for id, count in done.by_rule.items():
            self._core.metrics.rule_hits.labels(id).inc(count)
        if done.hits:
            self._on_hits()
            hours = task.reach / timedelta(hours=1)
            log.info("caught-up", rules=len(rules), hours=hours, hits=done.hits)
        left = None if settled and done.whole else replace(task, after=done.last)
        with self._lock:
            for id in ids:
                # A rule that was edited meanwhile has a new task.
                if self._tasks.get(id) == task:
                    del self._tasks[id]
                    if left is not None:
                        self._tasks[id] = left
            if left is None:
                self._save()

    def _running(self, ids: Sequence[str], now: datetime) -> Sequence[Rule]:
        rules = self._core.generation().rules
        return [rules[id] for id in ids if id in rules and rules[id].runs_on(now.date())]

    def _unfinished(self) -> dict[str, _Task]:
        written = json.loads(self._diary.read(_KEY) or "{}")
        asked = self._core.monotonic()
        return {id: _Task(timedelta(seconds=reach), asked) for id, reach in written.items()}

    def _save(self) -> None:
        left = {id: task.reach.total_seconds() for id, task in sorted(self._tasks.items())}
        self._diary.write(_KEY, json.dumps(left))
