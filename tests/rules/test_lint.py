"""`lint` warns of what is probably not meant, and not of what is."""

from pathlib import Path

import pytest

from monitor.rules import lint
from monitor.rules.terms import HUNDREDS, Vocabulary
from tests.rules.writing import book

TESTS = "tests: {hit: [x]}"


def codes(
    tmp_path: Path, *matches: str, lists: str = "{}", words: tuple[str, ...] = ()
) -> list[str]:
    rules = "".join(
        f"  - id: r{i}\n    match: {match}\n    {TESTS}\n" for i, match in enumerate(matches)
    )
    rulebook = book(tmp_path, f"lists: {lists}\nrules:\n{rules}")
    return [problem.code for problem in lint(rulebook.rules, vocabulary=words)]


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("a AND b", "a"),
        ("a AND b", "a OR c"),
        ("internet blackout", "blackout"),
        ("internet blackout", "'\"internet *\"'"),
        ("protesters", "protest*"),
        ("protesters", "'*ters'"),
        ("protesters", "prot?sters"),
        ("protesters*", "protest*"),
        ("case:WHO", "who"),
        ("case:WHO", "case:WH*"),
        ("case:WHOX*", "case:WHO*"),
        ("case:WHOX*", "who*"),
        ("a NEAR/3 b", "a NEAR/5 b"),
        ("a BEFORE/3 b", "a NEAR/3 b"),
        ("a NEAR/S b", "b"),
        ("ATLEAST/3 aa", "ATLEAST/2 aa*"),
        ("ATLEAST/3 aa", "aa"),
        ("aa", "ATLEAST/1 aa*"),
        ("ATLEAST/3 aa AND bb", "ATLEAST/2 aa"),
        ("'#>=100'", "'#>50'"),
        ("'#=20'", "'#10..20'"),
        ("'#<5'", "'#<=5'"),
        ("title:a", "lead:a"),
        ("title:a", "a"),
        ("title:(a AND b)", "title:a"),
        ("ANY/2 (a, b, c)", "a OR b OR c"),
        ("a AND b", "ANY/2 (a, b, c)"),
        ("ANY/3 (a, b, c)", "a"),
        ("ANY/2 (a, b, c)", "ANY/1 (a, b, c, d)"),
        ("a NOT (b OR c)", "a NOT b"),
        ("/x+y/", "a OR /x+y/"),
        ("Tokayev~1", "Tokayev~2"),
        ("stem:protest", "stem:protest OR b"),
        ("protest", "stem:protest"),
        ("a AND lang:en", "a"),
        ("a AND site:x.org", "site:x.org AND a"),
    ],
)
def test_a_rule_inside_another_is_told(tmp_path: Path, inner: str, outer: str) -> None:
    found = codes(tmp_path, inner, outer)
    assert "contained-rule" in found or "same-rule" in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "b"),
        ("a AND b", "a AND c"),
        ("who", "case:WHO"),
        ("case:Who", "case:WHO"),
        ("who*", "case:WHO*"),
        ("case:who", "case:WHO*"),
        ("blackout", "internet blackout"),
        ("a NEAR/5 b", "a NEAR/3 b"),
        ("a NEAR/5 b", "a NEAR/S b"),
        ("a NEAR/3 b", "b BEFORE/3 a"),
        ("a NEAR/3 b NEAR/3 c", "a NEAR/3 d"),
        ("a NEAR/S b", "a NEAR/P b"),
        ("aa", "ATLEAST/2 aa"),
        ("'#>50'", "'#>=100'"),
        ("'#>=5'", "'#>5'"),
        ("'#<=5'", "'#<5'"),
        ("'#>5'", "'#<9'"),
        ("lead:a", "title:a"),
        ("a OR b OR c", "ANY/2 (a, b, c)"),
        ("a NOT b", "a NOT (b OR c)"),
        ("Tokayev~2", "Tokayev~1"),
        ("protest*", "pro*sts"),
        ("prot?st*", "protest*"),
        ("/x+y/", "/x+z/"),
        ("'\"a * b\"'", "a b"),
        ("a AND lang:en", "a AND lang:de"),
        ("aa*", "'aa bb*'"),
    ],
)
def test_rules_that_only_meet_are_not_told(tmp_path: Path, one: str, other: str) -> None:
    found = contained(tmp_path, f"match: {one}", f"match: {other}")
    assert ("contained-rule", "outer") not in found
    assert "same-rule" not in dict(found)


