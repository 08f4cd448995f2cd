"""The daily work: once a day over restarts, tried again when it fails, and oddities told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.settings import Retention
from monitor.daemon.health import Health
from monitor.daemon.housekeeping import Housekeeping
from monitor.daemon.operator import Operator
from monitor.errors import StoreBusy
from monitor.model.hit import Match
from tests.daemon.parts import Force, article, core, generation, locked, rule, seconds

DAY = timedelta(days=1)


@pytest.fixture
def force() -> Force:
    return Force(generation(retention=Retention(30 * DAY)))


@pytest.fixture
def make(store, force, clock):
    def housekeeping() -> Housekeeping:
        parts = core(store, force, clock)
        return Housekeeping(
            parts,
            health=Health(parts, states=dict),
            operator=Operator(parts, woken=lambda _channel: None),
        )

    return housekeeping


def add(store, clock, count: int, of: str = "troops") -> None:
    """Store so many articles with a hit each, now."""
    found = rule(of)
    with store.writing() as writing:
        for number in range(count):
            given = article(f"{of} {number} {clock.now()}")
            id = writing.add_article(given, [given.guid], given.guid, now=clock.now(), late=True)
            match = Match(found.id, found.version, found.level, (), ())
            writing.add_hits(id, 1, [match], {of: found}, now=clock.now(), edit=False)


def notices(store, clock) -> list[str]:
    alerts = store.lease("desk", clock.now(), until=clock.now(), limit=100, worker="test")
    return [f"{alert.subject}: {alert.text}" for alert in alerts]


def test_what_is_older_than_the_retention_is_forgotten_once_a_day(make, store, clock, capsys):
    add(store, clock, 2)
    for candidate in store.candidates(clock.now(), 10):
        assert candidate.late
    one = make()
    one.turn()
    one.turn()
    assert capsys.readouterr().out.count("pruned") == 1
    clock.go_on(31 * DAY)
    make().turn()
    make().turn()
    said = capsys.readouterr().out
    assert said.count("pruned") == 1


def test_without_a_retention_nothing_is_forgotten(make, store, clock, force, capsys):
    force.present = generation()
    add(store, clock, 2)
    clock.go_on(1000 * DAY)
    make().turn()
    assert "pruned" not in capsys.readouterr().out
    assert store.article_span().count == 2


def test_what_fails_is_tried_again(make, store, capsys):
    one = make()
    with locked(store), pytest.raises(StoreBusy):
        one.turn()
    one.turn()
    assert "pruned" in capsys.readouterr().out


def test_a_rule_unlike_itself_is_told_the_day_after_once(make, store, clock):
    store.keep_rules([rule()], clock.now())
    one = make()
    for _ in range(30):
        add(store, clock, 2)
        clock.go_on(DAY)
    add(store, clock, 40)
    one.turn()
    assert notices(store, clock) == []
    clock.go_on(DAY)
    one.turn()
    make().turn()
    assert notices(store, clock) == [
        "rules unlike themselves: troops was loud: 40 hits on 2026-03-31, usual is 2"
    ]


def test_days_of_a_pause_are_judged_afterwards_but_not_all_of_a_long_one(make, store, clock):
    store.keep_rules([rule()], clock.now())
    for day in range(40):
        add(store, clock, 40 if day in {31, 38} else 2)
        clock.go_on(DAY)
        if day == 30:
            make().turn()
    make().turn()
    assert notices(store, clock) == [
        "rules unlike themselves: troops was loud: 40 hits on 2026-04-08, usual is 2"
    ]


def test_a_long_list_is_cut(make, store, clock, force):
    many = [rule(f"r{number:02}", "troops") for number in range(35)]
    force.present = generation(*many)
    store.keep_rules(many, clock.now())
    clock.go_on(20 * DAY)
    for one in many:
        add(store, clock, 12, one.id)
    clock.go_on(DAY)
    make().turn()
    (text,) = notices(store, clock)
    assert len(text.splitlines()) == 31
    assert text.endswith("… and 5 more")


def test_hits_of_rules_that_are_gone_or_new_are_not_judged(make, store, clock, force):
    store.keep_rules([rule("gone")], clock.now())
    clock.go_on(20 * DAY)
    store.keep_rules([rule("new")], clock.now())
    force.present = generation(rule("new"))
    add(store, clock, 50, "gone")
    add(store, clock, 50, "new")
    clock.go_on(DAY)
    make().turn()
    assert notices(store, clock) == []


def test_after_a_crash_the_database_is_checked_and_found_whole(make, capsys):
    one = make()
    one.turn()
    assert "database-checked" not in capsys.readouterr().out
    one.crashed = True
    one.turn()
    one.turn()
    assert capsys.readouterr().out.count("database-checked") == 1


def test_damage_is_a_fault_and_told(make, store, clock, quick_folder):
    add(store, clock, 400)
    store.close()  # the last connection moves everything into the file
    path = quick_folder / "monitor.db"
    data = bytearray(path.read_bytes())
    # A page of an index in the middle of the file, overwritten as by a failing disk.
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 8192] = b"\xa5" * 8192
    with path.open("r+b") as file:
        file.write(data)
    one = make()
    one.crashed = True
    one._check()
    (reason,) = one._health.reasons()
    assert reason.startswith("the database is damaged: ")
    clock.go_on(seconds(1))
    assert any("Restore it from a backup" in text for text in notices(store, clock))
