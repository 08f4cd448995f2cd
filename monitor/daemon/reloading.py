"""Reloading while everything runs: edits are read when they rest, and used when they are sound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from monitor.daemon.core import Core
from monitor.daemon.edits import Edits
from monitor.daemon.footprint import Footprint, footprint
from monitor.daemon.generation import Generation
from monitor.daemon.loading import failing_samples
from monitor.daemon.reload import reload, renewed

log = structlog.get_logger(part="reload")

REST = 1.0
"""Seconds that files must rest before they are read, and before a broken one is read again."""


class Reloading:
    """Looks after the files that a user edits. `turn` is a stage's.

    `read` is what they looked like when what is in force was read from them. `put_in_force` takes
    a new generation; it may raise StoreError, and is then called again.
    """

    def __init__(
        self,
        core: Core,
        path: Path,
        read: Footprint,
        *,
        environ: Mapping[str, str],
        put_in_force: Callable[[Generation], None],
        edits: Edits,
        rest: float = REST,
    ) -> None:
        self._core = core
        self._path = path
        self._environ = environ
        self._put_in_force = put_in_force
        self._edits = edits
        self._rest = rest
        self._asked = threading.Event()
        self._read = read
        self._seen = read
        self._broken: Footprint | None = None
        self._tried = False
        self._failed = False
        self.progress: Callable[[], None] = lambda: None
        """Called now and then in a long turn."""
        self.stopping: Callable[[], bool] = lambda: False
        """Whether a long turn is to end."""

    def ask(self) -> None:
        """Have everything read anew at the next turn, changed or not (SIGHUP)."""
        self._asked.set()

    def turn(self) -> float | None:
        """Read anew what was edited and rests; return the seconds until the next look."""
        if not self._tried:
            self._try_rules()
        found = footprint(self._path, self._core.settings.rules)
        if not self._asked.is_set():
            if found == self._read:
                self._renew()
                return None
            if found != self._seen:
                # Editors and `git` write in several steps: it is read when it looks the same twice.
                self._seen = found
                return self._rest
        self._asked.clear()
        try:
            return self._reload(found)
        except BaseException:
            self._asked.set()
            raise

    def _reload(self, found: Footprint) -> float | None:
        self._edits.begins()
        former, now = self._core.generation(), self._core.now()
        new = reload(self._path, self._environ, former, now, self._goes_on)
        if self.stopping():
            return None
        if new.generation is None and found != self._broken:
            # Perhaps it was read between two steps of an editor: that deserves a second look.
            self._broken = found
            self._asked.set()
            return self._rest
        if new.generation is None:
            self._edits.refused(new.problems)
        else:
            self._put_in_force(new.generation)
            if self._failed:
                self._tried = False
            else:
                self._edits.sound()
        self._read = self._seen = found
        self._broken = None
        self._edits.ended()
        return None if self._tried else 0.0

    def _try_rules(self) -> None:
        """Try the rules that are in force since the start: that would have held it up."""
        rules = self._core.generation().rules.values()
        failing = failing_samples(rules, self._core.now(), self._goes_on)
        if self.stopping():
            return
        if failing:
            self._edits.failing(failing)
        elif self._failed:
            self._edits.sound()
        self._tried, self._failed = True, bool(failing)

    def _goes_on(self) -> bool:
        self.progress()
        return not self.stopping()

    def _renew(self) -> None:
        new = renewed(self._core.generation(), self._core.now())
        if new is not None:
            self._put_in_force(new)
