"""How the parts of a query look: patterns of lexemes, and the names that stand before a colon."""

from __future__ import annotations

import re

from monitor.model.condition import Field, PropertyKind, Unit
from monitor.query.terms import Mode

QUOTES = '"“”„‟«»'
_END = rf"\s(),{QUOTES}"
# Python 3.11 before 3.11.5 takes a group with a possessive quantifier (`(…)++`) wrongly; behind a
# single set it is right, and spares most steps.
LEXEME = re.compile(
    rf"""\s*+(?:
      (?P<word>(?:[^{_END}]++|(?<=\d),(?=\d))+)
    | (?P<opening>\()
    | (?P<closing>\))
    | (?P<quoted>[{QUOTES}](?:[^{QUOTES}\\]++|\\.)*(?P<closed>[{QUOTES}])?)
    | (?P<comma>,)
    )""",
    re.VERBOSE | re.DOTALL,
)
SPECIAL = re.compile(
    rf"(?P<regex>/(?:[^/\\\n]++|\\.)+/i?+(?=[{_END}]|\Z))"
    rf"|(?P<number>\#(?=[<>=.\d])(?:[^{_END}]++|(?<=\d),(?=\d))+)"
    r"|(?P<list>\$[^\W\d][\w.-]*+)"
)
FLAGGED = re.compile(rf"/(?:[^/\\\n]++|\\.)+/(?P<flags>[gimsuxy]{{1,6}})(?=[{_END}]|\Z)")
VALUE = re.compile(rf"[{QUOTES}][^{QUOTES}]*+[{QUOTES}]|\([^()]*+\)")
PIECE = re.compile(rf"[^\s{QUOTES}]+")
PROXIMITY = re.compile(r"(NEAR|BEFORE)/(\d+|S|P)")
COUNTED = re.compile(r"(ATLEAST|ANY)/(\d+)")
FIELDS_BY_NAME = {field.value: field for field in Field}
PROPERTIES = {kind.value: kind for kind in PropertyKind}
MODES = {"case": Mode.CASE, "stem": Mode.STEM}
NAMES = (*FIELDS_BY_NAME, *PROPERTIES, *MODES)
UNITS = {"S": Unit.SENTENCE, "P": Unit.PARAGRAPH}
