"""Located nodes become plain values; everything wrong is collected with its place and a hint."""

from datetime import date, time, timedelta

import pytest

from monitor.errors import Location, Problem, Severity
from monitor.yaml12 import (
    Fields,
    Node,
    Reader,
    load,
    parse_date,
    parse_duration,
    parse_time,
    suggest,
)
from monitor.yaml12.suggestions import did_you_mean


def fields(text: str) -> tuple[Reader, Fields]:
    reader = Reader()
    found = reader.mapping(load(text, "x.yaml"), "the file")
    assert found is not None
    return reader, found


def only(reader: Reader) -> Problem:
    [problem] = reader.problems
    return problem


def node(text: str) -> Node:
    found = fields(f"k: {text}")[1].get("k")
    assert found is not None
    return found


def test_every_unknown_and_missing_key_is_told_with_a_suggestion() -> None:
    reader = Reader()
    text = "id: a\ntitel: b\nnonsense: c\nlevle: d\n"
    allowed = ("id", "title", "level", "match", "tags")
    assert reader.mapping(load(text, "x.yaml"), "the rule", allowed, ("id", "match")) is not None
    assert [(p.code, p.message, p.location.line, p.hint) for p in reader.problems] == [
        ("unknown-key", "the rule has no key 'titel'", 2, "did you mean 'title'?"),
        ("unknown-key", "the rule has no key 'nonsense'", 3,
         "allowed: title, level, match, tags"),
        ("unknown-key", "the rule has no key 'levle'", 4, "did you mean 'level'?"),
        ("missing-key", "the rule needs the key 'match'", 1, ""),
    ]  # fmt: skip


def test_a_mapping_with_nothing_wrong_is_no_problem() -> None:
    reader = Reader()
    found = reader.mapping(load("id: a", "x"), "the rule", ("id", "title"), ("id",))
    assert found is not None
    assert "id" in found
    assert "title" not in found
    assert found.get("title") is None
    assert reader.problems == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("[a]", "a list"), ("abc", "'abc'"), ("", "nothing"), ("~", "~"), ("x" * 70, "…")],
)
def test_what_is_no_mapping_is_told(text: str, shown: str) -> None:
    reader = Reader()
    assert reader.mapping(load(text, "x"), "the rule") is None
    assert only(reader).code == "wrong-type"
    assert "the rule must be a mapping" in only(reader).message
    assert shown in only(reader).message


def test_text_is_what_stands_there() -> None:
    reader, found = fields("a: 012\nb: NO\nc: true\nd: 1.50\ne: ''\n")
    assert [found.text(key) for key in "abcde"] == ["012", "NO", "true", "1.50", ""]
    assert found.text("missing", "default") == "default"
    assert reader.problems == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("[a]", "wrong-type"), ("{a: b}", "wrong-type"), ("", "empty"), ("~", "empty")],
)
def test_what_is_no_text_is_told_and_the_default_taken(text: str, code: str) -> None:
    reader, found = fields(f"k: {text}")
    assert found.text("k", "default") == "default"
    assert only(reader).code == code
    assert only(reader).location.line == 1


def test_a_list_of_texts_may_be_one_text() -> None:
    reader, found = fields("a: [x, 1]\nb: y\nc: []")
    assert (found.texts("a"), found.texts("b"), found.texts("c")) == (("x", "1"), ("y",), ())
    assert found.texts("missing", ("d",)) == ("d",)
    assert reader.problems == []


def test_items_that_are_no_text_are_told_and_the_rest_kept() -> None:
    reader, found = fields("a: [x, [y], , z]".replace(", ,", ", ~,"))
    assert found.texts("a") == ("x", "z")
    assert [(p.code, p.location.column) for p in reader.problems] == [
        ("wrong-type", 8),
        ("empty", 13),
    ]


@pytest.mark.parametrize("text", ["{a: b}", ""])
def test_what_is_no_list_of_texts_is_told(text: str) -> None:
    reader, found = fields(f"k: {text}")
    assert found.texts("k", ("d",)) == ("d",)
    assert "`k` must be a list of texts" in only(reader).message


def test_items_are_nodes() -> None:
    reader, found = fields("a: [x, {y: z}]\nb: 1")
    assert len(found.items("a")) == 2
    assert found.items("missing") == []
    assert found.items("b") == []
    assert only(reader).message == "`b` must be a list, not '1'"


def test_nested_mappings_are_read_with_their_keys() -> None:
    reader, found = fields("a: {x: 1, z: 2}\nb: 3")
    inner = found.mapping("a", ("x", "y"), ("y",))
    assert inner is not None
    assert inner.text("x") == "1"
    assert found.mapping("missing") is None
    assert found.mapping("b") is None
    assert [p.code for p in reader.problems] == ["unknown-key", "missing-key", "wrong-type"]


def test_key_locations_are_those_of_keys_or_of_the_mapping() -> None:
    _, found = fields("a: 1\nb: 2")
    assert found.key_location("b") == Location("x.yaml", 2, 1)
    assert found.key_location("c") == Location("x.yaml", 1, 1)


def test_flags_are_true_or_false_and_nothing_else() -> None:
    reader, found = fields("a: true\nb: FALSE\nc: yes\nd: [true]\ne: 'true'")
    assert found.flag("a", default=False)
    assert not found.flag("b", default=True)
    assert found.flag("missing", default=True)
    assert [found.flag(key, default=False) for key in "cde"] == [False] * 3
    assert [p.message for p in reader.problems] == [
        "`c` must be true or false, not 'yes'",
        "`d` must be true or false, not a list",
        "`e` must be true or false, not 'true'",
    ]


