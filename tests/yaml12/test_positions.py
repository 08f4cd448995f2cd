"""Each character of a scalar's value is found in the file, whatever the style."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import InvalidInput
from monitor.yaml12 import Mapping, Node, Scalar, Sequence, load


def scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return [found for item in node.items for found in scalars(item)]
    return [*node.keys.values(), *(s for value in node.entries.values() for s in scalars(value))]


def place(node: Scalar, offset: int) -> tuple[int, int]:
    location = node.at(offset)
    return location.line, location.column


def value_of(text: str) -> Scalar:
    node = load(text, "x.yaml")
    assert isinstance(node, Mapping)
    value = node.entries["q"]
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("q: a NEAR/5 b", "b", (1, 13)),
        ("q: 'it''s a b'", "b", (1, 13)),
        ('q: "say \\"b\\""', "b", (1, 11)),
        ('q: "\\x41\\u00e9\\U0001f600 b"', "b", (1, 26)),
        ('q: "a\\\n   b"', "b", (2, 4)),
        ('q: "a\\\n\n\n   b"', "b", (4, 4)),
        ("q: a AND\n   b", "b", (2, 4)),
        ("q: a\n\n\n   b", "b", (4, 4)),
        ("q: 'a\n    b'", "b", (2, 5)),
        ("q: >\n  a AND\n  b\n", "b", (3, 3)),
        ("q: >-\n  a\n\n  b", "b", (4, 3)),
        ("q: >\n  a\n   more\n  b", "b", (4, 3)),
        ("q: > # c-omment\n\n  a\n  b", "b", (4, 3)),
        ("q: |\n  a\n  b\n", "b", (3, 3)),
        ("q: |2\n    a\n  b", "b", (3, 3)),
        ("q: |+\n  a\n\n  b\n\n\n", "b", (4, 3)),
        ("q: |\n\n   a\n   b", "b", (4, 4)),
        ("q: &x b", "b", (1, 7)),
        ("q: !!str b", "b", (1, 10)),
        ("q: &x !!str\n  'a b'", "b", (2, 6)),
        ("q: !!str # note\n  b", "b", (2, 3)),
        ("q: |\r\n  a\r\n  b\r\n", "b", (3, 3)),
        ("q: a\r\n  b", "b", (2, 3)),
        ("q: |\n  a\tb", "b", (2, 5)),
        ("q: 'ы\U0001f600 b'", "b", (1, 8)),
    ],
)
def test_a_part_of_the_value_is_found(text: str, part: str, expected: tuple[int, int]) -> None:
    node = value_of(text)
    assert place(node, node.raw.index(part)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("q: abc", (1, 7)), ("q: 'abc'", (1, 8)), ('q: "a\\n"', (1, 8)), ("q: >-\n  abc", (2, 6))],
)
def test_the_place_behind_the_last_character_is_known(text: str, expected: tuple[int, int]) -> None:
    node = value_of(text)
    assert place(node, len(node.raw)) == expected
    assert place(node, len(node.raw) + 99) == expected


def test_offsets_before_the_value_are_its_beginning() -> None:
    assert place(value_of("q: abc"), -5) == (1, 4)


@pytest.mark.parametrize(
    "text", ["q:", "q: ''", 'q: ""', "q: |\n", "q: |2\n   \n  \n", "q: >+\n\n"]
)
def test_values_without_text_have_a_place(text: str) -> None:
    node = value_of(text)
    assert node.at(0).line >= 1


def test_a_scanner_of_another_opinion_gets_the_beginning() -> None:
    node = value_of("q: 'abc def'")
    node.raw = "something else"
    assert place(node, 9) == (1, 4)


def corresponds(source: str, index: int, character: str) -> bool:
    """Whether this character of a value can come from this place of the source."""
    if index < len(source) and source[index] == character:
        return True
    return (character in " \n" and source[index : index + 1] in {"\n", "\r"}) or (
        source[index : index + 1] == "\\"
    )


def check(text: str) -> int:
    """Hold every scalar's characters against the source; return how many there were."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    seen = 0
    for node in scalars(load(text, "x")):
        last = -1
        for offset, character in enumerate(node.raw):
            location = node.at(offset)
            index = starts[location.line - 1] + location.column - 1
            assert corresponds(text, index, character), (text, node.raw, offset)
            assert index > last
            last = index
            seen += 1
    return seen


WORDS = st.lists(
    st.sampled_from(
        ["a", "AND", "é", "'", '"', "\\", " ", "  ", "\n", "\n\n", "\t", ":", "#", "ы"]
    ),
    min_size=1,
    max_size=12,
).map("".join)


@settings(deadline=None)
@given(WORDS, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(12, 40), st.booleans())
@example("\n\t0", ">", 12, False)
@example(" a\nb\n", "|", 12, True)
def test_every_character_is_found_in_every_style(
    value: str, style: str | None, width: int, nested: bool
) -> None:
    tree = {"k": [{"q": value}]} if nested else {"q": value}
    text = yaml.dump(tree, default_style=style, width=width, allow_unicode=True)
    try:
        assert check(text) >= len(value)
    except InvalidInput:
        # PyYAML's emitter writes some folded texts that it cannot read itself.
        with pytest.raises(yaml.YAMLError):
            yaml.safe_load(text)


def test_every_character_of_the_yaml_test_suite_is_found() -> None:
    suite = Path(__file__).parents[3] / "shared/data/adversarial/yaml-test-suite/src"
    if not suite.is_dir():
        pytest.skip("needs ../shared/data/adversarial/yaml-test-suite")
    seen = 0
    for path in sorted(suite.glob("*.yaml")):
        if path.stem == "Y2GN":  # libyaml ends an anchor at a colon
            continue
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            text = case.get("yaml", "").replace("␣", " ").replace("∎", "").replace("↵", "")
            try:
                seen += check(text)
            except InvalidInput:
                continue
    assert seen > 3_000
