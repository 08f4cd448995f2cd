"""Logging: structlog, one line an event; JSON under systemd, readable on a terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, WrappedLogger

from monitor.config.secrets import redact

# Libraries that narrate every request or job; only their troubles are of interest.
_TALKATIVE = {
    # It warns of each run that the one before is in the way of; the timers tell what matters.
    "apscheduler": logging.ERROR,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "alembic": logging.WARNING,
    "watchfiles": logging.WARNING,
    "trafilatura": logging.ERROR,
    "htmldate": logging.ERROR,
}
# What every line begins with.
_FIRST = ("timestamp", "level", "part", "event")


class _Secrets:
    """What must not be shown; grows with every configuration that is read."""

    def __init__(self) -> None:
        self.texts: frozenset[str] = frozenset()

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        first = [key for key in _FIRST if key in event]
        rest = [key for key in event if key not in _FIRST]
        return {key: _redacted(event[key], self.texts) for key in (*first, *rest)}


_SECRETS = _Secrets()


def keep_secret(secrets: frozenset[str]) -> None:
    """Let these texts reach no line from now on, whoever logs them."""
    _SECRETS.texts |= secrets


def configure(*, json: bool, quiet: bool, debug: bool) -> None:
    """Set up logging for the process.

    `quiet` logs nothing but what is broken in the program itself; `debug` logs more.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _SECRETS,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    level = logging.DEBUG if debug else logging.CRITICAL if quiet else logging.INFO
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name, least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(max(level, least))


def _redacted(value: object, secrets: frozenset[str]) -> object:
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, Mapping):
        return {key: _redacted(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, secrets) for item in value]
    if isinstance(value, int | float | bool | None):
        return value
    return redact(str(value), secrets)
