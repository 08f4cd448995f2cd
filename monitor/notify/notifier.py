"""The notifier: renders an alert for a channel and sends it within a time limit of its own.

A channel's attempts run in a thread of its own. When one has not come back at the limit its
sockets are shut, which ends it; what hangs elsewhere (a name server, a plugin that sleeps as a
receiver tells it to) is left behind with its thread, and a few such threads close the channel until
one has come back.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from monitor.errors import ChannelError
from monitor.model.alert import AlertContent, Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.notify.answers import rejected, retry
from monitor.notify.calls import Attempt, Call, Worker
from monitor.notify.cleaning import one_line
from monitor.notify.outlets import Outlet, open_outlet
from monitor.notify.render import Rendered, Templates, render

LIMIT = 60.0
"""Seconds that one attempt may take."""
_MOST_STUCK = 3
_MOST_LATE = 100


@dataclass(frozen=True, slots=True)
class _Open:
    """What is kept of a channel between messages."""

    channel: Channel
    outlet: Outlet
    worker: Worker = field(default_factory=Worker)

    def close(self) -> None:
        self.outlet.close()
        self.worker.end()


class AppriseNotifier:
    """ports.Notifier over apprise's services, mail servers and the console.

    Safe to use from several threads; of one channel, one message is sent at a time. What a
    channel keeps between messages (a plugin with its login, a connection to a mail server) is made
    on its first message: apprise is not imported before, and never for the console.
    """

    def __init__(self, *, console: TextIO | None = None, limit: float = LIMIT) -> None:
        self._console: Final = console
        self._limit: Final = limit
        self._open: dict[str, _Open] = {}
        self._stuck: dict[str, list[Attempt]] = {}
        self._late: dict[tuple[str, str], Answer] = {}
        self._lock: Final = threading.Lock()

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        """Render and send; blocks for at most the limit and a second."""
        late = self._late.pop((channel.name, content.alert.id), None)
        if late is not None:
            return late
        if self._crowded(channel.name):
            return retry(f"{_MOST_STUCK} earlier attempts still hang")
        try:
            opened = self._opened(channel)
            outlet = opened.outlet
            rendered = render(content, outlet.form, now, outlet.templates)
        except ChannelError as error:
            return rejected(one_line(str(error), 300))
        except Exception as error:  # noqa: BLE001 - a defect here must not stop the other alerts
            return retry(f"the message could not be made: {type(error).__name__}")
        attempt = Attempt(lambda call: _sent(outlet, content, rendered, now, call))
        answer = attempt.within(self._limit, opened.worker)
        if answer is None:
            self._give_up(channel, content.alert.id, attempt)
            return retry(f"no answer within {self._limit:g} s")
        return answer

    def where(self, channel: Channel) -> str:
        """Return the channel's address without its secrets; only its scheme if it is unusable."""
        try:
            return self._opened(channel).outlet.where
        except ChannelError:
            scheme, separator, _ = channel.url.strip().partition("://")
            known = separator and scheme.replace("+", "").replace("-", "").isalnum()
            return f"{one_line(scheme, 30)}://…" if known else "…"

    def close(self) -> None:
        """Leave every server; what is sent afterwards opens anew."""
        with self._lock:
            every = list(self._open.values())
            self._open.clear()
        for opened in every:
            opened.close()

    def _opened(self, channel: Channel) -> _Open:
        with self._lock:
            known = self._open.get(channel.name)
        if known is not None:
            if known.channel == channel:
                return known
            known.close()
        templates = Templates(Path(channel.template) if channel.template else None)
        opened = _Open(channel, open_outlet(channel.url, templates, self._console or sys.stdout))
        with self._lock:
            self._open[channel.name] = opened
        return opened

    def _crowded(self, channel: str) -> bool:
        with self._lock:
            alive = [attempt for attempt in self._stuck.pop(channel, []) if attempt.runs]
            if alive:
                self._stuck[channel] = alive
            return len(alive) >= _MOST_STUCK

    def _give_up(self, channel: Channel, alert: str, attempt: Attempt) -> None:
        """Leave an attempt behind; what it holds is not used again, but a late yes counts."""

        def keep(answer: Answer) -> None:
            if answer.outcome is DeliveryOutcome.DELIVERED and len(self._late) < _MOST_LATE:
                self._late[channel.name, alert] = answer

        with self._lock:
            left = self._open.pop(channel.name, None)
            if left is not None:
                left.worker.end()
            if attempt.runs:
                self._stuck.setdefault(channel.name, []).append(attempt)
        attempt.when_late(keep)


def _sent(
    outlet: Outlet, content: AlertContent, rendered: Rendered, now: datetime, call: Call
) -> Answer:
    try:
        return outlet.send(content, rendered, now, call)
    except ChannelError as error:
        return rejected(one_line(str(error), 300))
    except Exception as error:  # noqa: BLE001 - plugins raise what they like
        return retry(f"the service's plugin failed: {type(error).__name__}")
