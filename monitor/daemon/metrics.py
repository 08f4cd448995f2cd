"""What Prometheus reads: counters and gauges of one process, with stable names."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
)

from monitor import __version__

STAGES = (
    "poll",
    "decide",
    "deliver",
    "catch-up",
    "reload",
    "housekeeping",
    "heartbeat",
    "canary",
    "beat",
    "watchdog",
)


class Metrics:
    """The metrics of one daemon. No label ever holds a URL, an address or a secret."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Info("monitor_build", "The running version.", registry=self.registry)
        build.info({"version": __version__})
        self._count_work()
        self._measure_outbox()
        self._measure_state()
        self._prove_life()

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"monitor_{name}", told, labels, registry=self.registry)

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(f"monitor_{name}", told, labels, registry=self.registry)

    def _count_work(self) -> None:
        """Make what grows with every article and every attempt."""
        self.polls = self._counter("polls", "Polls by source and outcome.", "source", "outcome")
        self.poll_seconds = Histogram(
            "monitor_poll_seconds",
            "How long polls take.",
            buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300),
            registry=self.registry,
        )
        self.articles = self._counter(
            "articles",
            "Articles by what they were: new, changed, known, refused.",
            "source",
            "kind",
        )
        self.rule_hits = self._counter("hits", "New hits by rule.", "rule")
        self.decisions = self._counter("decisions", "Decisions by outcome.", "outcome")
        self.deliveries = self._counter(
            "deliveries", "Delivery attempts by channel and outcome.", "channel", "outcome"
        )
        self.errors = self._counter("errors", "Failures by the stage that goes on.", "stage")
        for stage in STAGES:
            # What is counted from 0 on is seen to grow when it happens for the first time.
            self.errors.labels(stage)

    def _measure_outbox(self) -> None:
        """Make what tells how much waits to be sent."""
        self.pending = self._gauge("alerts_pending", "Alerts in the outbox, by channel.", "channel")
        self.dead = self._gauge("alerts_dead", "Dead letters, by channel.", "channel")
        self.oldest = self._gauge(
            "alert_age_seconds", "Age of the oldest alert that is due and not sent."
        )

    def _measure_state(self) -> None:
        """Make what tells how sources, rules and stages do."""
        self.lag = self._gauge(
            "poll_lag_seconds", "How late the source is polled that waits longest."
        )
        self.hanging = self._gauge(
            "polls_hanging", "Polls that were given up and have not come back."
        )
        self.sources = self._gauge("sources", "Sources by state: good, bad, gone.", "state")
        self.rules = self._gauge("rules", "Rules by state: running, broken.", "state")
        self.reload_ok = self._gauge("reload_ok", "1 if the last configuration read is in force.")
        self.stuck = self._gauge("stages_stuck", "Stages that make no progress.")
        self.doubts = self._gauge("doubts", "Reasons not to trust a silence now.")

    def _prove_life(self) -> None:
        """Make what tells of canary and heartbeat."""
        self.canary = self._gauge("canary_seconds", "Unix time of the canary that arrived last.")
        self.heartbeats = self._counter(
            "heartbeats", "Heartbeats by outcome: answered, failed, withheld.", "outcome"
        )
        for outcome in ("answered", "failed", "withheld"):
            self.heartbeats.labels(outcome)
        self.heartbeat = self._gauge(
            "heartbeat_seconds", "Unix time of the heartbeat that was answered last."
        )
