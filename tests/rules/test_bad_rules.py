"""Each mistake in tests/data/bad_rules/ is told as its file says: place, code, message, hint."""

import ast
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from monitor.errors import InvalidRules, Problem
from monitor.matching import compile_rules
from monitor.rules import lint, load_rules
from tests.rules.writing import CHANNELS, SOURCES

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests/data/bad_rules").iterdir())
EXPECT = "# expect: "
TODAY = date(2022, 1, 6)

TOLD_ELSEWHERE = {
    "no-rules": "needs an empty folder: test_folder.py",
    "empty-file": "test_folder.py",
    "unread-file": "is about names and links: test_folder.py",
    "unreadable": "needs a file without permission or a broken link: test_folder.py",
    "too-large": "256 MB do not belong into the repository: test_folder.py",
    "one-rule": "parse_rule alone says it: test_versions.py",
    "wide-wildcard": "needs known words: test_lint.py",
    "fuzzy-words": "needs known words: test_lint.py",
    "time": "no key of a rule holds a time of day: tests/yaml12/test_reader.py",
    "test-failed": "the rule is sound, its sample is not: test_samples.py",
}


def found_in(case: Path) -> Iterable[Problem]:
    try:
        rulebook = load_rules(case, sources=SOURCES, channels=CHANNELS)
    except InvalidRules as error:
        return error.problems
    unindexed = compile_rules(rulebook.rules).unindexed
    doubts = lint(rulebook.rules, unindexed=unindexed, today=TODAY, sources=SOURCES)
    return [*rulebook.warnings, *doubts]


def line_for(problem: Problem, case: Path) -> str:
    place = f"{problem.location.line}:{problem.location.column}"
    folder = case if case.is_dir() else case.parent
    message = problem.message.replace(f"{folder}/", "")
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{place} {problem.severity} {problem.code}: {message}{hint}"


def files_of(case: Path) -> list[Path]:
    return sorted(case.iterdir()) if case.is_dir() else [case]


def expected_in(file: Path) -> list[str]:
    lines = file.read_bytes().decode("utf-8", errors="replace").splitlines()
    return [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_mistake_is_told_as_expected(case: Path) -> None:
    told = list(found_in(case))
    for file in files_of(case):
        mine = [problem for problem in told if problem.location.file == str(file)]
        assert [line_for(problem, case) for problem in mine] == expected_in(file)
    assert len(told) == sum(len(expected_in(file)) for file in files_of(case))
    assert told


def codes_in_source() -> set[str]:
    """Return every code that a problem is made with, from the source itself."""
    makers = {"report", "warn", "_report", "Problem", "Misuse"}
    found = set()
    for room in ("yaml12", "query", "rules"):
        for path in (ROOT / "monitor" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    texts = [it.value for it in node.args if isinstance(it, ast.Constant)]
                    codes = [it for it in texts if re.fullmatch("[a-z]+(-[a-z]+)*", str(it))]
                    found.update(codes[:1] if name in makers else [])
    return {str(code) for code in found}


def codes_in_files() -> set[str]:
    lines = [line for case in CASES for file in files_of(case) for line in expected_in(file)]
    return {line.split(" ", 2)[2].split(":")[0] for line in lines}


def test_every_kind_of_problem_has_a_file() -> None:
    assert codes_in_source() - codes_in_files() - TOLD_ELSEWHERE.keys() == set()


def test_every_kind_of_problem_is_documented() -> None:
    text = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    tables = text[text.index("\n## Warnings") : text.index("\n## Limits")]
    documented = {
        code
        for line in tables.splitlines()
        if line.startswith("| `")
        for code in re.findall("`([a-z-]+)`", line.split("|")[1])
    }
    assert documented == codes_in_files() | (TOLD_ELSEWHERE.keys() - {"one-rule", "time"})
