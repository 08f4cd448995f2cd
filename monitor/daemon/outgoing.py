"""The deliveries: a stage a channel, so that a slow or dead one delays nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import structlog

from monitor.daemon.core import Core
from monitor.daemon.stages import Stage
from monitor.model.alert import Delivery, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.pipeline.deliver import Delivered, Terms, deliver
from monitor.ports import Notifier

log = structlog.get_logger(part="deliver")


class Outgoing:
    """Keeps one delivering stage for each channel of the configuration."""

    def __init__(self, core: Core, *, notifier: Notifier, worker: str) -> None:
        self._core = core
        self._notifier = notifier
        self._worker = worker
        self._lock = threading.Lock()
        self._stages: dict[str, Stage] = {}
        self._leaving: list[Stage] = []
        self._released: set[str] = set()
        self._stopping = threading.Event()

    def follow(self) -> None:
        """Start a stage for every new channel of the configuration, end those of gone ones.

        To be called now and then: a channel that is back while its former stage still sends gets
        its new one when that has ended. Raises StoreError.
        """
        wanted = {channel.name for channel in self._core.settings.channels}
        with self._lock:
            if self._stopping.is_set():
                return
            for name in self._stages.keys() - wanted:
                stage = self._stages.pop(name)
                stage.stop()
                self._leaving.append(stage)
            self._leaving = [stage for stage in self._leaving if not stage.join(0)]
            busy = {stage.name for stage in self._leaving}
            for name in sorted(wanted - self._stages.keys()):
                if _stage_name(name) not in busy:
                    self._open(name)

    def _open(self, name: str) -> None:
        if name not in self._released:
            # What a daemon that crashed had leased is due again: this one is alone.
            self._core.store.release(name)
            self._released.add(name)
        stage = Stage(
            _stage_name(name),
            lambda: self._turn(name, stage),
            pulse=self._core.pulse,
            metrics=self._core.metrics,
        )
        self._stages[name] = stage
        stage.start()

    def wake(self, channels: Iterable[str] | None = None) -> None:
        """Say that there are new alerts for these channels; None: for any."""
        with self._lock:
            names = self._stages.keys() if channels is None else channels
            stages = [self._stages[name] for name in names if name in self._stages]
        for stage in stages:
            stage.wake()

    def stop(self) -> None:
        """Ask all to end after the present sends."""
        with self._lock:
            self._stopping.set()
            for stage in (*self._stages.values(), *self._leaving):
                stage.stop()

    def stages(self) -> tuple[Stage, ...]:
        """Return all that have been started and may still run."""
        with self._lock:
            return (*self._stages.values(), *self._leaving)

    def _turn(self, name: str, stage: Stage) -> float | None:
        settings = self._core.settings
        channel = settings.channel(name)
        if channel is None:
            return None
        done = self._deliver(channel, settings.operator, stage)
        if done.again is None:
            return None
        return (done.again - self._core.now()).total_seconds()

    def _deliver(self, channel: Channel, operator: str | None, stage: Stage) -> Delivered:
        def stopping() -> bool:
            stage.progress()
            return stage.stopping

        done = deliver(
            self._core.store,
            self._notifier,
            channel,
            self._core.clock,
            worker=self._worker,
            terms=Terms(operator=operator),
            stopping=stopping,
        )
        for delivery in done.deliveries:
            self._count(delivery, dead=delivery.alert in done.dead)
        self.wake(done.channels)
        return done

    def _count(self, delivery: Delivery, *, dead: bool) -> None:
        self._core.metrics.deliveries.labels(delivery.channel, delivery.outcome.value).inc()
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


def _stage_name(channel: str) -> str:
    return f"deliver {channel}"