def test_whole_numbers_keep_to_their_range() -> None:
    reader, found = fields("a: 3\nb: 0\nc: 99\nd: 1.5\ne: true\nf: [1]\ng: '3'")
    assert found.integer("a", 1, least=1, most=9) == 3
    assert found.integer("missing", 7) == 7
    assert [found.integer(key, 1, least=1, most=9) for key in "bcdefg"] == [1] * 6
    assert [p.message for p in reader.problems][:3] == [
        "`b` must be at least 1, not 0",
        "`c` must be at most 9, not 99",
        "`d` must be a whole number, not '1.5'",
    ]
    assert len(reader.problems) == 6


def test_numbers_are_finite_and_keep_to_their_range() -> None:
    reader, found = fields(
        "a: 3\nb: 2.5\nc: .inf\nd: .nan\ne: x\nf: true\ng: 0.5\nh: [1]\ni: 1e309"
    )
    assert (found.number("a", 1.0), found.number("b", 1.0, least=2.5)) == (3.0, 2.5)
    assert found.number("missing", 7.5) == 7.5
    assert [found.number(key, 1.0, least=1) for key in "cdefghi"] == [1.0] * 7
    assert len(reader.problems) == 7
    assert [p.code for p in reader.problems].count("range") == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("1h", 3600), ("3d", 259_200), ("2w", 1_209_600),
     ("1y", 31_536_000), ("1h30m", 5400), ("0s", 0), ("100y", 3_153_600_000)],
)  # fmt: skip
def test_durations_are_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "15", "m", "1.5h", "-3d", "3 d", "3D", "1month", "٣d", "999999999y", "101y", "3d "]
)
def test_other_texts_are_no_durations(text: str) -> None:
    assert parse_duration(text) is None


def test_durations_are_read_with_a_word_for_never() -> None:
    reader, found = fields("a: 15m\nb: none\nc: 0s\nd: 15\ne: [1h]\nf: none")
    hour = timedelta(hours=1)
    assert found.duration("a", hour) == timedelta(minutes=15)
    assert found.duration("b", hour, never="none") is None
    assert found.duration("missing", hour) == hour
    assert found.duration("c", hour, positive=False) == timedelta()
    assert reader.problems == []
    assert [found.duration(key, hour) for key in "cdef"] == [hour] * 4
    assert [p.message for p in reader.problems] == [
        "`c` must be a duration, not '0s'",
        "`d` must be a duration, not '15'",
        "`e` must be a duration, not a list",
        "`f` must be a duration, not 'none'",
    ]
    assert "90s, 15m, 1h, 3d, 2w, 1y" in reader.problems[0].hint


def test_dates_are_year_month_day() -> None:
    reader, found = fields("a: 2027-01-31\nb: 31.1.2027\nc: [x]")
    assert found.date("a") == date(2027, 1, 31)
    assert [found.date(key) for key in ("b", "c", "missing")] == [None] * 3
    assert [p.code for p in reader.problems] == ["date", "date"]
    assert parse_date("2027-02-30") is None
    assert parse_date("20270131") is None


def test_times_are_hours_and_minutes() -> None:
    reader, found = fields("a: 07:30\nb: 7:30\nc: {}")
    assert found.time("a") == time(7, 30)
    assert [found.time(key) for key in ("b", "c", "missing")] == [None] * 3
    assert [p.code for p in reader.problems] == ["time", "time"]
    assert parse_time("24:00") is None


def test_choices_give_what_they_stand_for() -> None:
    levels = {"low": 1, "high": 2}
    reader, found = fields("a: high\nb: hihg\nc: urgent\nd: [high]\ne:")
    assert found.choice("a", levels, 0) == 2
    assert found.choice("missing", levels, 0) == 0
    assert [found.choice(key, levels, 0) for key in "bcde"] == [0] * 4
    assert [(p.message, p.hint) for p in reader.problems] == [
        ("`b` cannot be 'hihg'", "did you mean 'high'? allowed: low, high"),
        ("`c` cannot be 'urgent'", "allowed: low, high"),
        ("`d` cannot be a list", "allowed: low, high"),
        ("`e` cannot be nothing", "allowed: low, high"),
    ]


def test_other_problems_can_be_added_at_a_node_or_a_place() -> None:
    reader = Reader()
    reader.report("own", "message", node("x"), "hint", Severity.WARNING)
    reader.report("own", "message", Location("y", 3, 4))
    assert [str(p) for p in reader.problems] == [
        "x.yaml:1:4: warning: message (hint)",
        "y:3:4: error: message",
    ]


def test_suggestions_are_near_and_repeatable() -> None:
    known = ["max_age", "source", "source_tag", "lang"]
    assert suggest("max-age", known) == "max_age"
    assert suggest("Sources", known) == "source"
    assert suggest("xyz", known) is None
    assert suggest("", []) is None
    assert suggest("ab", ["aa", "ba", "ab1"]) == suggest("ab", ["ab1", "ba", "aa"])


def test_long_lists_of_names_are_shortened() -> None:
    assert did_you_mean("x", []) == "none is allowed here"
    hint = did_you_mean("x", [f"name{i}" for i in range(30)])
    assert hint.endswith("name19, … (30 in all)")
