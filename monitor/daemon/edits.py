"""What people hear of their edits: once that one cannot be used, once that all is well again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from monitor.daemon.health import Health
from monitor.daemon.metrics import Metrics
from monitor.daemon.operator import Operator
from monitor.daemon.systemd import Notify
from monitor.errors import Problem

log = structlog.get_logger(part="edits")

_MATTER = "rules and configuration"
_MOST_TOLD = 20


class Edits:
    """Tells operator, service manager, metrics and `monitor status` what became of edits.

    `show` is called when there is something new for `monitor status`, which people look at next.
    """

    def __init__(
        self,
        health: Health,
        operator: Operator,
        metrics: Metrics,
        notify: Notify,
        show: Callable[[], None] = lambda: None,
    ) -> None:
        self._show = show
        self._health = health
        self._operator = operator
        self._metrics = metrics
        self._notify = notify

    def started(self, broken: Sequence[Problem]) -> None:
        """Tell which rules are left out from the start; none is well."""
        if broken:
            self._trouble(broken, "These rules cannot be used and are left out; all others run.")
        else:
            self.sound()

    def begins(self) -> None:
        """Tell that a reload begins."""
        self._notify.reloading()

    def ended(self) -> None:
        """Tell that a reload has ended, however."""
        self._notify.ready(self._health.line())

    def refused(self, problems: Sequence[Problem]) -> None:
        """Tell why an edit is not in force."""
        self._trouble(
            problems, "What was edited cannot be used; what was in force before keeps running."
        )

    def failing(self, problems: Sequence[Problem]) -> None:
        """Tell that rules are in force since the start whose own tests fail."""
        self._trouble(problems, "These rules are in force, but their own tests fail.")

    def sound(self) -> None:
        """Tell that what is written is in force."""
        self._health.problems = ()
        self._metrics.reload_ok.set(1)
        self._operator.well(_MATTER, "Rules and configuration are sound again, and in force.")
        self._show()

    def _trouble(self, problems: Sequence[Problem], what: str) -> None:
        self._health.problems = tuple(problems)
        self._metrics.reload_ok.set(0)
        for problem in problems:
            log.error("broken", problem=str(problem))
        shown = "\n".join(str(problem) for problem in problems[:_MOST_TOLD])
        more = len(problems) - _MOST_TOLD
        rest = f"\n… and {more} more" if more > 0 else ""
        # Each file once: somebody who mends a file step by step wants no mail for every step.
        files = sorted({problem.location.file for problem in problems})
        self._operator.trouble(
            _MATTER, "\n".join(files), f"{what}\n{shown}{rest}\nSee all of it: monitor check"
        )
        self._show()