def contained(tmp_path: Path, first: str, second: str) -> list[tuple[str, str]]:
    rules = "".join(
        f"  - id: {id}\n    {keys}\n    {TESTS}\n"
        for id, keys in (("inner", first), ("outer", second))
    )
    text = f"rules:\n{rules}"
    found = lint(book(tmp_path, text).rules)
    codes = ("contained-rule", "same-rule")
    return [(p.code, p.message.split("'")[1]) for p in found if p.code in codes]


def test_a_narrower_scope_is_inside_a_wider_one_and_not_the_other_way(tmp_path: Path) -> None:
    wide, narrow = "match: a", "match: a\n    only: {lang: [en], source: tass, max_age: 1d}"
    assert contained(tmp_path, narrow, wide) == [("contained-rule", "outer")]
    assert contained(tmp_path, wide, narrow) == [("contained-rule", "inner")]
    other = "match: a\n    only: {lang: [de], max_age: 2d}"
    assert contained(tmp_path, narrow, other) == []


def test_a_more_urgent_rule_inside_another_is_a_way_to_raise_it(tmp_path: Path) -> None:
    assert contained(tmp_path, "match: a AND b\n    level: high", "match: a") == []
    assert contained(tmp_path, "match: a AND b\n    level: low", "match: a") == [
        ("contained-rule", "outer")
    ]


def test_disabled_rules_and_correlations_contain_nothing(tmp_path: Path) -> None:
    assert contained(tmp_path, "match: a", "match: a\n    enabled: false") == []


def test_of_the_same_rule_the_later_one_is_told_once(tmp_path: Path) -> None:
    assert codes(tmp_path, "a OR b", "b OR a", "c") == ["same-rule"]


def test_the_same_condition_at_two_levels_is_told_of_the_less_urgent(tmp_path: Path) -> None:
    assert contained(tmp_path, "match: a\n    level: high", "match: a\n    level: low") == [
        ("same-rule", "outer")
    ]


def test_long_lists_are_compared_in_bounded_time(tmp_path: Path) -> None:
    words = [f"w{number:05d}x" for number in range(3_000)]
    lists = f"{{a: [{', '.join(words)}], b: [{', '.join(f'{word}*' for word in words[1:])}]}}"
    assert codes(tmp_path, "$a AND x", "$b AND x", "$a", lists=lists) == ["contained-rule"]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("[aab, aa*]", ["covered-term"]),
        ("['aab*', aa*]", ["covered-term"]),
        ("['*xaa', '*aa']", ["covered-term"]),
        ("[aab, 'a?b']", ["covered-term"]),
        ("[aa bb, bb]", ["covered-term"]),
        ("[aa bb cc, bb cc]", ["covered-term"]),
        ("[case:WHO, who]", ["covered-term"]),
        ("[case:WHO rule, who rule]", ["covered-term"]),
        ("[Tokaev, Tokayev~1]", ["covered-term"]),
        ("[aa, [bb, aa]]", ["repeated-term"]),
        ("[aa, AA, 'aa']", ["repeated-term", "repeated-term"]),
        ("[aa, bb]", []),
        ("[aa bb, bb aa]", []),
        ("[who, case:who*]", []),
        ("[case:WHO, WH*ER]", []),
        ("[aa NEAR/5 bb, aa cc]", []),
        ("['#>5', aa, /aa/]", []),
        ("[aa *  bb, bb cc]", []),
        ("{all: [aa, aab]}", []),
        ("[aa b c d e f g h i j k l m, b]", ["covered-term"]),
    ],
)
def test_terms_that_find_nothing_more_are_told(
    tmp_path: Path, terms: str, expected: list[str]
) -> None:
    assert codes(tmp_path, terms) == expected


