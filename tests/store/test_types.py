"""Column types: what goes in comes back, or is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from monitor.store.types import Seconds, dump_json, index_key, storable, storable_id

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))


def test_seconds_round_down_and_come_back_in_utc() -> None:
    seconds, dialect = Seconds(), SQLiteDialect()

    stored = seconds.process_bind_param(MOMENT, dialect)

    assert stored == 1_772_362_800
    back = seconds.process_result_value(stored, dialect)
    assert back == MOMENT.replace(microsecond=0)
    assert back.tzinfo is UTC
    assert seconds.process_bind_param(None, dialect) is None
    assert seconds.process_result_value(None, dialect) is None


def test_seconds_of_times_before_1970_round_down_too() -> None:
    assert Seconds.count(datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC)) == -1


def test_seconds_of_a_time_without_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        Seconds.count(datetime(2026, 3, 1))  # noqa: DTZ001 - the mistake tested


def test_json_keeps_letters_and_escapes_what_cannot_be_encoded() -> None:
    assert dump_json(["Ввод", 1]) == '["Ввод",1]'
    assert json.loads(dump_json(["\ud800"])) == ["\ud800"]
    dump_json(["\ud800"]).encode()


def test_long_keys_are_told_apart_by_all_their_letters() -> None:
    long = "k" * 5_000
    assert index_key("short") == "short"
    assert len(index_key(long)) < 100
    assert index_key(long + "a") != index_key(long + "b")


@pytest.mark.parametrize("text", ["", "a", "\0", "\ud800\udfff", "👍", "x\0y" * 9])
def test_storable_text_has_the_same_length_and_can_be_encoded(text: str) -> None:
    assert len(storable(text)) == len(text)
    storable(text).encode()


def test_numbers_that_no_row_can_have_are_known() -> None:
    assert [storable_id(n) for n in (-1, 0, 1, 2**63 - 1, 2**63)] == [
        False,
        False,
        True,
        True,
        False,
    ]
