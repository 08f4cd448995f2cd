"""Hostile rule files: an error or a verdict, in bounded time and memory, never a crash."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InvalidInput, InvalidRules
from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.condition import Or
from monitor.rules import Rulebook, lint, load_rules, run_samples
from tests.rules.writing import book, problems

SHARED = Path(__file__).parents[3] / "shared/data/adversarial"
NOW = datetime(2022, 1, 6, tzinfo=UTC)
OWN = [
    "", " ", "\t", "\\", '"', "'", "((((", "))))", "NOT NOT NOT", "AND", "*", "**", "?", "#", "$",
    "/", "//", "/(/", "~", "~1", "a~", "title:", ":", "a:b:c", "{}", "[]", "\0", "\u202etest\u202c",
    "\ufeff", "\u200b", "\U0001f3f3\ufe0f\u200d\U0001f308", "Z\u0351\u036bA\u0334LG\u0321O",
    "表ポA鷗", "ﷺ", "½", "1/2", "1;DROP TABLE users", "<script>alert(0)</script>", "${HOME}", "%s",
    "../../etc/passwd", "nan", "NULL", "true", "=1+1", "a" * 100_000, "a " * 20_000,
    "(" * 10_000 + "a" + ")" * 10_000, " OR ".join(["a"] * 5_000), "NOT " * 5_000 + "a",
    "a NEAR/5 " * 500 + "a", "#1e999", "#>=1e5", "ATLEAST/" + "9" * 5_000 + " a",
    "a NEAR/" + "9" * 5_000 + " b", "*" * 5_000 + "ab", "a*" * 90, "/" + "(a+)+" * 50 + "$/",
    "/(x{1000}){1000}/", "/a{100000}/", "\U0001d4d0", "#>=" + "9" * 5_000,
]  # fmt: skip
WORDS = [
    "表ポあA鷗", "ﷺ", "flag 🏳️ here", "½", "1;DROP TABLE users", "nan", "te\u2060st\u202b", "Ａｃｅ",
]  # fmt: skip


def naughty() -> list[str]:
    path = SHARED / "blns.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return [*OWN, *found]


def outcome(folder: Path) -> Rulebook | None:
    """Load, lint and run; None for an error, which has its place."""
    try:
        rulebook = load_rules(folder)
    except InvalidRules as error:
        return placed(error)
    compiled = compile_rules(rulebook.rules)
    lint(rulebook.rules, unindexed=compiled.unindexed)
    run_samples(rulebook.rules, compiled, NOW)
    compiled.match(Article(title="a", body="a b 1/2 test NULL true"), NOW)
    return rulebook


def placed(error: InvalidRules) -> None:
    assert error.problems
    assert all(problem.location.line for problem in error.problems)


def quoted(text: str) -> str:
    """Return a double-quoted scalar; JSON's surrogate pairs are no YAML."""
    return re.sub(
        r"[^\x20-\x7e]", lambda it: f"\\U{ord(it[0]):08x}", json.dumps(text, ensure_ascii=False)
    )


@pytest.mark.parametrize(
    "form",
    [
        "rules:\n  - {id: r, match: %s, tests: {hit: [%s]}}\n",
        "lists: {x: [%s, b, %s]}\nrules:\n  - {id: r, match: $x NEAR/5 c}\n",
        "rules:\n  - {id: %s, title: %s, match: a}\n",
        "rules:\n  - {id: r, tags: [%s], only: {lang: %s}, match: a}\n",
    ],
)
def test_naughty_strings_are_an_error_or_a_rule_in_every_place(tmp_path: Path, form: str) -> None:
    rules = 0
    for text in naughty() if "hit" in form else OWN:
        value = quoted(text)
        (tmp_path / "r.yaml").write_text(form % (value, value), encoding="utf-8")
        rules += outcome(tmp_path) is not None
    assert rules


