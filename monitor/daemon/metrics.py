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
        registry = CollectorRegistry()
        self.registry = registry
        ProcessCollector(registry=registry)
        build = Info("monitor_build", "The running version.", registry=registry)
        build.info({"version": __version__})
        self.polls = Counter(
            "monitor_polls",
            "Polls by source and outcome.",
            ["source", "outcome"],
            registry=registry,
        )
        self.poll_seconds = Histogram(
            "monitor_poll_seconds",
            "How long polls take.",
            buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300),
            registry=registry,
        )
        self.articles = Counter(
            "monitor_articles",
            "Articles by what they were: new, changed, known, refused.",
            ["source", "kind"],
            registry=registry,
        )
        self.rule_hits = Counter("monitor_hits", "New hits by rule.", ["rule"], registry=registry)
        self.decisions = Counter(
            "monitor_decisions", "Decisions by outcome.", ["outcome"], registry=registry
        )
        self.deliveries = Counter(
            "monitor_deliveries",
            "Delivery attempts by channel and outcome.",
            ["channel", "outcome"],
            registry=registry,
        )
        self.errors = Counter(
            "monitor_errors", "Failures by the stage that goes on.", ["stage"], registry=registry
        )
        for stage in STAGES:
            # What is counted from 0 on is seen to grow when it happens for the first time.
            self.errors.labels(stage)
        self.pending = Gauge(
            "monitor_alerts_pending",
            "Alerts in the outbox, by channel.",
            ["channel"],
            registry=registry,
        )
        self.dead = Gauge(
            "monitor_alerts_dead", "Dead letters, by channel.", ["channel"], registry=registry
        )
        self.oldest = Gauge(
            "monitor_alert_age_seconds",
            "Age of the oldest alert that is due and not sent.",
            registry=registry,
        )
        self.lag = Gauge(
            "monitor_poll_lag_seconds",
            "How late the source is polled that waits longest.",
            registry=registry,
        )
        self.hanging = Gauge(
            "monitor_polls_hanging",
            "Polls that were given up and have not come back.",
            registry=registry,
        )
        self.sources = Gauge(
            "monitor_sources", "Sources by state: good, bad, gone.", ["state"], registry=registry
        )
        self.rules = Gauge(
            "monitor_rules", "Rules by state: running, broken.", ["state"], registry=registry
        )
        self.reload_ok = Gauge(
            "monitor_reload_ok", "1 if the last configuration read is in force.", registry=registry
        )
        self.stuck = Gauge(
            "monitor_stages_stuck", "Stages that make no progress.", registry=registry
        )
        self.doubts = Gauge(
            "monitor_doubts", "Reasons not to trust a silence now.", registry=registry
        )
        self.canary = Gauge(
            "monitor_canary_seconds",
            "Unix time of the canary that arrived last.",
            registry=registry,
        )
        self.heartbeats = Counter(
            "monitor_heartbeats",
            "Heartbeats by outcome: answered, failed, withheld.",
            ["outcome"],
            registry=registry,
        )
        for outcome in ("answered", "failed", "withheld"):
            self.heartbeats.labels(outcome)
        self.heartbeat = Gauge(
            "monitor_heartbeat_seconds",
            "Unix time of the heartbeat that was answered last.",
            registry=registry,
        )
