"""A lexeme: what the grammar takes for one terminal."""

from __future__ import annotations

from monitor.model.condition import Condition, Field, Unit
from monitor.query.scan import Scan

Argument = Field | Unit | int


class Lexeme:
    """A terminal of query.lark, from `start` to `end` in the query.

    `condition` is the meaning of a TERM; `argument` is the field, distance or count of an operator,
    and `ordered` tells BEFORE from NEAR.
    """

    __slots__ = ("argument", "condition", "end", "ordered", "scan", "start", "type")

    def __init__(
        self,
        type: str,
        scan: Scan,
        start: int,
        end: int,
        *,
        condition: Condition | None = None,
        argument: Argument = 0,
        ordered: bool = False,
    ) -> None:
        self.type = type
        self.scan = scan
        self.start = start
        self.end = end
        self.condition = condition
        self.argument = argument
        self.ordered = ordered
