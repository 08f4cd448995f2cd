"""Signals: what the outside asks of the process, heard without locks and without delay."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

_INTERRUPTED = 128 + signal.SIGINT
_ENDING = (signal.SIGTERM, signal.SIGINT)


class Ended(BaseException):
    """An end was asked for before anything had begun that needs an end of its own."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Signals:
    """Hears SIGTERM, SIGINT and SIGHUP while it is open; belongs to the main thread.

    A handler runs between any two steps of that thread: it takes no lock, and leaves notes. The
    byte that Python writes for it (`set_wakeup_fd`) ends the wait. Until `begin`, an end that is
    asked for raises Ended where the thread is: nothing has to be put in order then.
    """

    def __init__(self) -> None:
        self._begun = False
        self.ending = 0
        """How often an end was asked for."""
        self.interrupted = False
        """Whether the first to ask for an end was a person at a keyboard (SIGINT)."""
        self.on_impatience: Callable[[], None] = lambda: None
        """Called in the handler when an end is asked for once more."""
        self._reload = False
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._before: dict[int, Any] = {
            number: signal.signal(number, self._heard) for number in (*_ENDING, signal.SIGHUP)
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._reader)
        os.close(self._writer)

    def begin(self) -> None:
        """Only take notes from here on; raises Ended when an end was asked for already."""
        self._begun = True
        if self.ending:
            raise Ended(self.code)

    @property
    def code(self) -> int:
        """The exit code: 0, or that of an interrupted command when a person asked for the end."""
        return _INTERRUPTED if self.interrupted else 0

    def wait(self, seconds: float) -> None:
        """Wait for a signal, at most so long."""
        select.select([self._reader], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._reader, 4096)

    def reload_asked(self) -> bool:
        """Tell, once, whether a reload was asked for."""
        asked, self._reload = self._reload, False
        return asked

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._reload = True
            return
        self.ending += 1
        self.interrupted |= self.ending == 1 and number == signal.SIGINT
        if not self._begun:
            raise Ended(self.code)
        if self.ending > 1:
            self.on_impatience()
