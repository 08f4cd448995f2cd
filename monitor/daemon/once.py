"""One round: every source once, what is due delivered, and then the end."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from monitor.daemon.core import Core
from monitor.daemon.deciding import terms_of
from monitor.errors import MonitorError
from monitor.model.alert import DeliveryOutcome
from monitor.model.source import PollOutcome, Source, SourceState
from monitor.pipeline.decide import decide
from monitor.pipeline.deliver import Terms, deliver
from monitor.pipeline.detect import Detected, detect
from monitor.ports import Notifier, SourceReader

log = structlog.get_logger(part="round")

_WORKER = "round"


@dataclass(slots=True)
class Round:
    """What a round did, for its summary."""

    sources: int = 0
    failed: list[str] = field(default_factory=list)
    """A sentence for each source that could not be read."""
    new: int = 0
    known: int = 0
    changed: int = 0
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    hits: int = 0
    alerts: int = 0
    """Delivered, as the channels say."""
    undelivered: list[str] = field(default_factory=list)
    """A sentence for each attempt that failed, and for each channel with alerts that wait."""

    def add(self, source: Source, outcome: PollOutcome, detected: Detected) -> None:
        """Count what one source gave."""
        self.sources += 1
        self.new += detected.new
        self.known += detected.known
        self.changed += detected.changed
        self.refused += detected.refused
        self.hits += detected.hits
        for refusal in detected.refusals:
            told = f"{refusal.where}: {refusal.reason}".removeprefix(f"{source.id}: ")
            self.refusals.append(f"{source.id}: {told}")
        if more := detected.refused - len(detected.refusals):
            self.refusals.append(f"{source.id}: and {more:,} more")
        if outcome in {PollOutcome.FAILED, PollOutcome.GONE}:
            self.failed.append(f"{source.id}: {detected.state.last_error or outcome.value}")

    def add_failure(self, source: Source, error: Exception) -> None:
        """Count a source whose poll raised."""
        self.sources += 1
        self.failed.append(f"{source.id}: {str(error) or type(error).__name__}")


_Ended = tuple[Source, tuple[PollOutcome, Detected] | Exception]


def poll_all(
    core: Core, reader: SourceReader, *, done: Round, advance: Callable[[int], object]
) -> None:
    """Poll every source once, several at a time, and store what they give.

    The threads are left behind when this is interrupted: ctrl-C waits for nobody.
    """
    settings = core.settings
    states = core.store.source_states()
    left: queue.SimpleQueue[Source] = queue.SimpleQueue()
    ended: queue.SimpleQueue[_Ended] = queue.SimpleQueue()
    for source in settings.sources:
        left.put(source)

    def work() -> None:
        while True:
            try:
                source = left.get_nowait()
            except queue.Empty:
                return
            try:
                state = states.get(source.id) or SourceState(source=source.id)
                ended.put((source, _poll(core, reader, source, state, advance)))
            except Exception as error:  # noqa: BLE001 - the other sources are read all the same
                ended.put((source, error))

    for number in range(min(settings.workers, len(settings.sources))):
        threading.Thread(target=work, name=f"poll-{number}", daemon=True).start()
    for _ in settings.sources:
        source, result = ended.get()
        if not isinstance(result, Exception):
            done.add(source, *result)
            continue
        if not isinstance(result, MonitorError):
            log.critical("poll-failed", source=source.id, exc_info=result)
        done.add_failure(source, result)


def _poll(
    core: Core,
    reader: SourceReader,
    source: Source,
    state: SourceState,
    advance: Callable[[int], object],
) -> tuple[PollOutcome, Detected]:
    now = core.now()
    generation = core.generation()
    poll = reader.poll(source, state, now)
    return poll.outcome, detect(
        poll,
        source,
        store=core.store,
        matcher=generation.matcher,
        rules=generation.rules,
        now=now,
        advance=advance,
    )


def decide_all(core: Core, *, done: Round) -> None:
    """Decide everything that is new or due; correlations may add hits."""
    done.hits += decide(core.store, terms_of(core.generation()), core.now()).firings


def deliver_all(core: Core, notifier: Notifier, *, done: Round) -> None:
    """Send everything that is due now, channel by channel; what has to wait waits, and is told."""
    names = [channel.name for channel in core.settings.channels]
    for name in names:
        core.store.release(name)
    while names:
        # Fallbacks and the operator may get something while others are served.
        names = sorted(set().union(*(_deliver(core, notifier, name, done) for name in names)))
    for figures in core.store.channel_figures():
        if figures.pending:
            known = core.settings.channel(figures.channel) is not None
            why = "" if known else ", which is not configured"
            done.undelivered.append(f"{figures.pending:,} wait for {figures.channel}{why}")


def _deliver(core: Core, notifier: Notifier, name: str, done: Round) -> frozenset[str]:
    channel = core.settings.channel(name)
    woken: frozenset[str] = frozenset()
    again: datetime | None = core.now()
    while channel is not None and again is not None and again <= core.now():
        result = deliver(
            core.store,
            notifier,
            channel,
            core.clock,
            worker=_WORKER,
            terms=Terms(operator=core.settings.operator),
        )
        for delivery in result.deliveries:
            if delivery.outcome is DeliveryOutcome.DELIVERED:
                done.alerts += 1
            else:
                done.undelivered.append(f"{name} ({delivery.where}): {delivery.detail}")
        woken |= result.channels
        again = result.again
    return woken