def test_terms_of_a_list_are_told_once_and_against_terms_beside_it(tmp_path: Path) -> None:
    lists = "{a: [internet, internet blackout]}"
    assert codes(tmp_path, "$a NEAR/5 x", "$a NEAR/5 y", lists=lists) == ["covered-term"]
    assert codes(tmp_path, "[$b, internet outage]", lists="{b: [internet, x]}") == ["covered-term"]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{all: [a b], none: [b]}", ["removes-all"]),
        ("a b NOT b", ["removes-all"]),
        ("{all: [a, c], none: [d, a]}", ["removes-all"]),
        ("{all: [a], any: [c, c d], none: [d]}", ["covered-term", "excluded-term"]),
        ("{any: [a NEAR/3 d, c], none: [d]}", ["excluded-term"]),
        ("{any: [(a OR b) NEAR/3 d, c], none: [d]}", ["excluded-term"]),
        ("{all: [a, {all: [b, NOT c]}], none: [b]}", ["removes-all"]),
        ("{any: [a, b], none: [c]}", []),
        ("{all: [a], none: [a AND c]}", []),
    ],
)
def test_exclusions_that_leave_nothing_are_told(
    tmp_path: Path, match: str, expected: list[str]
) -> None:
    assert codes(tmp_path, match) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("c\u0443rfew", ["mixed-scripts"]),
        ("\u0430pple*", ["mixed-scripts"]),
        ("stem:\u0441urfew", ["mixed-scripts"]),
        ("\u0391pple", ["mixed-scripts"]),
        ("quiet \u0441urfew", ["mixed-scripts"]),
        ("Қазақстан", []),
        ("café", []),
        ("μg", []),
        ("case:who", ["case-lower"]),
        ("case:WHO", []),
        ("case:Who", []),
        ("case:2022", []),
        ("case:北京", []),
        ("WHO~", ["fuzzy-short"]),
        ("Kyiv~", []),
        ("Kyiv~2", ["fuzzy-spelling"]),
        ("Tokayev~2", []),
    ],
)
def test_doubtful_terms_are_told(tmp_path: Path, term: str, expected: list[str]) -> None:
    assert codes(tmp_path, term) == expected


def test_terms_under_not_and_near_are_looked_at_too(tmp_path: Path) -> None:
    assert codes(tmp_path, "a NOT (case:who NEAR/5 b)") == ["case-lower"]


WORDS = (*(f"in{number}ing" for number in range(HUNDREDS)), "austria", "australia", "kyiv", "kiev")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("in*", ["wide-wildcard"]),
        ("'*ing'", ["wide-wildcard"]),
        ("in*ng", ["wide-wildcard"]),
        ("'?n*ing'", ["wide-wildcard"]),
        ("in1?ing", []),
        ("aust*", []),
        ("Austria~2", ["fuzzy-words"]),
        ("Austria~1", []),
        ("Kyiv~2", ["fuzzy-spelling", "fuzzy-words"]),
    ],
)
def test_known_words_tell_what_a_term_fits(tmp_path: Path, term: str, expected: list[str]) -> None:
    assert codes(tmp_path, term, words=WORDS) == expected


def test_the_words_that_are_meant_by_nobody_are_named(tmp_path: Path) -> None:
    text = f"rules:\n  - {{id: r, match: Austria~2 OR in*, {TESTS}}}\n"
    messages = [p.message for p in lint(book(tmp_path, text).rules, vocabulary=WORDS)]
    assert messages[0].endswith("known words australia")
    assert f"fits {HUNDREDS} known words (in0ing, " in messages[1]


def test_a_vocabulary_knows_what_fits() -> None:
    words = Vocabulary(["protest", "protester", "contest", "test", "тест"])
    assert words.fitting("protest*") == ["protest", "protester"]
    assert sorted(words.fitting("*test")) == ["contest", "protest", "test"]
    assert words.fitting("?est") == ["test"]
    assert words.fitting("т*") == ["тест"]
    assert words.fitting("x*") == []


def test_rules_without_tests_are_told_and_correlations_need_none(tmp_path: Path) -> None:
    text = (
        "rules:\n  - {id: a, match: a}\n  - {id: b, match: b, tests: {miss: [x]}}\n"
        "  - {id: c, correlate: {rules: [a, b], within: 1h, at_least: 2}}\n"
    )
    assert [(p.code, p.location.line) for p in lint(book(tmp_path, text).rules)] == [
        ("no-tests", 2)
    ]


def test_rules_that_no_index_finds_are_told(tmp_path: Path) -> None:
    rules = book(tmp_path, f"rules:\n  - {{id: a, match: /x+/, {TESTS}}}\n").rules
    assert [p.code for p in lint(rules, unindexed=("a",))] == ["unindexed"]


def test_rules_of_thousands_of_clauses_are_not_compared(tmp_path: Path) -> None:
    """The work is bounded: a rule that names a hundred is compared, one of thousands is not."""
    many = " AND ".join(f"w{number}" for number in range(3_000))
    few = " AND ".join(f"w{number}" for number in range(100))
    assert codes(tmp_path, many, many) == []
    assert codes(tmp_path, few, few) == ["same-rule"]
    assert codes(tmp_path, many, "w7 AND w9") == ["contained-rule"]
