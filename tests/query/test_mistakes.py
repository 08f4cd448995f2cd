"""What is wrong in a query is told at its character, with what to write instead."""

from __future__ import annotations

import pytest

from monitor.errors import InvalidQuery, Location
from monitor.model.condition import Condition, Everything, Exact, Field, Not, Or, Phrase, Within
from monitor.query import MAX_DEPTH, parse
from monitor.query.checks import kept_depth, scope_fault

LISTS: dict[str, Condition] = {
    "kazakhstan": Or((Phrase((Exact("almaty"),)), Phrase((Exact("astana"),)))),
    "bodily": Within(Field.BODY, Phrase((Exact("x"),))),
}

# query: the code, the column, and a part of the message or hint
MISTAKES = {
    "": ("empty", 1, "write at least one word"),
    "a OR": ("missing-term", 3, "the query ends"),
    "OR a": ("missing-term", 1, "before `OR`"),
    "a AND OR b": ("missing-term", 7, "before `OR`"),
    "a NEAR/2 NEAR/3 b": ("missing-term", 10, "before `NEAR/3`"),
    "()": ("missing-term", 2, "before `)`"),
    "(a": ("open-parenthesis", 1, "add the missing"),
    "((a) OR b": ("open-parenthesis", 1, "not closed"),
    "a)": ("close-parenthesis", 2, "never opened"),
    '"a" "b"': ("missing-operator", 5, "one pair of quotes"),
    "(a OR b) c": ("missing-operator", 10, "AND, OR or NEAR/5"),
    "a, b": ("comma", 2, "ANY/2"),
    "ANY/2 a": ("missing-parenthesis", 7, "ANY/2 (a, b)"),
    "ANY/3 (a, b)": ("count", 1, "can match nothing"),
    '"open': ("open-quote", 1, "closing one"),
    'case:"open': ("open-quote", 6, "closing one"),
    "case: x": ("empty-prefix", 1, "without a space"),
    "case:$kazakhstan": ("misplaced-prefix", 1, "in the list itself"),
    "stem:(a OR $kazakhstan)": ("misplaced-prefix", 12, "in the list itself"),
    "case:title:WHO": ("misplaced-prefix", 1, "`title:case:…`"),
    "case:stem:WHO": ("misplaced-prefix", 1, "one of the two"),
    "case:/ab/": ("misplaced-prefix", 1, "leave it out"),
    "stem:#5": ("misplaced-prefix", 1, "leave it out"),
    "\u200b": ("empty", 1, "write at least one word"),
    "- OR a": ("no-word", 1, "no word"),
    "* AND a": ("lone-star", 1, "whole query"),
    "D*": ("wildcard-short", 1, "two letters"),
    "?": ("wildcard-short", 1, "two letters"),
    "中*": ("wildcard-script", 1, "without spaces"),
    "a" * 201 + "*": ("term-too-long", 1, "200"),
    "a" * 201 + "~": ("term-too-long", 1, "200"),
    "a" + "\U00010330" + "*": ("term-too-long", 1, "Gothic"),
    "Tokayev~3": ("fuzzy-distance", 1, "up to 2"),
    "Tokayev~0.5": ("fuzzy-distance", 1, "`Tokayev~1`"),
    "case:Tokayev~": ("fuzzy-case", 6, "one of the two"),
    "stem:Tokayev~": ("fuzzy-stem", 6, "one of the two"),
    "protes*~": ("fuzzy-wildcard", 1, "one of the two"),
    "stem:protest*": ("wildcard-stem", 6, "one of the two"),
    "#20": ("number", 1, "#=20"),
    "#>=1..2": ("number", 1, "#10..20"),
    "#1..x": ("number", 1, "#10..20"),
    "#>" + "9" * 50: ("number", 1, "is not a condition"),
    "#20..10": ("number-range", 1, "smaller one first"),
    "a OR qui\bck": ("character", 9, "U+0008"),
    "/(/": ("regex", 1, "RE2"),
    "/a\ud800/": ("regex", 1, "RE2"),
    "a OR /x y/g": ("regex", 6, "the only flag is `i`"),
    "/x*/": ("regex-empty", 1, "`+`, not `*`"),
    "$kazakstan": ("unknown-list", 1, "did you mean `kazakhstan`?"),
    "$zzz": ("unknown-list", 1, "known: "),
    "titel:x": ("unknown-field", 1, "did you mean `title`?"),
    "intitle:x": ("unknown-field", 1, "write `title:`"),
    "site:": ("property", 1, "site:example.org"),
    "site:a.org/b": ("property", 1, "url:"),
    "site:*.org": ("property", 1, "sub-domains"),
    "lang:english": ("property", 1, "lang:ru"),
    'author:"-"': ("property", 1, "author:Smith"),
    "a NEAR/0 b": ("distance", 3, "1 (neighbours)"),
    "a NEAR/1001 b": ("distance", 3, "1000"),
    "ATLEAST/0 a": ("count", 1, "1 to"),
    "(a AND b) NEAR/5 c": ("near-operand", 1, "an AND"),
    "a BEFORE/5 (b OR NOT c)": ("near-operand", 12, "a NOT"),
    "a NEAR/5 site:b": ("near-operand", 10, "a property"),
    "ATLEAST/2 (a AND b)": ("count-operand", 11, "an AND"),
    "title:(body:x)": ("impossible-scope", 1, "match nothing"),
    "title:$bodily": ("impossible-scope", 1, "match nothing"),
    "title:site:x": ("impossible-scope", 1, "a property"),
    "(" * 101 + "a": ("too-deep", 101, "divide the query"),
    "NOT " * 101 + "a": ("too-deep", 401, "divide the query"),
}
FOREIGN = {
    # query: what to write here
    "a NEAR b": "NEAR/5",
    "a NEAR5 b": "NEAR/5",
    "a ONEAR/10 b": "BEFORE/11",
    "a BEFORE b": "BEFORE/5",
    "a NEAR/-1 b": "NEAR/5",
    "a NEAR/1.5 b": "NEAR/5",
    "a NEAR/5f b": "BEFORE/5",
    "a BEFORE/x b": "BEFORE/5",
    "a before/5 b": "BEFORE/5",
    "a w/5 b": "write `NEAR/5`; for Factiva's, which wants this order, `BEFORE/5`",
    "a pre/5 b": "BEFORE/5",
    "a w/s b": "NEAR/S",
    "a near/5 b": "NEAR/5",
    "a adj5 b": "BEFORE/5",
    "a near5 b": "NEAR/5",
    "a /s b /s c": "NEAR/S",
    "a /5 b": "NEAR/5",
    "a /p b / c": "NEAR/P",
    "ATLEAST3 a": "ATLEAST/3",
    "atleast3 a": "ATLEAST/3",
    "ATLEAST/-1 a": "ATLEAST/3",
    "ANY (a, b)": "ANY/2",
    "any/3 (a, b, c)": "ANY/3",
    "HEADLINE(a AND b)": "title:(…)",
    "x OR title(a)": "title:(…)",
    "caps(aids)": "case:",
    "plural(a)": "as it is",
    "hd=apple": "title:apple",
    "la=en": "lang:en",
    'rst="x"': "source:…",
    "a XOR b": "(a NOT b) OR (b NOT a)",
    "a AROUND(5) b": "NEAR/n",
    "a ANDNOT b": "`NOT`",
    "a && b": "`AND`",
    "a || b": "`OR`",
    "a|b": "`OR`",
    "+a": "`AND`",
    "-a": "`NOT a`",
    "b \u2013a": "`NOT a`",  # as a word processor makes it of a hyphen
    "b \u2014a": "`NOT a`",
    "b \u2212a": "`NOT a`",
    '!"NASA"': "case:",
    "!NASA": "case:NASA",
    "{BT}": "case:BT",
    "[10 TO 100]": "#10..100",
    "x]": "group with",
    "a^9": "leave `^9` out",
    '"a b"~5': "NEAR/6",
    "(a OR b)~": "NEAR/5",
    "<10": "#>=100",
    "a\\b": "in quotes",
}