def test_naughty_strings_that_are_words_are_found_in_themselves(tmp_path: Path) -> None:
    """Quoted as a phrase, a text of plain words hits itself: no silent non-match."""
    seen = 0
    for text in WORDS:
        phrase = quoted(f'"{text}"')
        form = f"rules:\n  - {{id: r, match: {phrase}, tests: {{hit: [{quoted(text)}]}}}}\n"
        (tmp_path / "r.yaml").write_text(form, encoding="utf-8")
        [result] = run_samples(load_rules(tmp_path).rules, None, NOW)
        assert result.passed, text
        seen += 1
    assert seen == len(WORDS)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_as_a_rule_file_are_an_error_or_rules(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "r.yaml").write_bytes(data)
        try:
            load_rules(Path(folder))
        except InvalidRules as error:
            told = [problem.location.file for problem in error.problems]
        else:
            told = [folder]
        assert all(told)


FRAGMENTS = [
    "rules:", "lists:", "defaults:", "\n", "\n  ", "\n    ", "- ", "id: a", "match: ", "all: ",
    "any:", "[a, b]", "{", "}", "[", "]", ", ", "of: ", "near: 3", "at_least: 2", "$x", "x: ",
    "*a", "&a ",
    "'", '"', "tests: ", "hit: ", "only: ", "lang: en", "correlate: ", "NOT a", "#5", "|", ">",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_any_mixture_of_rule_parts_is_an_error_or_rules(text: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "r.yaml").write_text(text)
        try:
            rulebook = load_rules(Path(folder))
        except InvalidRules as error:
            places = [problem.location.file for problem in error.problems]
        else:
            lint(rulebook.rules)
            places = [str(file) for file in rulebook.files]
        assert all(place.startswith(folder) for place in places)


def test_a_list_of_100_000_words_is_read_and_matched(tmp_path: Path) -> None:
    words = ", ".join(f"w{number:x}" for number in range(100_000))
    rules_text = "  - {id: r, match: $x NEAR/5 y}\n  - {id: s, match: $x}\n"
    text = f"lists: {{x: [{words}]}}\nrules:\n{rules_text}"
    rules = book(tmp_path, text).rules
    assert isinstance(rules[1].match, Or)
    assert len(rules[1].match.operands) == 100_000
    compiled = compile_rules(rules)
    article = Article(title="", body="the w1869f and then y")
    assert {match.rule for match in compiled.match(article, NOW)} == {"r", "s"}


@pytest.mark.parametrize(
    "match",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "NOT " * 10_000 + "a",
        "title:" * 10_000 + "a",
        "ATLEAST/2 " * 10_000 + "a",
        "a NEAR/5 " * 10_000 + "a",
        "ANY/1 (" * 10_000 + "a" + ")" * 10_000,
    ],
)
def test_10_000_of_anything_inside_each_other_is_refused(tmp_path: Path, match: str) -> None:
    text = f"rules:\n  - id: r\n    match: {match}\n"
    assert {problem.code for problem in problems(tmp_path, text)} <= {
        "too-deep",
        "impossible-scope",
    }


def test_many_flat_parts_are_done(tmp_path: Path) -> None:
    match = " AND ".join(f"w{number}" for number in range(5_000))
    [rule] = book(tmp_path, f"rules:\n  - id: r\n    match: {match}\n").rules
    body = " ".join(f"w{number}" for number in range(5_000))
    assert compile_rules([rule]).match(Article(title="", body=body), NOW)


def test_the_yaml_suite_as_rules_is_refused_or_read(tmp_path: Path) -> None:
    suite = SHARED / "yaml-test-suite/src"
    if not suite.is_dir():
        pytest.skip("needs ../shared/data/adversarial/yaml-test-suite")
    for path in suite.glob("*.yaml"):
        (tmp_path / "r.yaml").write_bytes(path.read_bytes())
        with pytest.raises(InvalidInput):
            load_rules(tmp_path)
