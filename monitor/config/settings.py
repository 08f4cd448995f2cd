"""monitor.yaml as a value: everything checked, every path absolute, every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor.model.channel import Channel, Route
from monitor.model.source import Source


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """An address that is asked at intervals, only while polls and deliveries work."""

    url: str = field(repr=False)
    every: timedelta


@dataclass(frozen=True, slots=True)
class Listen:
    """Where metrics and health are served."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long articles, their hits and the delivery log are kept; None is for ever."""

    keep: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one installation."""

    path: Path
    """The file that it was read from."""
    database: str = field(repr=False)
    rules: Path
    sources: tuple[Source, ...]
    channels: tuple[Channel, ...]
    routes: tuple[Route, ...]
    operator: str | None = None
    """The channel that hears of broken rules, dead sources, undeliverable alerts."""
    heartbeat: Heartbeat | None = None
    http: Listen | None = None
    canary: timedelta | None = None
    """How often a made-up article goes the whole way to the operator; None is never."""
    contact: str = ""
    """Who runs this monitor, for the User-Agent of requests: a mail address or a page."""
    timezone: str = "UTC"
    """Of wall-clock times that name no zone of their own."""
    workers: int = 10
    """Polls that run at the same time."""
    retention: Retention = Retention()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Every text that must not be shown: what came out of ${…}, passwords inside URLs."""

    @property
    def source_tags(self) -> Mapping[str, tuple[str, ...]]:
        """The tags of every source, by its id."""
        return {source.id: source.tags for source in self.sources}

    def channel(self, name: str) -> Channel | None:
        """Return a channel by its name."""
        return next((channel for channel in self.channels if channel.name == name), None)

    def source(self, id: str) -> Source | None:
        """Return a source by its id."""
        return next((source for source in self.sources if source.id == id), None)
