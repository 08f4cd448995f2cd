"""One query on its way through the parser: its text, its places, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.errors import InvalidQuery, Location, Problem, Severity
from monitor.model.condition import Condition


def shorten(text: str) -> str:
    """Return a part of a query as a message shows it: at most 40 characters."""
    return text if len(text) <= 40 else f"{text[:39]}…"


class Scan:
    """The text of a query, how to name places in it, the known lists, and the problems found."""

    __slots__ = ("at", "lists", "problems", "text", "warnings")

    def __init__(
        self, text: str, at: Callable[[int], Location], lists: Mapping[str, Condition]
    ) -> None:
        self.text = text
        self.at = at
        self.lists = lists
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def report(self, offset: int, code: str, message: str, hint: str = "") -> None:
        """Note an error at a character of the query."""
        self.problems.append(Problem(code, message, self.at(offset), hint))

    def warn(self, offset: int, code: str, message: str, hint: str = "") -> None:
        """Note a warning at a character of the query."""
        problem = Problem(code, message, self.at(offset), hint, Severity.WARNING)
        self.warnings.append(problem)

    def refuse(self) -> None:
        """Raise what was found wrong so far, if anything was."""
        if self.problems:
            raise InvalidQuery(sorted(self.problems, key=lambda problem: problem.location))
