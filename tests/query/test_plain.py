"""Short ways through the parser: they say what the grammar says, of every text, to the letter."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import InvalidQuery, Location, Problem
from monitor.model.condition import And, Condition, Exact, Or, Phrase
from monitor.query import parse
from monitor.query.lexer import Lexer
from monitor.query.parser import _by_grammar
from monitor.query.plain import read_plain
from monitor.query.scan import Scan

LISTS: dict[str, Condition] = {
    "either": Or((Phrase((Exact("a"),)), Phrase((Exact("b"),)))),
    "both": And((Phrase((Exact("a"),)), Phrase((Exact("b"),)))),
}
WORDS = [
    "army",
    "Köln",
    "ARMY",
    "войска",
    "軍隊",
    "don't",
    "Not",
    "and",
    "or",
    "w",
    "A",
    "iPhone",
    "\u02bc",
]
OTHERS = [
    '"a b"',
    "arm*",
    "army~",
    "$either",
    "$both",
    "#>5",
    "title:x",
    "(",
    ")",
    ",",
    "",
    "\n",
    "x2",
]
OPERATORS = ["OR", "AND", "NOT", "NEAR/3", "NEAR"]
PARTS = st.sampled_from([*WORDS, *OTHERS, *OPERATORS])
PLAIN = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1)


def at(offset: int) -> Location:
    return Location("q", 1, offset + 1)


def shown(read: object, problems: tuple[Problem, ...]) -> str:
    """Everything, with sources and places, which comparing leaves out."""
    return f"{read!r} {problems!r}"


def in_short(text: str) -> str:
    try:
        parsed = parse(text, at=at, lists=LISTS)
    except InvalidQuery as error:
        return shown(None, error.problems)
    return shown(parsed.condition, parsed.warnings)


def in_full(text: str) -> str:
    scan = Scan(text, at, LISTS)
    try:
        lexemes = Lexer(scan).run()
        scan.refuse()
        condition = _by_grammar(scan, lexemes)
        scan.refuse()
    except InvalidQuery as error:
        return shown(None, error.problems)
    return shown(condition, tuple(scan.warnings))


@settings(max_examples=500, deadline=None)
@given(
    st.lists(PARTS, min_size=1, max_size=7).map(" ".join)
    | st.tuples(st.sampled_from([" OR ", " AND "]), PLAIN).map(lambda it: it[0].join(it[1]))
    | st.tuples(
        st.sampled_from([" OR ", " AND "]), st.lists(st.sampled_from([*WORDS, *OTHERS]), min_size=2)
    ).map(lambda it: it[0].join(it[1]))
)
@example("army OR navy OR air force")
@example("army AND navy")
@example("army OR navy AND air force")
@example("$both AND army AND $either")
@example("army OR OR navy")
@example("army OR navy OR")
def test_the_short_way_and_the_grammar_say_the_same(text):
    if text.strip():
        assert in_short(text) == in_full(text)


def test_what_most_rules_are_made_of_takes_the_short_way():
    for text in ("curfew", "Internet blackout", "войска OR Köln OR air force", "army AND navy"):
        assert read_plain(text, at) is not None
    for text in (
        "",
        " a",
        "a  b",
        "CSTO",
        "a OR b AND c",
        "a or b",
        "\u02bc",
        "arm*",
        "army2",
        "a\n",
    ):
        assert read_plain(text, at) is None
