"""A text becomes a located tree, or an error that says what to do; in bounded time and memory."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InvalidInput, Location, Problem
from monitor.yaml12 import (
    ALIAS_LIMIT,
    DEPTH_LIMIT,
    Mapping,
    Node,
    Scalar,
    Sequence,
    decode,
    load,
    load_bytes,
)
from monitor.yaml12.loading import PROBLEM_LIMIT, load_with

SUITE = Path(__file__).parents[3] / "shared/data/adversarial/yaml-test-suite/src"
MISREAD = {
    "Y2GN",  # libyaml ends an anchor at a colon
    "UKK6",  # `!` alone is an empty text here
}
SCANNERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


def plain(node: Node) -> object:
    """Return the values alone."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


def attempt(text: str, scanner: type) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the tree, or what is wrong."""
    try:
        return load_with(text, "x", scanner), ()
    except InvalidInput as error:
        return None, error.problems


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as caught:
        load(text, "x.yaml")
    return caught.value.problems


def told(text: str) -> list[tuple[str, int, int]]:
    return [(p.code, p.location.line, p.location.column) for p in problems(text)]


def test_a_document_becomes_values_with_places() -> None:
    node = load("rules:\n  - id: 7\n    tags: [a, 'b']\n", "r.yaml")
    assert plain(node) == {"rules": [{"id": 7, "tags": ["a", "b"]}]}
    assert isinstance(node, Mapping)
    assert isinstance(node.value, dict)
    rules = node.value["rules"]
    assert isinstance(rules, Sequence)
    rule = rules.value[0]
    assert isinstance(rule, Mapping)
    assert (node.location, rules.location) == (Location("r.yaml", 1, 1), Location("r.yaml", 2, 3))
    assert rule.location == Location("r.yaml", 2, 5)
    assert rule.keys["tags"].location == Location("r.yaml", 3, 5)
    assert rule.entries["tags"].location == Location("r.yaml", 3, 11)


def test_nodes_show_themselves_for_debugging() -> None:
    assert repr(load("a: [b]", "x")) == "Mapping({'a': Sequence([Scalar('b', x:1:5)])})"


def test_an_empty_file_is_null() -> None:
    for text in ("", "\n\n", "# nothing\n", "\ufeff", "---\n"):
        node = load(text, "x")
        assert isinstance(node, Scalar)
        assert node.null


def test_keys_are_their_text_however_they_are_written() -> None:
    assert plain(load("12: a\n'b': c\n? d\n: e\n", "x")) == {"12": "a", "b": "c", "d": "e"}


def test_all_duplicate_keys_are_told_at_once_with_the_first_place() -> None:
    text = "a: 1\nb: {c: 1, 'c': 2}\na: 2\n"
    assert told(text) == [("duplicate-key", 2, 11), ("duplicate-key", 3, 1)]
    assert problems(text)[1].message == "the key 'a' is given twice (first in line 1)"


def test_keys_that_are_no_text_are_told() -> None:
    assert told("[a]: 1\n? {b: c}\n: 2\n") == [("key", 1, 1), ("key", 2, 3)]


def test_merge_keys_are_told_and_quoted_ones_are_ordinary() -> None:
    assert told("a: &x {b: 1}\nc:\n  <<: *x\n") == [("merge-key", 3, 3)]
    assert plain(load("'<<': 1", "x")) == {"<<": 1}


def test_a_second_document_is_refused() -> None:
    assert told("a: 1\n---\nb: 2\n") == [("documents", 2, 1)]
    assert plain(load("---\na: 1\n...\n", "x")) == {"a": 1}


def test_aliases_stand_for_what_they_name() -> None:
    assert plain(load("a: &x [1, &y 2]\nb: *x\nc: *y\n", "x")) == {"a": [1, 2], "b": [1, 2], "c": 2}


def test_an_anchor_given_again_names_the_later_value() -> None:
    assert plain(load("- &x 1\n- &x [2, &x 3]\n- *x\n", "x")) == [1, [2, 3], 3]


def test_aliases_to_nothing_and_to_themselves_are_told() -> None:
    assert told("a: &x [*x, 1]\nb: *nope\n") == [("alias", 1, 8), ("alias", 2, 4)]


def test_aliases_beyond_the_bound_are_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
    )
    [problem] = problems(bomb)
    assert problem.code == "alias-flood"
    assert f"{ALIAS_LIMIT:,}" in problem.message


def test_aliases_up_to_the_bound_are_fine() -> None:
    many = ALIAS_LIMIT // 10
    node = load(f"a: &x [{', '.join('123456789')}]\nb: [{', '.join(['*x'] * many)}]", "x")
    assert isinstance(node, Mapping)
    assert len(node.entries["b"].value or ()) == many  # type: ignore[arg-type]  # a list
    text = f"a: &x [{', '.join('123456789')}]\nb: [{', '.join(['*x'] * (many + 1))}]"
    assert [code for code, _, _ in told(text)] == ["alias-flood"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_however_deep(opening: str) -> None:
    last = problems(opening * 100_000)[-1]
    assert "nested" in last.message


def test_nesting_up_to_the_bound_is_read() -> None:
    assert plain(load("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT, "x"))
    assert told("[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1)) == [("depth", 1, 101)]


def test_problems_beyond_the_bound_are_not_looked_for() -> None:
    assert len(problems("a: 1\n" * 5_000)) == PROBLEM_LIMIT
    assert len(problems("\x01" * 5_000)) == PROBLEM_LIMIT


def test_messages_stay_short_whatever_the_text_is() -> None:
    long = "a" * 900
    text = f"{long}: 1\n{long}: !{long} 2\n? *{long}\n: !!int {long}"
    assert {problem.code for problem in problems(text)} == {"duplicate-key", "tag", "alias"}
    assert all(len(problem.message) < 200 for problem in problems(text))


def test_what_is_found_before_a_syntax_error_is_told_with_it() -> None:
    assert told("a: 1\na: 2\nb: c: d\n") == [("duplicate-key", 2, 1), ("yaml-syntax", 3, 5)]


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ('- "x" AND y', (1, 7), "does not go with the lines above", "single quotes"),
        ('a: "x" AND y', (1, 8), "does not go with the lines above", "single quotes"),
        ("a: b: c", (1, 5), "a second `: `", "single quotes"),
        ("a:\n  - x\n y: 1", (3, 2), "does not go with the lines above", "indentation"),
        ("- a\nb: 1", (2, 1), "does not go with the lines above", "indentation"),
        ("a: - b", (1, 4), "a list cannot begin here", "new line"),
        ("a: [b", (1, 6), "never closed", "quotes"),
        ("a: {b: c", (1, 9), "never closed", "quotes"),
        ("a: b\nc: 'x\nd: e\n", (2, 4), "this quote is never closed", "close it"),
        ("a: 'x\n---\n", (1, 4), "this quote is never closed", "close it"),
        ("? a\n: b\nc", (3, 2), "a `:` is missing", "key: value"),
        ("a: @b", (1, 4), "cannot begin with @", "quotes"),
        ("a: `b", (1, 4), "cannot begin with `", "quotes"),
        ("a: %b", (1, 4), "cannot begin with %", "quotes"),
        ("\ta: b", (1, 1), "a tab stands where only spaces may", "spaces"),
        ("a:\n\t- b", (2, 1), "a tab stands where only spaces may", "spaces"),
        ("- a: 1\n-\tb: 1\n-\t- c", (2, 2), "a tab stands where only spaces may", "spaces"),
        ("match: *", (1, 8), "cannot begin with *", "in quotes: '*'"),
        ("- *stan*", (1, 3), "cannot begin with *", "in quotes: '*stan*'"),
        ("- *stan", (1, 3), "*stan refers to nothing", "in quotes: '*stan'"),
        ("any: [?ebel, b]", (1, 7), "cannot begin with ?", "quotes"),
        ("- & b", (1, 3), "cannot begin with &", "in quotes: '&'"),
        ('- "\\d"', (1, 4), "no such escape", "\\\\"),
        ('- "\\xZZ"', (1, 6), "no such escape", "\\x41"),
        ('- "\\U00110000"', (1, 6), "no such character", "\\U0001F525"),
        ('- "\\ud83d\\udd25"', (1, 6), "no such character", "\\U0001F525 for JSON's pair"),
        ("%FOO\n--- a", (1, 5), "not YAML: found unknown directive", "quotes"),
        ("!e!x a", (1, 1), "not YAML: found undefined tag handle", "quotes"),
    ],
)
def test_syntax_errors_say_where_and_what_to_do(
    text: str, place: tuple[int, int], message: str, hint: str
) -> None:
    [problem] = problems(text)
    assert (problem.location.line, problem.location.column) == place
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize("character", "\x00\x07\x1b\x7f\x85\u2028\u2029\ud800\ufeff\uffff")
def test_characters_that_yaml_forbids_are_told_with_their_place(character: str) -> None:
    [problem] = problems(f"a: b\nc: d{character}\n")
    assert (problem.code, problem.location) == ("character", Location("x.yaml", 2, 5))
    assert f"U+{ord(character):04X}" in problem.message


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    node = load_bytes(b"\xef\xbb\xbfa: b\n", "x")
    assert isinstance(node, Mapping)
    assert node.keys["a"].location == Location("x", 1, 1)
    assert plain(load("\ufeffa: b", "x")) == {"a": "b"}


def test_utf_16_with_a_mark_is_read() -> None:
    assert plain(load_bytes("a: Қазақстан".encode("utf-16"), "x")) == {"a": "Қазақстан"}


def test_bytes_of_another_encoding_are_told_with_their_place() -> None:
    with pytest.raises(InvalidInput) as caught:
        load_bytes("a: ы\nb: caf".encode() + b"\xe9\n", "x.yaml")
    [problem] = caught.value.problems
    assert (problem.code, problem.location) == ("encoding", Location("x.yaml", 2, 7))
    assert problem.message == "this is not UTF-8: 0xe9"


def test_a_broken_utf_16_file_is_told() -> None:
    with pytest.raises(InvalidInput, match="this is not UTF-16"):
        decode(b"\xff\xfea\x00b", "x.yaml")


def test_lines_end_with_any_of_the_three_breaks() -> None:
    node = load("a: 1\r\nb: 2\rc: 3\nd: 4", "x")
    assert isinstance(node, Mapping)
    assert [key.location.line for key in node.keys.values()] == [1, 2, 3, 4]


@pytest.mark.parametrize("scanner", SCANNERS)
def test_a_version_and_a_comment_in_one_word_are_refused(scanner: type) -> None:
    for text in ("%YAML 1.1#...\n---\n", "# one\n%YAML 1.2# two\n---\na: b\n"):
        with pytest.raises(InvalidInput) as caught:
            load_with(text, "x", scanner)
        assert caught.value.problems[0].code == "yaml-syntax"
    assert load_with("%YAML 1.2 # one\n---\na: |\n  %YAML 1.2#\n", "x", scanner)


def suite_cases() -> list[tuple[str, str, bool, str | None]]:
    signs = {"␣": " ", "————»": "\t", "———»": "\t", "——»": "\t", "—»": "\t", "»": "\t", "↵": "",
             "∎": "", "←": "\r", "⇔": "\ufeff"}  # fmt: skip
    cases = []
    for path in sorted(SUITE.glob("*.yaml")):
        first: dict[str, object] = {}
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            first = {**first, **case}
            text = first.get("yaml")
            if isinstance(text, str) and "skip" not in first:
                for sign, meaning in signs.items():
                    text = text.replace(sign, meaning)
                expected = first.get("json")
                cases.append(
                    (path.stem, text, "fail" in first, str(expected) if expected else None)
                )
    return cases


def test_the_yaml_test_suite_gives_values_or_errors() -> None:
    """What the suite calls valid gives its values, or is refused with a place; nothing crashes."""
    if not SUITE.is_dir():
        pytest.skip("needs ../shared/data/adversarial/yaml-test-suite")
    wrong, read = [], 0
    for name, text, fails, expected in suite_cases():
        for scanner in SCANNERS:
            node, found = attempt(text, scanner)
            assert node or found, text
            assert all(problem.location.line for problem in found), text
            if not node or name in MISREAD:
                continue
            if fails or expected is None or (expected.count("\n") > 1 and "}\n{" in expected):
                continue
            try:
                wanted = json.loads(expected)
            except ValueError:
                continue
            read += 1
            if plain(node) != wanted:
                wrong.append((name, plain(node), wanted))
    assert read > 250
    assert wrong == []


@pytest.mark.parametrize("scanner", SCANNERS)
def test_both_scanners_refuse_impossible_escapes(scanner: type) -> None:
    for text in ('"\\U00110000"', '"\\ud800"', '- a\n- "\\uDFFF b"'):
        with pytest.raises(InvalidInput):
            load_with(text, "x", scanner)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-?[]{}&*!|>'\"%#@, \n\t\\0é\U0001f600"), max_size=40))
def test_any_text_gives_a_value_or_located_problems(text: str) -> None:
    for scanner in SCANNERS:
        node, found = attempt(text, scanner)
        assert node or found
        assert all(problem.location.line for problem in found)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_located_problems(data: bytes) -> None:
    try:
        load_bytes(data, "x")
    except InvalidInput as error:
        places = [problem.location.line for problem in error.problems]
    else:
        places = [1]
    assert all(places)
