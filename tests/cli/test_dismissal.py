"""`monitor hits dismiss`: the patch applies, and keeps the rule from such texts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import RULES, write

needs_patch = pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")


RULE = "rules:\n  - id: curfew\n    match: curfew*\n    tests:\n      hit: [{}]\n"


def apply(text: str, folder: Path) -> None:
    done = subprocess.run(
        ["patch", "-p0", "-d", str(folder)],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@needs_patch
def test_the_patch_applies_and_the_rule_hits_the_text_no_more(run: Run, worked: Path) -> None:
    said = run("hits", "dismiss", "1")
    assert said.code == 0
    assert said.lines[:2] == ["--- rules/watch.yaml", "+++ rules/watch.yaml"]
    assert "-      none: [power]" in said.lines
    assert "+      none: [power, blackout began]" in said.lines
    assert "+      miss: [A power cut., The internet blackout began at noon.]" in said.lines
    assert said.err.startswith("Dismissed 1 hit.\nExcluding ")
    assert "would have removed 0 of the rule's 0 other hits of the last 90 days." in said.err
    apply(said.out, worked)
    assert run("check").code == 0
    assert run("test", "blackout").err == "1 rule, 3 samples: 3 passed, 0 failed.\n"
    assert run("match", "--json", "articles/one.txt").row["hits"] == []
    assert run("hits", "--json", "--rule", "blackout").row["review"] == "dismissed"


@needs_patch
@pytest.mark.parametrize(
    "match",
    [
        "match: curfew*",
        "match: 'curfew*'",
        "match: ANY/1 (curfew*, lockdown)",
        "match: [curfew*, lockdown]",
        "match:\n      - curfew*\n      - lockdown",
        "match:\n      any:\n        - curfew*",
        "match: {any: [curfew*]}",
        "match:\n      any: curfew*\n      none: lifted",
    ],
)
def test_every_way_to_write_a_match_finds_room_for_the_exclusion(
    run: Run, worked: Path, match: str
) -> None:
    write(worked, {"rules/watch.yaml": f"rules:\n  - id: curfew\n    {match}\n    level: low\n"})
    said = run("hits", "dismiss", "2")
    assert said.code == 0, said.err
    apply(said.out, worked)
    assert run("test").err == "1 rule, 1 sample: 1 passed, 0 failed.\n"
    assert run("match", "--json", "articles/two.txt").row["hits"] == []


@needs_patch
@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["watch.yaml", "watch list.yaml"])
def test_the_files_own_form_is_kept(
    run: Run, worked: Path, breaks: str, mark: str, name: str
) -> None:
    (worked / "rules" / "watch.yaml").unlink()
    text = "rules:\n  - id: curfew\n    match:\n      any: [curfew*]"
    before = (mark + text).replace("\n", breaks).encode()
    (worked / "rules" / name).write_bytes(before)
    said = run("hits", "dismiss", "2")
    assert said.code == 0, said.err
    apply(run("hits", "dismiss", "2").out, worked)
    after = (worked / "rules" / name).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\r\n") == (after.count(b"\n") if breaks == "\r\n" else 0)
    assert run("test").err == "1 rule, 1 sample: 1 passed, 0 failed.\n"


def test_the_cheapest_exclusion_is_proposed_with_what_it_costs(run: Run, worked: Path) -> None:
    texts = {
        f"more{number}.txt": f"title: Curfew number {number}\n\nA curfew holds from nine on.\n"
        for number in range(3)
    }
    write(worked / "articles", texts)
    run("run", "--once")
    row = run("hits", "dismiss", "2", "--json").row
    assert row["exclude"] == "from eight"
    assert (row["removes"], row["other_hits"], row["breaks"]) == ([], 3, 0)
    assert row["miss"] == "A curfew holds from eight on."
    assert row["folder"] == str(worked)
    assert "+++ rules/watch.yaml" in row["patch"]
    assert row["unusable"] is None


def test_what_every_exclusion_would_cost_is_told(run: Run, worked: Path) -> None:
    texts = {
        f"more{number}.txt": f"title: Curfew number {number}\n\nA curfew holds from eight on.\n"
        for number in range(12)
    }
    write(worked / "articles", texts)
    run("run", "--once")
    said = run("hits", "dismiss", "2")
    assert "would have removed 12 of the rule's 12 other hits of the last 90 days: hits 3, 4" in (
        said.err
    )
    assert said.err.strip().endswith("12, ….")
    # Dismissed ones do not count.
    run("hits", "dismiss", "3")
    assert "of the rule's 11 other hits" in run("hits", "dismiss", "2").err


def test_an_exclusion_that_breaks_the_rules_own_samples_is_told(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULE.format("{file: ../articles/two.txt}")})
    said = run("hits", "dismiss", "2")
    assert "It would also make 1 `hit` sample of the rule's own fail" in said.err
    assert run("hits", "dismiss", "2", "--json").row["breaks"] == 1


def test_a_sample_is_spared_if_another_phrase_does(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULE.format("The curfew holds now.")})
    row = run("hits", "dismiss", "2", "--json").row
    assert row["breaks"] == 0
    assert row["exclude"] not in {"curfew holds", "holds"}


def test_a_rule_that_was_mended_since_gets_the_sample_alone(run: Run, worked: Path) -> None:
    file = worked / "rules" / "watch.yaml"
    file.write_text(file.read_text().replace("(blackout OR shutdown)", "shutdown"))
    said = run("hits", "dismiss", "1")
    assert said.err == (
        "Dismissed 1 hit.\n"
        "The rule as it is now does not hit this article: only the sample is added.\n"
    )
    assert "+      miss: [A power cut., The internet blackout began at noon.]" in said.lines
    assert "none:" not in "".join(line for line in said.lines if line.startswith("+"))
    assert run("hits", "dismiss", "1", "--json").row["exclude"] is None


def test_without_a_usable_phrase_the_sample_alone_is_added(run: Run, worked: Path) -> None:
    write(worked / "articles", {"only.txt": "title: Night\n\nCurfew.\n"})
    run("run", "--once")
    said = run("hits", "dismiss", "3")
    assert "No phrase of the passage could exclude it; the sample alone is added." in said.err
    assert "+    tests: {hit: [Curfews began.], miss: [A law., Curfew.]}" in said.lines


def test_where_the_exclusion_finds_no_room_it_is_told_how_to_write_it(
    run: Run, worked: Path
) -> None:
    rule = "rules:\n  - id: curfew\n    match: >-\n      curfew* OR\n      lockdown\n"
    write(worked, {"rules/watch.yaml": rule})
    said = run("hits", "dismiss", "2")
    assert "To exclude it, give the rule's match the key `none: [" in said.err
    assert not any("none" in line for line in said.lines)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("rules:\n  - {id: other, match: x}\n", "The rule curfew is not in "),
        (
            "lists: {all: [curfew]}\nrules:\n  - id: curfew\n    match: curfew\n"
            "    tests: &t {miss: [x]}\n  - {id: b, match: y, tests: *t}\n",
            "",
        ),
        (
            "rules:\n  - {id: b, match: y, tests: &t {miss: [x]}}\n"
            "  - {id: curfew, match: curfew, tests: *t}\n",
            "is not written so that something could be added to curfew: there is nothing to patch.",
        ),
        (
            "rules:\n  - {id: a, match: y}\n  - {id: curfew, correlate: "
            "{rules: [a], within: 1h, distinct: articles, at_least: 2}}\n",
            "curfew counts the hits of other rules: dismiss one of those: there is nothing",
        ),
    ],
)
def test_where_nothing_can_be_patched_it_says_why(
    run: Run, worked: Path, rules: str, told: str
) -> None:
    write(worked, {"rules/watch.yaml": rules})
    said = run("hits", "dismiss", "2")
    assert said.code == 0
    assert (said.out == "") == bool(told)
    assert told in said.err
    row = run("hits", "dismiss", "2", "--json").row
    assert (row["patch"] is None) == bool(told)
    assert bool(row["unusable"]) == bool(told)


def test_a_rule_file_in_another_encoding_cannot_be_patched(run: Run, worked: Path) -> None:
    text = "rules:\n  - {id: curfew, match: curfew}\n"
    (worked / "rules" / "watch.yaml").write_bytes(text.encode("utf-16"))
    said = run("hits", "dismiss", "2")
    assert said.code == 0
    assert "is not written so that something could be added" in said.err


def test_errors_of_other_rules_hold_up_no_patch(run: Run, worked: Path) -> None:
    write(worked, {"rules/more.yaml": "rules: [{id: x, match: (a}]\n"})
    said = run("hits", "dismiss", "2")
    assert (said.code, said.lines[0]) == (0, "--- rules/watch.yaml")


def test_a_rule_with_errors_is_mended_first(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULES.replace("match: curfew*", "match: (curfew*")})
    said = run("hits", "dismiss", "2")
    assert said.code == 2
    assert said.err.startswith("Dismissed 1 hit.\n")
    assert "has errors, so no patch can be made: `monitor check` shows them" in said.err


@needs_patch
@pytest.mark.parametrize("where", ["..", "../elsewhere"])
def test_from_elsewhere_the_patch_says_where_it_applies(
    run: Run, worked: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    folder = worked / where
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    said = run("hits", "dismiss", "2", "--config", worked / "monitor.yaml")
    if where == "..":
        assert said.lines[0] == "--- project/rules/watch.yaml"
        apply(said.out, folder)
    else:
        # `patch` takes no names that lead upwards.
        assert said.lines[0] == "--- watch.yaml"
        assert f"Apply the patch in that folder: patch -p0 -d {worked}/rules\n" in said.err
        apply(said.out, worked / "rules")
    assert run("match", "--json", worked / "articles/two.txt", "--config", worked / "monitor.yaml")
