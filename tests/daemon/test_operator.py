"""The operator hears each state of each matter once, and hears in the log where there is nobody."""

from __future__ import annotations

import pytest

from monitor.daemon.diary import Diary
from monitor.daemon.operator import Operator
from monitor.model.rule import Level
from tests.daemon.parts import core, generation, locked, seconds


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def parts(store, clock):
    return core(store, generation(), clock)


@pytest.fixture
def operator(parts, woken) -> Operator:
    return Operator(parts, woken=woken.append)


def told(store, clock):
    alerts = store.lease("desk", clock.now(), until=clock.now(), limit=100, worker="test")
    return [(alert.subject, alert.text, alert.level) for alert in alerts]


def test_what_happened_is_told_each_time(operator, store, clock, woken):
    operator.tell("source wire", "It hung.")
    clock.go_on(seconds(1))
    operator.tell("source wire", "It hung.")
    assert told(store, clock) == [("source wire", "It hung.", Level.MEDIUM)] * 2
    assert woken == ["desk", "desk"]


def test_a_trouble_is_told_once_until_it_changes_or_is_well(operator, store, clock, woken):
    for state, text in (("a", "A."), ("a", "A again."), ("b", "B.")):
        operator.trouble("rules", state, text)
        clock.go_on(seconds(1))
    operator.well("rules", "Well.")
    clock.go_on(seconds(1))
    operator.well("rules", "Well.")
    operator.trouble("rules", "a", "A.")
    assert [text for _, text, _ in told(store, clock)] == ["A.", "B.", "Well.", "A."]
    assert len(woken) == 4


def test_what_was_never_bad_is_not_told_to_be_well(operator, store, clock):
    operator.well("rules", "Well.")
    assert told(store, clock) == []


def test_without_an_operator_the_log_is_told(store, clock, woken, capsys):
    alone = Operator(core(store, generation(operator=None), clock), woken=woken.append)
    alone.tell("source wire", "It hung.")
    alone.trouble("rules", "a", "Broken.")
    alone.trouble("rules", "a", "Broken.")
    said = capsys.readouterr().out
    assert said.count("It hung.") == 1
    assert said.count("Broken.") == 1
    assert woken == []


def test_a_notice_that_cannot_be_stored_is_in_the_log(operator, store, woken, capsys):
    with locked(store):
        operator.trouble("rules", "a", "Broken.")
    assert "notice-not-stored" in capsys.readouterr().out
    assert woken == []
    operator.trouble("rules", "a", "Broken.")
    assert woken == ["desk"]


def test_what_the_daemon_remembers_outlives_it(parts):
    diary = Diary(parts)
    assert diary.read("canary") is None
    diary.write("canary", "flies")
    diary.write("canary", "sits")
    assert Diary(parts).read("canary") == "sits"
