"""After an upgrade old news stays known: polls wait until what is stored can be compared again."""

from __future__ import annotations

import io
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.daemon.health import Health
from monitor.daemon.main import run_once
from monitor.daemon.renewing import Renewing, renew
from monitor.errors import StoreBusy
from monitor.store import SqlStore, open_store
from tests.conformance.aging import make_former
from tests.conformance.telling import put, text
from tests.daemon.parts import Clock, core, generation, locked, until
from tests.daemon.running import Daemon

OLD = replace(text("Troops sent"), source="wire")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


class Bench:
    def __init__(self, store: SqlStore, clock: Clock) -> None:
        self.core = core(store, generation(), clock)
        self.health = Health(self.core, states=dict)
        self.woken: list[int] = []

    def start(self) -> Renewing:
        """The renewing of a daemon that has just started."""
        made = Renewing(self.core, health=self.health, on_done=lambda: self.woken.append(1))
        made.begin()
        return made


@pytest.fixture
def bench(store: SqlStore, clock: Clock) -> Bench:
    return Bench(store, clock)


def fill(store: SqlStore, clock: Clock, count: int = 1) -> None:
    for number in range(count):
        put(store, text(f"Title {number}"), when=clock.now())
    make_former(str(store._database.url))


def test_without_stories_of_another_version_polls_begin_at_once(bench):
    assert bench.start().done
    assert bench.health.doubts() == ()


def test_until_it_is_done_polls_wait_and_status_says_why(bench, store, clock, capsys):
    fill(store, clock)
    renewing = bench.start()
    assert not renewing.done
    assert "sources are polled when that is done" in bench.health.doubts()[0]

    assert renewing.turn() is None

    assert (renewing.done, bench.health.doubts(), bench.woken) == (True, (), [1])
    assert store.stale(clock.now()) == 0
    said = capsys.readouterr().out
    assert "recomputing-story-features" in said
    assert "recomputed-story-features" in said
    renewing.turn()
    assert bench.woken == [1]
    assert bench.start().done


def test_a_daemon_that_ends_meanwhile_goes_on_at_its_next_start(bench, store, clock):
    fill(store, clock, 150)
    renewing = bench.start()
    heard: list[int] = []
    renewing.progress = lambda: heard.append(1)
    renewing.stopping = lambda: bool(heard)
    renewing.turn()
    assert (renewing.done, store.stale(clock.now())) == (False, 50)

    again = bench.start()
    again.turn()
    assert (again.done, store.stale(clock.now())) == (True, 0)


def test_a_locked_database_leaves_it_to_be_tried_again(bench, store, clock):
    fill(store, clock)
    renewing = bench.start()
    with locked(store), pytest.raises(StoreBusy):
        renewing.turn()
    assert not renewing.done
    renewing.turn()
    assert renewing.done


def test_articles_of_another_version_that_are_too_old_need_nothing(bench, store, clock, capsys):
    put(store, text(), when=clock.now())
    assert renew(bench.core)
    assert "story-features" not in capsys.readouterr().out


def test_a_daemon_tells_a_copy_of_what_another_version_stored(sqlite_url, tmp_path):
    store = open_store(sqlite_url)
    id, story = put(store, OLD, when=datetime.now(UTC))
    store.close()
    make_former(sqlite_url)
    with Daemon(folder=tmp_path, database=sqlite_url) as daemon:
        daemon.answer(lambda *_: [replace(OLD, url="https://other.example/1")])
        daemon.service.renewing.stopping = lambda: True
        daemon.start()
        daemon.service._poll()
        assert (daemon.polled, daemon.service.polling.oldest()) == ([], None)
        daemon.service.renewing.stopping = lambda: False
        daemon.service._wake_all()
        until(lambda: daemon.store.article(id + 1) is not None)
        assert daemon.store.article(id + 1).story == story


def test_a_round_tells_a_copy_of_what_another_version_stored(sqlite_url, tmp_path):
    store = open_store(sqlite_url)
    id, story = put(store, OLD, when=datetime.now(UTC))
    make_former(sqlite_url)
    (tmp_path / "articles").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "r.yaml").write_text("rules:\n  - {id: troops, match: troops}\n")
    (tmp_path / "articles" / "1.txt").write_text(f"{OLD.title}\n\n{OLD.body}\n")
    config = tmp_path / "monitor.yaml"
    config.write_text(
        f"database: {sqlite_url}\nrules: rules/\n"
        "sources:\n  - {id: files, type: corpus, path: articles/}\n"
        "channels:\n  out: console://\nroutes:\n  - {when: {}, to: [out]}\n"
    )
    nothing = nullcontext(lambda _count: None)
    done = run_once(
        config,
        {},
        catch_up=None,
        debug=False,
        tell=lambda _problem: None,
        reading=nothing,
        console=io.StringIO(),
    )
    assert done.round.new == 1
    assert store.article(id + 1).story == story
    store.close()
