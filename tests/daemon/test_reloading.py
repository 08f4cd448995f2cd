"""Edits: read when they rest, whole and tested, or not at all; told once, and once when well."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.daemon.edits import Edits
from monitor.daemon.footprint import footprint
from monitor.daemon.health import Health
from monitor.daemon.loading import load, make_generation
from monitor.daemon.operator import Operator
from monitor.daemon.reload import reload, renewed
from monitor.daemon.reloading import Reloading
from monitor.daemon.systemd import Notify
from monitor.errors import Problem, StoreBusy
from tests.daemon.parts import NOW, Force, core, metric, rule, settings, until
from tests.daemon.running import CONFIG, RULES, Daemon, Manager, once

DAY = timedelta(days=1)
BROKEN = RULES.replace("match: troops", "match: (troops")


class Bench:
    """Reloading by hand: a test takes every turn itself."""

    def __init__(self, store, clock, folder: Path) -> None:
        self.config = folder / "monitor.yaml"
        self.rules = folder / "rules" / "watch.yaml"
        self.rules.parent.mkdir()
        self.config.write_text(CONFIG.format(database="sqlite:///monitor.db"))
        self.rules.write_text(RULES)
        self.clock = clock
        self.store = store
        self.manager = Manager()
        self.force = Force(load(self.config, {}, clock.now()))
        self.core = core(store, self.force, clock)
        self.health = Health(self.core, states=dict)
        self.busy = False
        self.reloading = self.another()

    def another(self) -> Reloading:
        operator = Operator(self.core, woken=lambda _channel: None)
        notify = Notify({"NOTIFY_SOCKET": self.manager.path})
        return Reloading(
            self.core,
            self.config,
            footprint(self.config, self.rules.parent),
            environ={},
            put_in_force=self._put,
            edits=Edits(self.health, operator, self.core.metrics, notify),
            rest=0.5,
        )

    def _put(self, new) -> None:
        if self.busy:
            raise StoreBusy("locked")
        self.force.present = new

    def write(self, text: str, path: Path | None = None) -> None:
        """Write a file; its time differs from before, however coarse the clock of the disk."""
        path = path or self.rules
        path.write_text(text)
        stamp = path.stat().st_mtime_ns + 10_000_000
        os.utime(path, ns=(stamp, stamp))

    def settle(self) -> list[float | None]:
        """Take turns until nothing is left to do; return the rests asked for."""
        rests = [self.reloading.turn()]
        while rests[-1] is not None:
            rests.append(self.reloading.turn())
        return rests

    def words(self) -> list[str]:
        return sorted(one.match.words[0].text for one in self.force.present.rules.values())

    def told(self) -> list[str]:
        """What the operator was told since the last look."""
        self.clock.go_on(timedelta(seconds=1))
        now = self.clock.now()
        alerts = self.store.lease("desk", now, until=now + DAY, limit=99, worker="test")
        return [alert.text for alert in alerts]


@pytest.fixture
def bench(store, clock, tmp_path) -> Iterator[Bench]:
    made = Bench(store, clock, tmp_path)
    yield made
    made.manager.close()


def test_what_was_not_edited_is_not_read_again(bench):
    before = bench.force.present
    assert bench.settle() == [None]
    assert bench.force.present is before
    assert bench.manager.heard == []


def test_an_edit_is_read_when_it_looks_the_same_twice(bench):
    bench.settle()
    bench.write(RULES.replace("match: troops", "match: soldiers"))
    assert bench.reloading.turn() == 0.5
    assert bench.words() == ["troops"]
    bench.write(RULES.replace("match: troops", "match: guards"))
    assert bench.reloading.turn() == 0.5
    assert bench.words() == ["troops"]
    assert bench.reloading.turn() is None
    assert bench.words() == ["guards"]
    until(lambda: bench.manager.all("READY") == ["1"])
    assert bench.manager.all("RELOADING") == ["1"]
    assert bench.settle() == [None]


def test_a_signal_reads_at_once_even_what_looks_unedited(bench):
    bench.settle()
    bench.reloading.ask()
    before = bench.force.present
    assert bench.reloading.turn() is None
    assert bench.force.present is not before
    assert bench.force.present.matcher is before.matcher


def test_a_broken_edit_changes_nothing_and_is_told_once_with_its_place(bench):
    bench.write(BROKEN)
    assert bench.settle() == [0.5, 0.5, None]
    assert bench.words() == ["troops"]
    (text,) = bench.told()
    assert f"{bench.rules}:4:" in text
    assert "what was in force before keeps running" in text
    assert metric(bench.core.metrics, "monitor_reload_ok") == 0
    assert bench.health.problems
    # Another attempt at the same file: in force is nothing of it, and no second mail goes out.
    bench.write(BROKEN + "    level: hihg\n")
    bench.settle()
    assert bench.told() == []
    assert bench.words() == ["troops"]


def test_when_it_is_well_again_that_is_told_once(bench):
    bench.write(BROKEN)
    bench.settle()
    bench.told()
    bench.write(RULES.replace("match: troops", "match: soldiers"))
    bench.settle()
    assert bench.told() == ["Rules and configuration are sound again, and in force."]
    assert bench.words() == ["soldiers"]
    assert bench.health.problems == ()
    assert metric(bench.core.metrics, "monitor_reload_ok") == 1
    bench.write(RULES)
    bench.settle()
    assert bench.told() == []


def test_a_file_caught_half_written_is_no_alarm(bench):
    """It rests, and cannot be read: only a second look at the same says that it is broken."""
    bench.write(RULES[:40])
    assert bench.reloading.turn() == 0.5
    assert bench.reloading.turn() == 0.5
    bench.write(RULES.replace("match: troops", "match: soldiers"))
    bench.settle()
    assert bench.words() == ["soldiers"]
    assert bench.told() == []


def test_a_rule_whose_own_test_fails_is_not_put_in_force(bench):
    bench.write(
        RULES.replace("match: troops", "match: soldiers\n    tests: {hit: [The guards arrive.]}")
    )
    bench.settle()
    assert bench.words() == ["troops"]
    (text,) = bench.told()
    assert "the test of 'troops' fails" in text
    assert f"{bench.rules}:5:" in text


def test_a_rule_in_force_since_the_start_whose_test_fails_is_told(bench):
    bench.rules.write_text(
        RULES.replace("match: troops", "match: troops\n    tests: {hit: [The guards arrive.]}")
    )
    bench.force.present = load(bench.config, {}, NOW)
    started = bench.another()
    assert started.turn() is None
    (text,) = bench.told()
    assert text.startswith("These rules are in force, but their own tests fail.")
    assert bench.words() == ["troops"]


def test_a_broken_configuration_changes_nothing(bench):
    bench.write("sources: 3\nrouts: []\n", bench.config)
    bench.settle()
    (text,) = bench.told()
    assert f"{bench.config}:1:" in text
    assert f"{bench.config}:2:" in text


def test_the_database_cannot_change_while_it_runs(bench):
    bench.write(bench.config.read_text().replace("monitor.db", "other.db"), bench.config)
    bench.settle()
    (text,) = bench.told()
    assert "`database` cannot change while the monitor runs (restart the monitor)" in text


def test_rules_that_all_vanish_are_not_taken_for_an_edit(bench):
    bench.rules.unlink()
    bench.settle()
    assert bench.words() == ["troops"]
    (text,) = bench.told()
    assert "there is no rule any more" in text
    bench.write(RULES)
    bench.settle()
    assert "sound again" in bench.told()[0]


def test_rules_may_move_to_another_folder(bench, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.yml").write_text(RULES.replace("match: troops", "match: soldiers"))
    bench.write(bench.config.read_text() + f"rules: {other}\n", bench.config)
    bench.settle()
    assert bench.words() == ["soldiers"]
    (other / "a.yml").write_text(RULES.replace("match: troops", "match: guards"))
    bench.settle()
    assert bench.words() == ["guards"]


def test_a_database_that_is_locked_delays_an_edit_and_loses_none(bench):
    bench.busy = True
    bench.write(RULES.replace("match: troops", "match: soldiers"))
    assert bench.reloading.turn() == 0.5
    with pytest.raises(StoreBusy):
        bench.reloading.turn()
    bench.busy = False
    assert bench.reloading.turn() is None
    assert bench.words() == ["soldiers"]


def test_a_rule_expires_at_midnight_without_an_edit(bench):
    bench.rules.write_text(RULES + f"    expires: {NOW.date()}\n")
    bench.force.present = load(bench.config, {}, NOW)
    bench.reloading = bench.another()
    bench.settle()
    assert list(bench.force.present.matcher.rules) == ["troops"]
    loaded = bench.force.present.loaded
    bench.clock.go_on(DAY)
    bench.settle()
    assert list(bench.force.present.matcher.rules) == []
    assert bench.force.present.loaded == loaded
    assert bench.manager.heard == []


def test_a_day_without_change_keeps_the_matcher():
    former = make_generation(settings(), [rule()], NOW)
    assert renewed(former, NOW) is None
    tomorrow = renewed(former, NOW + DAY)
    assert tomorrow is not None
    assert tomorrow.matcher is former.matcher


def test_what_did_not_change_is_not_compiled_again_but_now_and_then_all_is():
    rules = [rule(f"r{number}") for number in range(20)]
    former = make_generation(settings(), rules, NOW)
    edited = [rule("r0", "soldiers"), *rules[1:]]
    second = make_generation(settings(), edited, NOW, former=former)
    assert (former.changes, second.changes) == (0, 1)
    assert set(second.matcher.rules) == {f"r{number}" for number in range(20)}
    many = make_generation(
        settings(), [rule(f"x{number}") for number in range(9)], NOW, former=second
    )
    assert many.changes == 0
    tired = replace(former, changes=50)
    assert make_generation(settings(), edited, NOW, former=tired).changes == 0


def test_a_reload_tries_only_what_changed(bench):
    (bench.rules.parent / "failing.yaml").write_text(
        "rules:\n  - {id: odd, title: Odd, match: guards, tests: {hit: [soldiers]}}\n"
    )
    bench.force.present = load(bench.config, {}, NOW)
    bench.write(RULES.replace("match: troops", "match: soldiers"))
    assert reload(bench.config, {}, bench.force.present, NOW).problems == ()


def test_a_footprint_sees_whatever_happens_to_the_files(tmp_path):
    rules = tmp_path / "rules"
    config = tmp_path / "monitor.yaml"
    seen = [footprint(config, rules)]
    steps: list[Callable[[], object]] = [
        lambda: config.write_text("a"),
        rules.mkdir,
        lambda: (rules / "a.yaml").write_text("a"),
        lambda: (rules / "a.yaml").write_text("ab"),
        lambda: (rules / "a.yaml").rename(rules / "b.yaml"),
        lambda: (rules / "sub").mkdir() or (rules / "sub" / "c.yml").write_text("c"),
        (rules / "b.yaml").unlink,
        lambda: os.utime(config, ns=(1, 1)),
        config.unlink,
    ]
    for step in steps:
        step()
        seen.append(footprint(config, rules))
    assert len(set(seen)) == len(seen)
    (rules / "notes.txt").write_text("no rule file")
    assert footprint(config, rules) == seen[-1]


# With files that are watched, in a whole daemon.


@pytest.fixture
def make(sqlite_url: str, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    with ExitStack() as stack:

        def daemon(**values: object) -> Daemon:
            given = {"folder": tmp_path, "database": sqlite_url, **values}
            return stack.enter_context(Daemon(**given))  # type: ignore[arg-type] # its own fields

        yield daemon


def test_a_running_daemon_follows_edits_and_survives_broken_ones(make):
    daemon = make().start()
    daemon.rules.write_text(BROKEN)
    until(lambda: "rules and configuration" in daemon.notifier.subjects())
    daemon.answer(once("troops arrive"))
    until(lambda: "troops arrive" in daemon.notifier.titles())
    # As editors do it: a new file, then a rename over the old one.
    fresh = daemon.rules.with_suffix(".tmp")
    fresh.write_text(RULES.replace("match: troops", "match: soldiers"))
    fresh.rename(daemon.rules)
    until(lambda: daemon.notifier.subjects().count("rules and configuration") == 2)
    daemon.answer(once("soldiers arrive"))
    until(lambda: "soldiers arrive" in daemon.notifier.titles())


def test_what_became_of_an_edit_is_shown_at_once(make, monkeypatch):
    """Who has edited asks `monitor status` next: the usual beat, every ten seconds, is too late."""
    monkeypatch.setattr("monitor.daemon.service._BEAT", 3600.0)
    daemon = make().start()

    def problems() -> object:
        found = daemon.store.daemon()
        return json.loads(found.report or "{}").get("problem_count") if found else None

    until(lambda: problems() == 0)
    daemon.rules.write_text(BROKEN)
    until(lambda: problems() == 1)
    daemon.rules.write_text(RULES)
    until(lambda: problems() == 0)


def test_a_rule_that_is_new_meets_the_past_without_a_restart(make):
    daemon = make().start()
    daemon.answer(once("guards arrive"))
    until(daemon.store.article_span)
    daemon.rules.write_text(
        RULES + "  - {id: guards, title: Guards, match: guards, catch_up: 1d}\n"
    )
    until(lambda: daemon.notifier.titles() == ["guards arrive"])


def test_rules_broken_at_the_start_are_left_out_and_told(make):
    first = make()
    (first.rules.parent / "broken.yaml").write_text(
        "rules:\n  - {id: bad, title: Bad, match: '(soldiers'}\n"
    )
    daemon = make().start()
    until(lambda: daemon.notifier.subjects() == ["rules and configuration"])
    (notice,) = daemon.notifier.sent
    assert "left out; all others run" in notice.alert.text
    assert "broken.yaml:2:" in notice.alert.text
    daemon.answer(once("troops arrive"))
    until(lambda: "troops arrive" in daemon.notifier.titles())


def test_a_problem_s_long_list_is_cut(bench):
    problems = [
        Problem("x", f"wrong {n}", bench.force.present.rules["troops"].location) for n in range(25)
    ]
    bench.reloading._edits.refused(problems)
    (text,) = bench.told()
    assert "wrong 19\n… and 5 more\nSee all of it: monitor check" in text
