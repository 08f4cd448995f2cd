"""Deciding: hits that are new or up become alerts, and their channels are woken."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from monitor.daemon.canary import routes_of
from monitor.daemon.core import Core
from monitor.daemon.generation import Generation
from monitor.pipeline.decide import Decided, Terms, decide

log = structlog.get_logger(part="decide")


def terms_of(generation: Generation) -> Terms:
    """Return what decisions go by in a generation."""
    settings = generation.settings
    return Terms(
        routes=routes_of(settings),
        channels=[channel.name for channel in settings.channels],
        rules=generation.rules,
        sources=[source.id for source in settings.sources],
        operator=settings.operator,
    )


class Deciding:
    """Decides what there is to decide; `turn` is a stage's."""

    def __init__(self, core: Core, *, woken: Callable[[Iterable[str]], None]) -> None:
        self._core = core
        self._woken = woken

    def turn(self) -> float | None:
        """Decide; return the seconds until something that is held is due."""
        now = self._core.now()
        decided = decide(self._core.store, terms_of(self._core.generation()), now)
        self._count(decided)
        self._woken(decided.channels)
        if decided.wake is None:
            return None
        return (decided.wake - now).total_seconds()

    def _count(self, decided: Decided) -> None:
        told: dict[str, int] = {}
        for (outcome, reason), count in decided.outcomes.items():
            self._core.metrics.decisions.labels(outcome.value).inc(count)
            told[f"{outcome.value}_{reason.value}".replace("-", "_")] = count
        if told:
            log.info("decided", alerts=len(decided.alerts), **told)
