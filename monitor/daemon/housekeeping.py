"""The daily work: what is old is forgotten, what nobody looks up is dropped, oddities are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import structlog

from monitor.daemon.canary import NAME as CANARY
from monitor.daemon.core import Core
from monitor.daemon.diary import Diary
from monitor.daemon.health import Health
from monitor.daemon.operator import Operator
from monitor.errors import StoreBusy, StoreError
from monitor.model.rule import Level
from monitor.policy.volume import WINDOW, Unusual, unusual

log = structlog.get_logger(part="housekeeping")

_KEY = "housekeeping"
_VOLUME = "volume"
# Days looked at after a pause; older oddities are no news.
_BACK = 3
# A silence may have begun long before the days that a rule is compared with.
_HISTORY = timedelta(days=3 * WINDOW)
_MOST = 30


class Housekeeping:
    """Does once a day (UTC) what has to be done, and tries again what failed.

    After a crash, and only then, the database's file is checked first.
    """

    def __init__(self, core: Core, *, health: Health, operator: Operator) -> None:
        self._core = core
        self._store = core.store
        self._health = health
        self._operator = operator
        self._diary = Diary(core)
        self._done: date | None = None
        self.crashed = False
        """Whether the daemon before ended without order."""

    def turn(self) -> float | None:
        """Do what is due."""
        if self.crashed:
            self._check()
            self.crashed = False
        now = self._core.now()
        today = now.date()
        if self._done == today:
            return None
        if self._diary.read(_KEY) != today.isoformat():
            self._tidy(now)
            self._diary.write(_KEY, today.isoformat())
        self._tell_volume(today)
        self._done = today
        return None

    def _check(self) -> None:
        try:
            damage = self._store.check()
        except StoreBusy:
            raise
        except StoreError as error:  # so damaged that it cannot even be checked
            damage = (str(error),)
        text = f"the database is damaged: {damage[0]}" if damage else ""
        self._health.fault("damage", text)
        if damage:
            log.error("database-damaged", found=list(damage))
            found = "\n".join(damage)
            self._operator.trouble(
                "database", text, f"Found after a crash:\n{found}\nRestore it from a backup."
            )
        else:
            log.info("database-checked")
            self._operator.well("database", "The database's file is whole.")

    def _tidy(self, now: datetime) -> None:
        keep = self._core.settings.retention.keep
        if keep is not None:
            gone = self._store.prune(now - keep)
            log.info(
                "pruned",
                articles=gone.articles,
                revisions=gone.revisions,
                hits=gone.hits,
                alerts=gone.alerts,
                refusals=gone.refusals,
                kept=gone.kept,
            )
        self._store.tidy(now)

    def _tell_volume(self, today: date) -> None:
        """Tell which rules were unlike themselves on the days since it was told last."""
        yesterday = today - timedelta(days=1)
        told = self._diary.read(_VOLUME)
        last = date.fromisoformat(told) if told else yesterday - timedelta(days=1)
        first = max(last + timedelta(days=1), today - timedelta(days=_BACK))
        if last >= yesterday:
            return
        days = [first + timedelta(days=number) for number in range((today - first).days)]
        odd = self._odd(days)
        if odd:
            lines = [str(one) for one in odd[:_MOST]]
            more = len(odd) - _MOST
            lines += [f"… and {more} more"] if more > 0 else []
            text = "\n".join(lines)
            self._operator.tell("rules unlike themselves", text, level=Level.LOW)
        self._diary.write(_VOLUME, yesterday.isoformat())

    def _odd(self, days: Sequence[date]) -> list[Unusual]:
        start = datetime.combine(days[0], time(), UTC) - _HISTORY
        end = datetime.combine(days[-1], time(), UTC) + timedelta(days=1)
        hits: dict[str, dict[date, int]] = {}
        for count in self._store.hits_a_day(start, end):
            hits.setdefault(count.rule, {})[count.day] = count.hits
        rules = self._core.generation().matcher.rules
        found: list[Unusual] = []
        for rule in sorted(hits.keys() & rules.keys() - {CANARY}):
            watched = max(self._watched(rule), start.date())
            for day in days:
                one = unusual(rule, hits[rule], watched=watched, day=day)
                found += [one] if one is not None else []
        return found

    def _watched(self, rule: str) -> date:
        """Return the first whole day of a rule's present version."""
        current = [one.loaded for one in self._store.rule_versions(rule) if one.current]
        return max(current, default=self._core.now()).date() + timedelta(days=1)
