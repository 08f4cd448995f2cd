"""The one tree of exceptions, and the values that say what is wrong where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A character in a file: line and column count from 1; 0 means "not known"."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column or 1}"


class Severity(StrEnum):
    """How bad a problem is: an error stops the load, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what a user wrote: what, where, and what to write instead.

    `code` is a stable short name in kebab-case (`unknown-key`), for tests and `--json`.
    `hint` is what is allowed or what to do; empty when the message says it all.
    """

    code: str
    message: str
    location: Location
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        text = f"{self.location}: {self.severity}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class MonitorError(Exception):
    """Anything that this program reports to its user in one sentence, never as a traceback."""


class InvalidInput(MonitorError):
    """What a user wrote cannot be used; `problems` lists everything wrong, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InvalidConfig(InvalidInput):
    """monitor.yaml, or something that it names, cannot be used."""


class InvalidRules(InvalidInput):
    """A rule file cannot be used."""


class InvalidQuery(InvalidInput):
    """A query string cannot be used."""


class UsageError(MonitorError):
    """The command line asks for something that does not exist or does not go together."""


class SourceError(MonitorError):
    """A source could not be read; the message names it and says what happened."""


class StoreError(MonitorError):
    """The database cannot be used."""


class StoreBusy(StoreError):
    """The database is locked or unreachable now; the same call may work later."""


class SchemaMismatch(StoreError):
    """The database's schema is not the one that this version of the program works with."""


class AlreadyRunning(StoreError):
    """Another daemon works on this database."""


class ChannelError(MonitorError):
    """A channel cannot be used as it is configured."""
