"""One round: every source once, what is due delivered, and then the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime

from monitor.daemon.generation import Generation
from monitor.errors import MonitorError
from monitor.model.alert import DeliveryOutcome
from monitor.model.source import PollOutcome, Source, SourceState
from monitor.pipeline.decide import Terms, decide
from monitor.pipeline.deliver import Terms as DeliveryTerms
from monitor.pipeline.deliver import deliver
from monitor.pipeline.detect import Detected, detect
from monitor.ports import Clock, Notifier, SourceReader, Store


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
    """A sentence for each alert that did not arrive (yet)."""

    def add(self, source: Source, outcome: PollOutcome, detected: Detected) -> None:
        """Count what one source gave."""
        self.sources += 1
        self.new += detected.new
        self.known += detected.known
        self.changed += detected.changed
        self.refused += detected.refused
        self.hits += detected.hits
        if detected.refused and detected.state.last_refused:
            self.refusals.append(f"{source.id}: {detected.state.last_refused}")
        if outcome in {PollOutcome.FAILED, PollOutcome.GONE}:
            self.failed.append(f"{source.id}: {detected.state.last_error or outcome.value}")


def poll_all(
    generation: Generation,
    *,
    store: Store,
    reader: SourceReader,
    clock: Clock,
    done: Round,
    advance: Callable[[int], object],
) -> None:
    """Poll every source once, several at a time, and store what they give."""
    states = store.source_states()

    def one(source: Source) -> tuple[PollOutcome, Detected]:
        now = clock.now()
        state = states.get(source.id) or SourceState(source=source.id)
        poll = reader.poll(source, state, now)
        return poll.outcome, detect(
            poll,
            source,
            store=store,
            matcher=generation.matcher,
            rules=generation.rules,
            now=now,
            advance=advance,
        )

    settings = generation.settings
    with ThreadPoolExecutor(settings.workers, thread_name_prefix="poll") as pool:
        polls = {pool.submit(one, source): source for source in settings.sources}
        for finished in as_completed(polls):
            source = polls[finished]
            try:
                outcome, detected = finished.result()
            except MonitorError as error:
                done.sources += 1
                done.failed.append(f"{source.id}: {error}")
            else:
                done.add(source, outcome, detected)


def decide_all(generation: Generation, *, store: Store, clock: Clock) -> None:
    """Decide everything that is new or due."""
    settings = generation.settings
    decide(
        store,
        Terms(
            routes=settings.routes,
            channels=[channel.name for channel in settings.channels],
            rules=generation.rules,
            sources=[source.id for source in settings.sources],
            operator=settings.operator,
        ),
        clock.now(),
    )


def deliver_all(
    generation: Generation,
    *,
    store: Store,
    notifier: Notifier,
    clock: Clock,
    worker: str,
    done: Round,
) -> None:
    """Send everything that is due now, channel by channel; what has to wait waits."""
    settings = generation.settings
    names: Sequence[str] = [channel.name for channel in settings.channels]
    visited: set[str] = set()
    while names:
        woken: set[str] = set()
        for name in names:
            if name not in visited:
                store.release(name)
                visited.add(name)
            woken |= _deliver_channel(
                generation,
                name,
                store=store,
                notifier=notifier,
                clock=clock,
                worker=worker,
                done=done,
            )
        # Fallbacks and the operator may have got something meanwhile.
        names = sorted(woken)


def _deliver_channel(
    generation: Generation,
    name: str,
    *,
    store: Store,
    notifier: Notifier,
    clock: Clock,
    worker: str,
    done: Round,
) -> set[str]:
    settings = generation.settings
    channel = settings.channel(name)
    woken: set[str] = set()
    again: datetime | None = clock.now()
    while channel is not None and again is not None and again <= clock.now():
        result = deliver(
            store,
            notifier,
            channel,
            clock,
            worker=worker,
            terms=DeliveryTerms(operator=settings.operator),
        )
        for delivery in result.deliveries:
            if delivery.outcome is DeliveryOutcome.DELIVERED:
                done.alerts += 1
            else:
                done.undelivered.append(f"{name} ({delivery.where}): {delivery.detail}")
        woken |= result.channels
        again = result.again
    return woken
