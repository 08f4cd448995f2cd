"""`monitor test`: the rules' own samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import RULES, write


def test_passing_samples_exit_0_and_rules_without_any_are_named(run: Run, project: Path) -> None:
    write(project, {"rules/more.yaml": "rules: [{id: b, match: rain}, {id: a, match: snow}]\n"})
    said = run("test")
    assert (said.code, said.out) == (0, "")
    assert said.err == "Without tests: b, a\n5 rules, 6 samples: 6 passed, 0 failed.\n"


def test_a_failing_sample_exits_1_with_its_place_and_reason(run: Run, project: Path) -> None:
    broken = RULES.replace("miss: [A power cut.]", "miss: [An internet shutdown.]")
    write(project, {"rules/watch.yaml": broken})
    said = run("test")
    assert said.code == 1
    assert said.lines == [
        "rules/watch.yaml:11:14: blackout: it should miss this, and hits by 'internet',"
        " 'shutdown': An internet shutdown."
    ]
    assert said.err.endswith("3 rules, 6 samples: 5 passed, 1 failed.\n")


def test_json_has_every_sample(run: Run, project: Path) -> None:
    broken = RULES.replace("miss: [A power cut.]", "miss: [An internet shutdown.]")
    write(project, {"rules/watch.yaml": broken})
    first, second, *others = run("test", "--json").rows
    assert [row["passed"] for row in others] == [True] * 4
    assert first == {
        "rule": "blackout",
        "sample": "hit",
        "passed": True,
        "reason": None,
        "file": str(project / "rules" / "watch.yaml"),
        "line": 10,
        "column": 13,
    }
    assert (second["sample"], second["passed"]) == ("miss", False)
    assert second["reason"].startswith("it should miss this")


@pytest.mark.usefixtures("project")
def test_only_the_named_rules_are_tested(run: Run) -> None:
    assert run("test", "blackout").err == "1 rule, 2 samples: 2 passed, 0 failed.\n"
    said = run("test", "blakout")
    assert said.code == 2
    assert "there is no rule 'blakout' (did you mean 'blackout'?)" in said.err


def test_very_many_rules_without_tests_are_counted(run: Run, project: Path) -> None:
    rules = "".join(f"  - {{id: r{number}, match: curfew{number}}}\n" for number in range(13))
    write(project, {"rules/watch.yaml": f"rules:\n{rules}"})
    assert run("test").err.startswith(
        "Without tests: r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 3 more\n"
    )