def problems(query: str) -> InvalidQuery:
    with pytest.raises(InvalidQuery) as caught:
        parse(query, at=lambda offset: Location("q", 1, offset + 1), lists=LISTS)
    return caught.value


@pytest.mark.parametrize("query", MISTAKES, ids=lambda query: query[:20].encode("ascii", "replace"))
def test_a_mistake_is_told(query: str) -> None:
    code, column, part = MISTAKES[query]
    problem = problems(query).problems[0]
    assert (code, column) == (problem.code, problem.location.column)
    assert part in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize("query", FOREIGN)
def test_foreign_syntax_is_explained(query: str) -> None:
    problem = problems(query).problems[0]
    assert problem.code == "foreign-syntax"
    assert FOREIGN[query] in problem.hint


def test_all_mistakes_in_the_parts_are_told_at_once() -> None:
    assert [p.location.column for p in problems("D* AND $zzz OR a^9").problems] == [1, 8, 16]


def test_lists_inside_lists_are_bounded() -> None:
    deep: Condition = Phrase((Exact("x"),))
    for _ in range(MAX_DEPTH):
        deep = Not(deep)
    with pytest.raises(InvalidQuery, match="with the list"):
        parse("$deep", at=lambda _: Location("q"), lists={"deep": deep})


def test_depths_of_lists_are_kept_within_bounds() -> None:
    conditions = [Not(Phrase((Exact(str(number)),))) for number in range(1_001)]
    assert {2} == {kept_depth(condition) for condition in conditions}
    assert kept_depth(conditions[-1]) == 2


def test_everything_is_in_no_field() -> None:
    assert scope_fault(Field.TITLE, Everything())


@pytest.mark.parametrize(
    "query",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "a NEAR/5 " * 10_000 + "b",
        "title:" * 10_000 + "a",
        "a,(" * 30_000,
        '"' * 100_001,
        "a NEAR/" + "9" * 5_000 + " b",
        "#" + "9" * 5_000,
        "NEAR" + "9" * 5_000,
    ],
    ids=lambda query: query[:8],
)
def test_monstrous_queries_are_refused(query: str) -> None:
    assert all(len(str(problem)) < 1_000 for problem in problems(query).problems)


def test_a_long_list_of_words_is_read() -> None:
    words = " OR ".join(f"word{number}" for number in range(20_000))
    condition = parse(words, at=lambda _: Location("q"), lists={}).condition
    assert isinstance(condition, Or)
    assert len(condition.operands) == 20_000


def test_characters_that_are_not_seen_change_nothing() -> None:
    def read(text: str) -> Condition:
        return parse(text, at=lambda _: Location("q"), lists={}).condition

    assert read("a AND\u200b b") == read("a AND b")
    assert read('\u200b"a b" OR\ufeff ti\u00adtle:b') == read('"a b" OR title:b')
    assert read("a NEAR/\u20605 b") == read("a NEAR/5 b")


def test_what_only_looks_foreign_is_words() -> None:
    for text, words in (("E=mc2", "E mc2"), ("/usr/bin", "usr bin")):
        parsed = parse(text, at=lambda _: Location("q"), lists={}).condition
        assert parsed == parse(words, at=lambda _: Location("q"), lists={}).condition
    assert problems("headline (a)").problems[0].code == "missing-operator"
