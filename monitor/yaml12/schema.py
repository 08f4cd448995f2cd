"""The core schema: what a plain scalar stands for (YAML 1.2.2, section 10.3.2)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

CoreValue = str | int | float | bool | None

CORE_TAGS = frozenset({"str", "int", "float", "bool", "null", "seq", "map"})

_LONGEST = 300
"""A longer plain scalar is text: no number that means anything here has so many digits."""

_WORDS: dict[str, CoreValue] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    ".nan": math.nan, ".NaN": math.nan, ".NAN": math.nan,
}  # fmt: skip
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda raw: int(raw, 0)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda raw: int(raw, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda raw: float(raw.replace(".", ""))),
)


def resolve(raw: str, tag: str = "") -> CoreValue:
    """Return the value of a plain scalar; with an explicit core tag, of that type.

    A text that does not fit its explicit tag stays text; the loader reports it.
    """
    if tag == "str" or len(raw) > _LONGEST:
        return raw
    value = _resolve(raw)
    if tag == "float" and type(value) is int:
        return float(value)
    return value


def fits(raw: str, tag: str) -> bool:
    """Whether a text can be read as its explicit scalar tag asks."""
    value = resolve(raw, tag)
    match tag:
        case "str":
            return True
        case "null":
            return value is None
        case "bool":
            return isinstance(value, bool)
        case "int":
            return type(value) is int
    return isinstance(value, float)


def _resolve(raw: str) -> CoreValue:
    if raw in _WORDS:
        return _WORDS[raw]
    if raw[0] in "-+.0123456789":
        for pattern, read in _NUMBERS:
            if pattern.fullmatch(raw):
                return read(raw)
    return raw
