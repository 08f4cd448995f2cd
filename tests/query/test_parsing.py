"""What queries mean, row by row of the language, and how they are put together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InvalidQuery, Location, Problem
from monitor.model.condition import (
    And,
    AnyWord,
    AtLeast,
    Condition,
    Everything,
    Exact,
    Field,
    Fuzzy,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Property,
    PropertyKind,
    Regex,
    Some,
    Stem,
    Unit,
    Wildcard,
    Within,
)
from monitor.query import Parsed, depth, inside, parse, parts

DATA = Path(__file__).parents[3] / "shared/data"


def at(offset: int) -> Location:
    return Location("q", 1, offset + 1)


def read(query: str, **lists: Condition) -> Parsed:
    return parse(query, at=at, lists=lists)


def word(text: str) -> Phrase:
    return Phrase((Exact(text),))


def attempt(query: str) -> tuple[Condition | None, tuple[Problem, ...]]:
    try:
        return read(query).condition, ()
    except InvalidQuery as error:
        return None, error.problems


A, B, C, D = map(word, "abcd")

MEANINGS: dict[str, Condition] = {
    "curfew": word("curfew"),
    "Curfew": word("curfew"),
    "Café": word("cafe"),
    "internet blackout": Phrase((Exact("internet"), Exact("blackout"))),
    '"internet AND blackout"': Phrase((Exact("internet"), Exact("and"), Exact("blackout"))),
    "“internet blackout”": Phrase((Exact("internet"), Exact("blackout"))),
    "Prime * Pashinyan": Phrase((Exact("prime"), AnyWord(), Exact("pashinyan"))),
    "protest*": Phrase((Wildcard("protest*"),)),
    "pro**test": Phrase((Wildcard("pro*test"),)),
    "organi?ation": Phrase((Wildcard("organi?ation"),)),
    "Nur-Sultan*": Phrase((Exact("nur"), Wildcard("sultan*"))),
    "case:US*": Phrase((Wildcard("US*", case=True),)),
    "case:U-S*x": Phrase((Exact("U", case=True), Wildcard("S*x", case=True))),
    "C.S.T.O.": word("csto"),
    "president’s": word("president"),
    "case:WHO": Phrase((Exact("WHO", case=True),)),
    'case:"US troops"': Phrase((Exact("US", case=True), Exact("troops", case=True))),
    "case:(WHO OR US)": Or((Phrase((Exact("WHO", case=True),)), Phrase((Exact("US", case=True),)))),
    "case:WHO chief": Phrase((Exact("WHO", case=True), Exact("chief"))),
    "stem:protest": Phrase((Stem("protest"),)),
    "stem:(a (b))": Phrase((Stem("a"),)),
    "ab~": word("ab"),
    "Kyiv~": Phrase((Fuzzy("kyiv", 1),)),
    "Tokayev~": Phrase((Fuzzy("tokayev", 2),)),
    "Tokayev~1": Phrase((Fuzzy("tokayev", 1),)),
    "#>=100": Number(100, None),
    "#>1,000": Number(1000, None, low_open=True),
    "#<5": Number(None, 5, high_open=True),
    "#<=1.5m": Number(None, 1.5e6),
    "#=20": Number(20, 20),
    "#10..2k": Number(10, 2000),
    "/CVE-\\d{4}/": Regex("CVE-\\d{4}"),
    "/a\\/b/i": Regex("a/b", ignore_case=True),
    "a NEAR/5 b": Near((A, B), 5),
    "a BEFORE/5 b": Near((A, B), 5, ordered=True),
    "a NEAR/S b": Near((A, B), Unit.SENTENCE),
    "a BEFORE/P b": Near((A, B), Unit.PARAGRAPH, ordered=True),
    "a NEAR/5 b NEAR/3 c": Near((Near((A, B), 5), C), 3),
    "ATLEAST/3 a": AtLeast(3, A),
    "ATLEAST/2 (a NEAR/5 b)": AtLeast(2, Near((A, B), 5)),
    "ANY/2 (a, b, c)": Some(2, (A, B, C)),
    "ANY/2 (a OR b OR c)": Some(2, (A, B, C)),
    "a AND b AND c": And((A, B, C)),
    "a OR (b OR c)": Or((A, B, C)),
    "a NOT b": And((A, Not(B))),
    "a AND NOT b": And((A, Not(B))),
    "NOT a": Not(A),
    "a OR b AND c": Or((A, And((B, C)))),
    "a NOT b AND c OR d": Or((And((A, Not(B), C)), D)),
    "NOT a NEAR/2 b": Not(Near((A, B), 2)),
    "title:a": Within(Field.TITLE, A),
    "lead:(a OR b)": Within(Field.LEAD, Or((A, B))),
    "lead:title:a": Within(Field.LEAD, Within(Field.TITLE, A)),
    "site:WWW.Example.org": Property(PropertyKind.SITE, "example.org"),
    "source:bbc": Property(PropertyKind.SOURCE, "bbc"),
    'author:"Jane Doe"': Property(PropertyKind.AUTHOR, "jane doe", ("jane", "doe")),
    "lang:en-GB": Property(PropertyKind.LANG, "en"),
    "tag:Politics": Property(PropertyKind.TAG, "politics"),
    "url:(/World/ OR b)": Or(
        (Property(PropertyKind.URL, "/world/"), Property(PropertyKind.URL, "b"))
    ),
    "*": Everything(),
    "$list": Or((A, B)),
    "$100m": word("100m"),
    "#metoo": word("metoo"),
    "12:30": Phrase((Exact("12"), Exact("30"))),
    "1,000 troops": Phrase((Exact("1,000"), Exact("troops"))),
    "x - y": Phrase((Exact("x"), Exact("y"))),
    "/unclosed": word("unclosed"),
}


@pytest.mark.parametrize("query", MEANINGS)
def test_a_query_means(query: str) -> None:
    if query == "stem:(a (b))":
        with pytest.raises(InvalidQuery, match="stands directly beside"):
            read(query)
        return
    parsed = read(query, list=Or((A, B)))
    assert MEANINGS[query] == parsed.condition
    assert parsed.warnings == ()


def test_leaves_keep_what_was_written_and_where() -> None:
    condition = read('alpha AND (stem:beta OR "c d") NEAR/3 gamma').condition
    leaves = [part for part in parts(condition) if isinstance(part, Phrase)]
    found = {(leaf.source, leaf.location.column) for leaf in leaves}
    assert {("alpha", 1), ("stem:beta", 12), ('"c d"', 25), ("gamma", 39)} == found
    near = next(part for part in parts(condition) if isinstance(part, Near))
    assert (near.source, near.location.column) == ('(stem:beta OR "c d") NEAR/3 gamma', 11)


@pytest.mark.parametrize(
    ("query", "columns"),
    [("a or b", [3]), ("not a b", [1]), ("search and rescue", [8]), ("a Not b And c", [3, 9])],
)
def test_operators_in_lower_case_are_words_with_a_warning(query: str, columns: list[int]) -> None:
    warnings = read(query).warnings
    assert columns == [warning.location.column for warning in warnings]
    assert {"lower-case-operator"} == {warning.code for warning in warnings}


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("протест* ИЛИ митинг*", {"OR": 10}),
        ("a или b", {"OR": 3}),
        ("протест И (Алматы OR b)", {}),  # an error already
        ("a UND b ODER c", {"AND": 3, "OR": 9}),
        ("НЕ митинг", {"NOT": 1}),
        ("احتجاج* أو مظاهر*", {"OR": 9}),
        ("Handel und Verkehr", {}),
        ('"a ИЛИ b"', {}),
        ("case:ИЛИ b", {}),
        ("ИЛИ", {}),
    ],
)
def test_operators_in_other_languages_are_words_with_a_warning(
    query: str, meant: dict[str, int]
) -> None:
    try:
        warnings = read(query).warnings
    except InvalidQuery:
        assert meant == {}
        return
    assert [(it.code, it.location.column) for it in warnings] == [
        ("translated-operator", column) for column in meant.values()
    ]
    for warning, operator in zip(warnings, meant, strict=True):
        assert f"write `{operator}`" in warning.hint


@pytest.mark.parametrize("query", ['"search and rescue"', "or", "a or", "case:or x"])
def test_the_same_words_in_quotes_or_at_the_end_get_none(query: str) -> None:
    assert read(query).warnings == ()


WORDS = st.text("abcdefgz", min_size=1, max_size=6).filter(lambda w: w not in {"and", "or", "not"})


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_the_short_way_for_plain_words_means_the_same(words: list[str]) -> None:
    wanted = Phrase(tuple(map(Exact, words)))
    text = " ".join(words)
    for query in (text, f" {text} ", f"({text})", f'"{text}"', text.capitalize()):
        assert wanted == read(query).condition


@settings(max_examples=300, deadline=None)
@given(st.text('ab ()"/#$:~*?,&|!+-^{}[]<>=\\ANDORT5S.“”\n', max_size=30) | st.text(max_size=30))
def test_every_text_has_a_meaning_or_an_explanation(text: str) -> None:
    condition, problems = attempt(text)
    assert (condition is None) == bool(problems)
    for problem in problems:
        assert problem.message
        assert 1 <= problem.location.column <= len(text) + 1
    assert condition is None or depth(condition) >= 1


def test_parts_and_depth_follow_every_kind_of_node() -> None:
    condition = read("title:(ATLEAST/2 a) NOT (b NEAR/2 c)").condition
    assert (
        len(
            [
                part
                for part in parts(condition)
                if isinstance(part, Phrase | Not | Near | Within | AtLeast)
            ]
        )
        == 7
    )
    assert depth(condition) == 4
    assert inside(A) == ()


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")
@pytest.mark.parametrize("name", ["luqum_queries", "published_boolean_queries"])
def test_published_queries_are_read_or_explained(name: str) -> None:
    rows = json.loads((DATA / f"queries/{name}.json").read_text("utf-8"))
    read_well = 0
    for row in rows:
        condition, problems = attempt(row["query"])
        read_well += condition is not None
        assert all(problem.hint for problem in problems)
        assert condition is None or not row.get("must_raise")
    assert read_well >= 8


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")
def test_naughty_strings_are_read_or_refused() -> None:
    for text in json.loads((DATA / "adversarial/blns.json").read_text("utf-8")):
        condition, problems = attempt(text)
        assert (condition is None) == bool(problems)
