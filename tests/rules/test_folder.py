"""Which files are rule files, and what a folder of them gives."""

import gc
import os
from pathlib import Path

import pytest

from monitor.errors import InvalidRules, Severity
from monitor.rules import load_rules, rule_files
from monitor.rules.loading import MAX_FILE
from tests.rules.writing import book, folder, problems

CURFEW = "rules:\n  - {id: curfew, match: curfew}\n"


def test_yaml_files_of_all_sub_folders_are_read_and_no_others(tmp_path: Path) -> None:
    for name in ["b.yaml", "a.yml", "sub/deep/c.YAML", ".hidden.yaml", ".git/d.yaml", "e.yaml.bak",
                 "f.yaml~", "g.txt", "notes.yamlx", "h.yaml.swp"]:  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "folder.yaml").mkdir()
    found = [str(path.relative_to(tmp_path)) for path in rule_files(tmp_path)]
    assert found == ["a.yml", "b.yaml", "sub/deep/c.YAML"]


def test_a_linked_file_is_read_and_a_circle_of_folders_is_no_trouble(tmp_path: Path) -> None:
    inside = tmp_path / "rules"
    inside.mkdir()
    (tmp_path / "shared.yaml").write_text(CURFEW)
    (inside / "linked.yaml").symlink_to(tmp_path / "shared.yaml")
    (inside / "circle").symlink_to(inside)
    assert [rule.id for rule in load_rules(inside).rules] == ["curfew"]


def test_what_only_looks_like_a_rule_file_is_warned_of_with_the_name_to_give_it(
    tmp_path: Path,
) -> None:
    folder(tmp_path, CURFEW)
    names = ["a.yml.txt", "B.YAML.TXT", "sub/c.ymal", "notes.txt", "d.yaml.bak", "e.yaml~",
             ".f.yaml.txt", "rules.schema.json"]  # fmt: skip
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("rules: [")
    rulebook = load_rules(tmp_path)
    assert [rule.id for rule in rulebook.rules] == ["curfew"]
    told = [(it.location.file, it.code, it.hint) for it in rulebook.warnings]
    assert told == [
        (f"{tmp_path}/B.YAML.TXT", "unread-file", "rename it to B.yaml"),
        (f"{tmp_path}/a.yml.txt", "unread-file", "rename it to a.yaml"),
        (f"{tmp_path}/sub/c.ymal", "unread-file", "rename it to c.yaml"),
    ]


def test_links_that_give_no_rules_are_warned_of(tmp_path: Path) -> None:
    folder(tmp_path, CURFEW)
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.yml").symlink_to(tmp_path / "loop.yml")
    (tmp_path / "plain").symlink_to(tmp_path / "nowhere")
    told = [(Path(it.location.file).name, it.message) for it in load_rules(tmp_path).warnings]
    assert told == [
        ("elsewhere", "a folder that is a symbolic link is not followed"),
        ("gone.yaml", "the link leads nowhere, so no rule is read from it"),
        ("loop.yml", "the link leads nowhere, so no rule is read from it"),
    ]


def test_one_file_can_stand_for_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "one.rules"
    path.write_text(CURFEW)
    assert load_rules(path).files == (path,)


def test_rules_come_in_the_order_of_files_and_of_their_places(tmp_path: Path) -> None:
    first = "rules:\n  - {id: z, match: a}\n  - {id: b, match: b}\n"
    rulebook = book(tmp_path, b=CURFEW, a=first)
    assert [rule.id for rule in rulebook.rules] == ["z", "b", "curfew"]
    assert [path.name for path in rulebook.files] == ["a.yaml", "b.yaml"]
    assert str(rulebook.rules[1].location) == f"{tmp_path}/a.yaml:3:6"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidRules, match="the rules cannot be read: No such file") as caught:
        load_rules(tmp_path / "nowhere")
    assert caught.value.problems[0].location.file == str(tmp_path / "nowhere")


def test_an_empty_folder_and_an_empty_file_are_warned_of(tmp_path: Path) -> None:
    rulebook = load_rules(tmp_path)
    assert [(p.code, p.severity) for p in rulebook.warnings] == [("no-rules", Severity.WARNING)]
    rulebook = book(tmp_path, a="# later\n", b=CURFEW)
    assert [p.code for p in rulebook.warnings] == ["empty-file"]
    assert len(rulebook.rules) == 1


def test_a_file_that_cannot_be_read_is_told_with_the_rest(tmp_path: Path) -> None:
    unreadable = Path("/proc/self/mem")
    if not unreadable.is_file():
        pytest.skip("needs a file that gives an error when it is read")
    folder(tmp_path, "rules:\n  - {id: A, match: curfew}\n")
    (tmp_path / "x.yaml").symlink_to(unreadable)
    told = problems(tmp_path)
    assert [(Path(p.location.file).name, p.code) for p in told] == [
        ("r.yaml", "id"), ("x.yaml", "unreadable"),
    ]  # fmt: skip


def test_a_pipe_is_no_file_and_blocks_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    rulebook = load_rules(tmp_path)
    assert rulebook.files == ()
    assert [p.message for p in rulebook.warnings if p.code == "unread-file"] == [
        "this is no file, so no rule is read from it"
    ]


def test_an_enormous_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    [problem] = problems(tmp_path)
    assert problem.code == "too-large"


def test_all_problems_of_all_files_are_told_in_one_go_by_place(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        a="rules:\n  - {id: A, match: (a}\n  - {id: ok, match: $none}\n",
        b="rule: []\nlists: {x: []}\n",
        c="rules:\n  - {id: ok, match: a, levle: low}\n  - {id: ok, match: b}\n",
    )
    assert [(Path(p.location.file).stem, p.code) for p in told] == [
        ("a", "id"), ("a", "open-parenthesis"), ("a", "unknown-list"),
        ("b", "unknown-key"), ("b", "empty"),
        ("c", "duplicate-id"), ("c", "unknown-key"), ("c", "duplicate-id"),
    ]  # fmt: skip


def test_what_a_broken_file_may_hold_is_not_called_unknown(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        a="lists: {x: [a]\n",
        b="rules:\n  - {id: b, match: $x}\n  - {id: c, match: b AND}\n  - id: d\n"
        "    correlate: {rules: [e, 'tag:f'], within: 1h, at_least: 2}\n",
    )
    assert [p.code for p in told] == ["yaml-syntax", "missing-term"]


def test_warnings_come_with_the_errors(tmp_path: Path) -> None:
    told = problems(tmp_path, "rules:\n  - {id: a, match: a or b}\n  - {id: b}\n")
    assert [(p.code, p.severity) for p in told] == [
        ("lower-case-operator", Severity.WARNING),
        ("missing-key", Severity.ERROR),
    ]


def test_a_file_may_hold_lists_alone_or_defaults_alone(tmp_path: Path) -> None:
    rulebook = book(tmp_path, a="lists: {x: [a, b]}\n", b="defaults: {level: low}\n", c=CURFEW)
    assert len(rulebook.rules) == 1
    assert rulebook.warnings == ()


def test_the_garbage_collector_is_left_as_it_was(tmp_path: Path) -> None:
    folder(tmp_path, CURFEW)
    assert gc.isenabled()
    load_rules(tmp_path)
    assert gc.isenabled()
    gc.disable()
    try:
        load_rules(tmp_path)
        assert not gc.isenabled()
    finally:
        gc.enable()
