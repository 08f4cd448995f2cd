"""Talking to systemd: readiness, status and the watchdog, by the protocol of sd_notify(3)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

# Seconds. A manager that reads nothing must not hold up the work.
_PATIENCE = 5.0
# What one attempt to start may take.
_ATTEMPT = 60.0


class Notify:
    """Sends state to the service manager; does nothing where there is none.

    The socket is named by `NOTIFY_SOCKET`: a path, or `@name` in the abstract namespace.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = "\0" + self._address[1:]
        microseconds = environ.get("WATCHDOG_USEC", "")
        owner = environ.get("WATCHDOG_PID", "")
        wanted = microseconds.isdigit() and (not owner or owner == str(os.getpid()))
        self.watchdog_seconds: float | None = int(microseconds) / 1e6 if wanted else None

    @property
    def present(self) -> bool:
        """Whether a service manager listens."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """Say that start-up, or a reload, is finished."""
        self._send(f"READY=1\nSTATUS={one_line(status)}")

    def waiting(self, text: str, seconds: float) -> None:
        """Say what keeps the start waiting, to be said again after so many seconds."""
        microseconds = round((seconds + _ATTEMPT) * 1e6)
        self._send(f"STATUS=Waiting: {one_line(text)}\nEXTEND_TIMEOUT_USEC={microseconds}")

    def reloading(self) -> None:
        """Say that the configuration is being read anew."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send(f"RELOADING=1\nMONOTONIC_USEC={microseconds}\nSTATUS=Reloading")

    def status(self, text: str) -> None:
        """Show one line of text in `systemctl status`."""
        self._send(f"STATUS={one_line(text)}")

    def stopping(self) -> None:
        """Say that the shutdown has begun."""
        self._send("STOPPING=1\nSTATUS=Stopping")

    def alive(self) -> None:
        """Keep the watchdog quiet for another period."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(_PATIENCE)
                channel.connect(self._address)
                channel.sendall(message.encode())
        except OSError:
            # A manager that went away must not take the work down with it.
            return


def one_line(text: str) -> str:
    """Return the text without line breaks, which would start another assignment."""
    return " ".join(text.split())
