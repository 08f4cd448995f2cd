"""Where a channel's URL leads: the console, a mail server, or one of apprise's services."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TextIO

from monitor.model.alert import AlertContent, Answer
from monitor.notify.answers import delivered, retry
from monitor.notify.calls import Call
from monitor.notify.console import ConsoleWriter
from monitor.notify.render import TERMINAL, Form, Rendered, Templates

CONSOLE_SCHEME = "console"


class Outlet(Protocol):
    """A channel ready for messages; one at a time."""

    @property
    def form(self) -> Form:
        """What it can show."""

    @property
    def templates(self) -> Templates:
        """What its messages are filled from."""

    @property
    def where(self) -> str:
        """Its address without secrets."""

    def send(self, content: AlertContent, rendered: Rendered, now: datetime, call: Call) -> Answer:
        """Send one message; may raise ChannelError, and whatever a plugin raises."""

    def close(self) -> None:
        """Give up what is kept between messages."""


def open_outlet(url: str, templates: Templates, console: TextIO) -> Outlet:
    """Return the outlet of a channel's URL; raises ChannelError when there is none.

    apprise is imported by the first URL that needs it, never for the console.
    """
    if url.strip().lower().startswith(f"{CONSOLE_SCHEME}://"):
        return ConsoleOutlet(templates, console)
    from monitor.notify.receivers import open_receiver  # noqa: PLC0415 - imports apprise: 19 MB

    return open_receiver(url, templates)


class ConsoleOutlet:
    """The built-in channel."""

    where = f"{CONSOLE_SCHEME}://"
    form = TERMINAL

    def __init__(self, templates: Templates, console: TextIO) -> None:
        self.templates = templates
        self._writer = ConsoleWriter(console)

    def send(self, content: AlertContent, rendered: Rendered, now: datetime, call: Call) -> Answer:
        """Print the message."""
        del content, now, call
        try:
            self._writer.write(rendered.text)
        except (OSError, ValueError) as error:
            return retry(f"the output cannot be written: {type(error).__name__}")
        return delivered("printed")

    def close(self) -> None:
        """Keep nothing to close."""
