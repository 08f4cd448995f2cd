"""What a plain scalar stands for: YAML 1.2's core schema, not YAML 1.1's surprises."""

import math

import pytest

from monitor.errors import InvalidInput
from monitor.yaml12 import Mapping, Scalar, Sequence, load


def scalar(text: str) -> Scalar:
    node = load(text, "x.yaml")
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize(
    "text",
    ["NO", "no", "on", "off", "yes", "y", "N", "12:30", "1:20:05", "2027-01-01", "1_000", "0b11",
     "0o8", "0xg", "+.", ".", "--", "1e", "TRue", "nULL", ".Inf1", "+0o7", "=", "<", "08x",
     "9" * 301],
)  # fmt: skip
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert scalar(text).value == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("012", 12), ("0o7", 7), ("0o14", 12), ("0x1F", 31), ("-3", -3), ("+3", 3), ("0", 0),
        ("3.5", 3.5), (".5", 0.5), ("1.", 1.0), ("-1e3", -1000.0), ("1E-2", 0.01),
        (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf), ("1e999", math.inf),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False),
        ("FALSE", False), ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None),
    ],
)  # fmt: skip
def test_core_values_are_read_by_the_core_schema(text: str, value: object) -> None:
    found = scalar(text).value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_float(text: str) -> None:
    value = scalar(text).value
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["'12'", '"true"', "|\n  null", "'~'", '""'])
def test_quoted_and_block_scalars_are_always_text(text: str) -> None:
    assert isinstance(scalar(text).value, str)


def test_a_number_keeps_its_text_so_that_an_id_may_look_like_one() -> None:
    assert scalar("012").raw == "012"


@pytest.mark.parametrize(
    ("text", "value"),
    [("!!str 12", "12"), ("!!str", ""), ("! true", "true"), ('!!int "7"', 7), ("!!float 7", 7.0),
     ("!!float 7.5", 7.5), ("!!bool 'true'", True), ("!!null ''", None),
     ("!<tag:yaml.org,2002:str> 1", "1"), ("&a !!int 3", 3)],
)  # fmt: skip
def test_explicit_core_tags_decide(text: str, value: object) -> None:
    assert scalar(text).value == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!!int x", "'x' is no int"), ("!!float true", "'true' is no float"),
        ("!!bool 1", "'1' is no bool"), ("!!null x", "'x' is no null"),
        ("!!int true", "'true' is no int"), ("!!int 1.5", "'1.5' is no int"),
        ("!!binary x", "the type tag:yaml.org,2002:binary is not known here"),
        ("!foo [a]", "the type !foo is not known here"),
        ("!!map x", "the type tag:yaml.org,2002:map is not known here"),
        ("!!str [a]", "the type tag:yaml.org,2002:str is not known here"),
        ("!!seq {}", "the type tag:yaml.org,2002:seq is not known here"),
    ],
)  # fmt: skip
def test_other_tags_and_values_that_do_not_fit_are_errors(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(text, "x.yaml")
    assert [problem.message for problem in caught.value.problems] == [message]


def test_collections_may_carry_their_own_tag() -> None:
    assert isinstance(load("!!seq [a]", "x"), Sequence)
    assert isinstance(load("!!map {a: b}", "x"), Mapping)
    assert isinstance(load("! [a]", "x"), Sequence)


def test_yaml_directives_of_1_2_and_1_1_are_read_alike() -> None:
    assert scalar("%YAML 1.2\n---\nNO").value == "NO"
    assert scalar("%YAML 1.1\n---\nNO").value == "NO"
