"""What is added to a YAML text is there afterwards, and nothing else has changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.yaml12 import Mapping, Node, Scalar, Sequence, load
from monitor.yaml12.editing import (
    Insertion,
    add_entry,
    add_items,
    alias_behind,
    end_of_lines,
    insert,
    is_flow,
    lower,
    scalar,
    wrap,
)


def plain(node: Node) -> object:
    """Return a tree as dicts, lists and texts."""
    if isinstance(node, Scalar):
        return node.raw
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


def at(text: str, *keys: str | int) -> Node:
    node = load(text, "f.yaml")
    for key in keys:
        if isinstance(node, Mapping):
            node = node.entries[str(key)]
        else:
            assert isinstance(node, Sequence)
            assert isinstance(key, int)
            node = node.items[key]
    return node


def sequence(text: str, *keys: str | int) -> Sequence:
    node = at(text, *keys)
    assert isinstance(node, Sequence)
    return node


def mapping(text: str, *keys: str | int) -> Mapping:
    node = at(text, *keys)
    assert isinstance(node, Mapping)
    return node


def put(text: str, insertion: Insertion | None) -> str:
    assert insertion is not None
    return insert(text, [insertion])


# scalars


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("curfew", "curfew"),
        ("power outage", "power outage"),
        ("A power cut.", "A power cut."),
        ("a/b_c-d", "a/b_c-d"),
        ("no", '"no"'),
        ("True", '"True"'),
        ("none", '"none"'),
        ("12", '"12"'),
        ("a: b", '"a: b"'),
        ("a, b", '"a, b"'),
        ("a #b", '"a #b"'),
        (" a", '" a"'),
        ("", '""'),
        ('say "x"', '"say \\"x\\""'),
        ("Астана", '"Астана"'),
        ("a\nb\tc", '"a\\nb\\tc"'),
        ("\x85\u2028\ufeff", '"\\u0085\\u2028\\ufeff"'),
    ],
)
def test_a_text_is_quoted_only_where_it_must_be(value: str, written: str) -> None:
    assert scalar(value) == written


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    written = scalar(value)
    assert "\n" not in written
    assert plain(load(f"k: {written}\n", "f.yaml")) == {"k": value}
    assert plain(load(f"k: [{written}, b]\n", "f.yaml")) == {"k": [value, "b"]}
    assert plain(load(f"- {written}\n", "f.yaml")) == [value]


# lists


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("k:\n  - a\n", "k:\n  - a\n  - x\n"),
        ("k:\n- a\n- b\nz: 1\n", "k:\n- a\n- b\n- x\nz: 1\n"),
        ("k:\n  - a  # why\n\nz: 1\n", "k:\n  - a  # why\n  - x\n\nz: 1\n"),
        ("k:\n  - a: 1\n    b: 2\nz: 1\n", "k:\n  - a: 1\n    b: 2\n  - x\nz: 1\n"),
        (
            "k:\n  - |\n    long\n    text\n\n\nz: 1\n",
            "k:\n  - |\n    long\n    text\n  - x\n\n\nz: 1\n",
        ),
        ("k:\n  - |+\n    long\n\nz: 1\n", "k:\n  - |+\n    long\n\n  - x\nz: 1\n"),
        ("k:\n  - >-\n    long\n", "k:\n  - >-\n    long\n  - x\n"),
        ("k:\n  - long\n    text\n", "k:\n  - long\n    text\n  - x\n"),
        ("k:\n  - [a, b]  # c\n", "k:\n  - [a, b]  # c\n  - x\n"),
        ("k:\n  -\nz: 1\n", "k:\n  -\n  - x\nz: 1\n"),
        ("k: &name\n  - a\n", "k: &name\n  - a\n  - x\n"),
        ("k: !!seq # why\n  - a\n", "k: !!seq # why\n  - a\n  - x\n"),
        ("k:\n  - a", "k:\n  - a\n  - x"),
        ("k: [a]\n", "k: [a, x]\n"),
        ("k: [a, b,]\n", "k: [a, b, x]\n"),
        ("k: [a, # one\n    b # two\n   ]\n", "k: [a, # one\n    b, x # two\n   ]\n"),
        ("k: [a, # one\n   ]\n", "k: [a, x # one\n   ]\n"),
        ("k: [a # one\n   , # two\n   ]\n", "k: [a # one\n   , x # two\n   ]\n"),
        ("k: []\n", "k: [x]\n"),
        ("k: &name []\n", "k: &name [x]\n"),
        ("k: [[a], {b: c}]\n", "k: [[a], {b: c}, x]\n"),
        ('k: ["a, ]"]\n', 'k: ["a, ]", x]\n'),
    ],
)
def test_an_item_follows_the_last(before: str, after: str) -> None:
    found = put(before, add_items(sequence(before, "k"), [["x"]]))
    assert found == after
    was, now = plain(load(before, "f")), plain(load(after, "f"))
    assert isinstance(was, dict)
    assert isinstance(was["k"], list)
    assert now == {**was, "k": [*was["k"], "x"]}


def test_an_item_of_several_lines_is_indented_below_its_dash() -> None:
    before = "sources:\n    - id: a\n      url: u\nother: 1\n"
    found = put(before, add_items(sequence(before, "sources"), [["id: b", "url: v"], ["id: c"]]))
    assert found == (
        "sources:\n    - id: a\n      url: u\n    - id: b\n      url: v\n    - id: c\nother: 1\n"
    )


def test_several_lines_find_no_room_in_brackets() -> None:
    assert add_items(sequence("k: [a]\n", "k"), [["id: b", "url: v"]]) is None
    before = "k: [a]\n"
    assert put(before, add_items(sequence(before, "k"), [["b"], ["c"]])) == "k: [a, b, c]\n"


def test_a_list_inside_a_list_grows_by_itself() -> None:
    before = "- - a\n  - b\n- - c\n"
    assert put(before, add_items(sequence(before, 0), [["x"]])) == "- - a\n  - b\n  - x\n- - c\n"
    assert put(before, add_items(sequence(before), [["x"]])) == "- - a\n  - b\n- - c\n- x\n"


# mappings


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\n", "a: 1\nk: x\n"),
        ("a: 1", "a: 1\nk: x"),
        ("a:\n  b: 1\n", "a:\n  b: 1\nk: x\n"),
        ("{a: 1}\n", "{a: 1, k: x}\n"),
        ("{a: 1,}\n", "{a: 1, k: x}\n"),
        ("{}\n", "{k: x}\n"),
        ("? a\n: b\n", "? a\n: b\nk: x\n"),
        ("a:\n", "a:\nk: x\n"),
        ("a: |\n  text\n\n\n", "a: |\n  text\nk: x\n\n\n"),
        ("  a: 1\n  b: 2\n", "  a: 1\n  b: 2\n  k: x\n"),
    ],
)
def test_an_entry_follows_the_last(before: str, after: str) -> None:
    assert put(before, add_entry(mapping(before), "k", ["x"])) == after
    was = plain(load(before, "f"))
    assert isinstance(was, dict)
    assert plain(load(after, "f")) == {**was, "k": "x"}


def test_an_entry_of_an_item_stands_below_its_keys_not_its_dash() -> None:
    before = "rules:\n  - id: a\n    match: b\n  - id: c\n"
    found = put(before, add_entry(mapping(before, "rules", 0), "tests", ["miss:", "  - x"]))
    assert found == (
        "rules:\n  - id: a\n    match: b\n    tests:\n      miss:\n        - x\n  - id: c\n"
    )


def test_an_anchored_item_grows_in_its_own_column() -> None:
    before = "- &m\n  a: 1\n- b\n"
    assert put(before, add_entry(mapping(before, 0), "k", ["x"])) == "- &m\n  a: 1\n  k: x\n- b\n"


def test_several_lines_find_no_room_in_braces() -> None:
    assert add_entry(mapping("{a: 1}\n"), "k", ["b:", "  c"]) is None


# wrapping


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("k: a b\n", "k: [a b, x]\n"),
        ("k: a b  # why\n", "k: [a b, x]  # why\n"),
        ("k: 'a, b'\n", "k: ['a, b', x]\n"),
        ('k: "a\n  b"\n', 'k: ["a\n  b", x]\n'),
        ("k: a, b\n", "k: ['a, b', x]\n"),
        ("k: f(a) {b}\n", "k: ['f(a) {b}', x]\n"),
        ("k: &n a\n", "k: [&n a, x]\n"),
        ("k: [a]\n", "k: [[a], x]\n"),
        ("k: {a: b}\n", "k: [{a: b}, x]\n"),
    ],
)
def test_a_value_comes_to_stand_in_brackets(before: str, after: str) -> None:
    insertions = wrap(at(before, "k"), "[", ", x]")
    assert insertions is not None
    assert insert(before, insertions) == after
    was, now = plain(load(before, "f")), plain(load(after, "f"))
    assert isinstance(was, dict)
    assert isinstance(now, dict)
    assert now["k"] == [" ".join(was["k"].split()) if "\n" in before[4:-1] else was["k"], "x"]


@pytest.mark.parametrize(
    "text",
    [
        "k: |\n  a\n",
        "k: >-\n  a\n",
        "k: it's, b\n",
        "k: a\n  b, c\n",
        "k: a\n  b\n",
        "k: &n a, b\n",
        "k:\n  - a\n",
        "k:\n  a: b\n",
    ],
)
def test_what_brackets_would_cut_is_left(text: str) -> None:
    assert wrap(at(text, "k"), "[", "]") is None


# putting in


def test_insertions_go_in_their_order_wherever_they_are() -> None:
    assert insert("ac", [(2, "d"), (1, "b"), (1, "B"), (0, "_")]) == "_abBcd"


def test_a_line_behind_a_last_line_without_end_ends_that_one() -> None:
    assert insert("a", [(1, "b\n"), (1, "c\n")]) == "a\nb\nc"
    assert insert("a", [(1, "b")]) == "ab"
    assert insert("a\n", [(2, "b\n")]) == "a\nb\n"


def test_line_breaks_are_those_of_the_text() -> None:
    assert insert("a\r\nb\r\n", [(3, "x\ny\n")]) == "a\r\nx\r\ny\r\nb\r\n"
    assert insert("a\nb\n", [(2, "x\n")]) == "a\nx\nb\n"


def test_where_lines_end() -> None:
    text = "a: 1 # c\nb: |\n  x\n\nc: 2"
    assert end_of_lines(at(text, "a")) == 9
    assert text[: end_of_lines(at(text, "b"))] == "a: 1 # c\nb: |\n  x\n"
    assert end_of_lines(at(text, "c")) == len(text)


def test_what_is_written_between_brackets() -> None:
    assert is_flow(sequence("k: [a]\n", "k"))
    assert is_flow(mapping("k: !!map {a: b}\n", "k"))
    assert not is_flow(sequence("k:\n  - [a]\n", "k"))
    assert not is_flow(mapping("k: &n\n  a: b\n", "k"))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("k: one\n  two\nx: y\n", "k:\n  any: one\n    two\nx: y\n"),
        ("k: |  # why\n  one\n\n   two\nx: y", "k:\n  any: |  # why\n    one\n\n     two\nx: y"),
        ("k : |\r\n  one\r\n\r\nx: y", "k :\r\n  any: |\r\n    one\r\n\r\nx: y"),
        ("k:\n# c\n- a\n- b", "k:\n  any:\n  # c\n  - a\n  - b"),
        ("k: |\n  a", "k:\n  any: |\n    a"),
    ],
)
def test_a_value_in_lines_moves_below_its_key(text: str, after: str) -> None:
    root = load(text, "f")
    assert isinstance(root, Mapping)
    moved = insert(text, lower(root.entries["k"], root.keys["k"], "any:", indent=2, shift=2))
    assert moved == after
    found = load(moved, "f")
    assert isinstance(found, Mapping)
    assert plain(found.entries["k"]) == {"any": plain(root.entries["k"])}


def test_an_alias_is_told_from_what_it_stands_for() -> None:
    text = "{a: &x [b], c: *x, d: '*x', e :  *x}"
    root = load(text, "f")
    assert isinstance(root, Mapping)
    found = {key: alias_behind(node) for key, node in root.keys.items()}
    assert {key: place and text[slice(*place)] for key, place in found.items()} == {
        "a": None, "c": "*x", "d": None, "e": "*x"
    }  # fmt: skip
