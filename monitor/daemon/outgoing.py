"""The deliveries: a stage a channel, so that a slow or dead one delays nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from monitor.daemon.generation import Generation
from monitor.daemon.metrics import Metrics
from monitor.daemon.pulse import Pulse
from monitor.daemon.stages import Stage
from monitor.model.alert import Delivery, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.pipeline.deliver import Delivered, Terms, deliver
from monitor.ports import Clock, Notifier, Store

log = structlog.get_logger("deliver")


class Outgoing:
    """Keeps one delivering stage for each channel of the configuration."""

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        generation: Callable[[], Generation],
        clock: Clock,
        pulse: Pulse,
        metrics: Metrics,
        worker: str,
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._generation = generation
        self._clock = clock
        self._pulse = pulse
        self._metrics = metrics
        self._worker = worker
        self._lock = threading.Lock()
        self._stages: dict[str, Stage] = {}
        self._leaving: list[Stage] = []
        self._stopping = threading.Event()

    def follow(self) -> None:
        """Start a stage for every new channel of the configuration, end those of gone ones."""
        wanted = {channel.name for channel in self._generation().settings.channels}
        with self._lock:
            if self._stopping.is_set():
                return
            for name in self._stages.keys() - wanted:
                stage = self._stages.pop(name)
                stage.stop()
                self._leaving.append(stage)
            self._leaving = [stage for stage in self._leaving if not stage.join(0)]
            for name in wanted - self._stages.keys():
                # What a daemon that crashed had leased is due again: this one is alone.
                self._store.release(name)
                stage = Stage(
                    f"deliver {name}",
                    self._turn(name),
                    pulse=self._pulse,
                    metrics=self._metrics,
                )
                self._stages[name] = stage
                stage.start()

    def wake(self, channels: Iterable[str]) -> None:
        """Say that there are new alerts for these channels."""
        with self._lock:
            stages = [self._stages[name] for name in channels if name in self._stages]
        for stage in stages:
            stage.wake()

    def stop(self, within: float) -> tuple[str, ...]:
        """End after the present sends; return the channels that did not end in time."""
        with self._lock:
            self._stopping.set()
            stages = [*self._stages.values(), *self._leaving]
        for stage in stages:
            stage.stop()
        share = within / max(len(stages), 1)
        return tuple(stage.name for stage in stages if not stage.join(max(share, 1.0)))

    def _turn(self, name: str) -> Callable[[], float | None]:
        def turn() -> float | None:
            settings = self._generation().settings
            channel = settings.channel(name)
            if channel is None:
                return None
            done = self._deliver(channel, settings.operator)
            if done.again is None:
                return None
            return (done.again - self._clock.now()).total_seconds()

        return turn

    def _deliver(self, channel: Channel, operator: str | None) -> Delivered:
        done = deliver(
            self._store,
            self._notifier,
            channel,
            self._clock,
            worker=self._worker,
            terms=Terms(operator=operator),
            stopping=self._stopping.is_set,
        )
        for delivery in done.deliveries:
            self._count(delivery, dead=delivery.alert in done.dead)
        self.wake(done.channels)
        return done

    def _count(self, delivery: Delivery, *, dead: bool) -> None:
        self._metrics.deliveries.labels(delivery.channel, delivery.outcome.value).inc()
        good = delivery.outcome is DeliveryOutcome.DELIVERED
        tell = log.info if good else log.warning
        tell(
            "delivered" if good else "delivery-failed",
            alert=delivery.alert,
            channel=delivery.channel,
            where=delivery.where,
            attempt=delivery.attempt,
            detail=delivery.detail,
            dead=dead,
            seconds=round(delivery.duration, 3),
        )


def seconds_until(moment: datetime | None, now: datetime) -> float | None:
    """Return the seconds until a moment, not below 0; None for no moment."""
    return None if moment is None else max((moment - now).total_seconds(), 0.0)
