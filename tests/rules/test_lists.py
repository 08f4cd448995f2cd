"""Word lists are shared over the folder, may name each other, and are told from the rules."""

from pathlib import Path

from monitor.model.condition import Exact, Near, Or, Phrase, Wildcard
from monitor.rules.wordlists import WordLists
from monitor.yaml12 import Reader, load
from tests.rules.writing import book, problems


def test_the_names_of_all_lists_are_known_before_any_is_read() -> None:
    reader = Reader()
    lists = WordLists(reader, lambda node: word(node.raw))
    found = reader.mapping(load("{a: [x], b: [y, z]}", "x"), "`lists`")
    assert found is not None
    lists.add(found)
    assert (len(lists), list(lists), "a" in lists, "c" in lists) == (2, ["a", "b"], True, False)
    assert lists["b"] == Or((word("y"), word("z")))


def word(text: str) -> Phrase:
    return Phrase((Exact(text),))


def test_a_list_is_any_of_its_items_in_any_file_of_the_folder(tmp_path: Path) -> None:
    rulebook = book(
        tmp_path,
        a="lists: {cities: [Almaty, Nur-Sultan, Aqt*]}\n",
        sub__b="rules:\n  - {id: rule, match: curfew NEAR/5 $cities}\n",
    )
    match = rulebook.rules[0].match
    assert isinstance(match, Near)
    assert match.operands[1] == Or(
        (word("almaty"), Phrase((Exact("nur"), Exact("sultan"))), Phrase((Wildcard("aqt*"),)))
    )


def test_lists_name_lists_whatever_their_order(tmp_path: Path) -> None:
    text = "lists: {a: [$b, x], b: [$c], c: [y, [z, v]]}\nrules:\n  - {id: r, match: $a}\n"
    match = book(tmp_path, text).rules[0].match
    assert match == Or((Or((word("y"), word("z"), word("v"))), word("x")))


def test_items_are_queries(tmp_path: Path) -> None:
    text = "lists: {a: [(x OR y) NEAR/3 z, 12, true]}\nrules:\n  - {id: r, match: $a}\n"
    match = book(tmp_path, text).rules[0].match
    assert isinstance(match, Or)
    assert isinstance(match.operands[0], Near)
    assert match.operands[1:] == (word("12"), word("true"))


def test_a_list_with_something_wrong_is_told_once_however_often_it_is_used(tmp_path: Path) -> None:
    text = "lists: {a: ['(x'], b: [$a], c: [$c]}\nrules:\n" + "".join(
        f"  - {{id: r{i}, match: $a OR $b OR $c}}\n" for i in range(5)
    )
    assert [problem.code for problem in problems(tmp_path, text)] == [
        "open-parenthesis", "list-cycle",
    ]  # fmt: skip


def test_lists_that_no_rule_uses_are_checked_too(tmp_path: Path) -> None:
    assert [p.code for p in problems(tmp_path, "lists: {a: [x AND], b: [$nope]}\n")] == [
        "missing-term", "unknown-list",
    ]  # fmt: skip


def test_every_cycle_is_told_with_its_way(tmp_path: Path) -> None:
    text = "lists: {a: [$b], b: [$c], c: [$a], d: [$d], e: [$a]}\n"
    assert [problem.message for problem in problems(tmp_path, text)] == [
        "the list 'a' contains itself: $a → $b → $c → $a",
        "the list 'd' contains itself: $d → $d",
    ]


def test_the_same_list_twice_in_one_condition_is_no_cycle(tmp_path: Path) -> None:
    text = "lists: {a: [$c, $c], c: [x, y]}\nrules:\n  - {id: r, match: $a AND $c}\n"
    assert len(book(tmp_path, text).rules) == 1


def test_a_list_of_exclusions_is_good_only_beside_something(tmp_path: Path) -> None:
    text = "lists: {a: [NOT x, y]}\nrules:\n  - {id: r, match: %s}\n"
    assert len(book(tmp_path, text % "z AND $a").rules) == 1
    assert [p.code for p in problems(tmp_path, text % "$a")] == ["nothing-positive"]


def test_a_list_of_lists_that_may_be_too_deep_is_told_at_its_name(tmp_path: Path) -> None:
    chain = "".join(f"  a{i}: [$a{i + 1}]\n" for i in range(30))
    [problem] = problems(tmp_path, f"lists:\n{chain}  a30: [x]\n")
    assert (problem.code, problem.location.line) == ("list-depth", 22)
