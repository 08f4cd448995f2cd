"""Connections: what goes wrong becomes StoreBusy or StoreError, in words, without secrets."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from monitor.errors import StoreBusy, StoreError
from monitor.model.alert import Settlement
from monitor.model.hit import Review
from monitor.model.listing import AlertFilter, HitFilter
from monitor.model.source import SourceState
from monitor.store import SqlStore, open_store, state, upgrade
from monitor.store.engine import Database, parse_url
from monitor.store.tables import metadata
from tests.conformance.making import (
    NOW,
    add_article,
    add_hit,
    alert,
    at,
    attempt,
    decision,
    plan,
    rule,
)
from tests.postgres import PostgresServer


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


# --- URLs


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("monitor.db", "cannot be read; it looks like sqlite:///var/monitor.db"),
        ("sqlite://", "must be a file that lasts"),
        ("sqlite:///:memory:", "must be a file that lasts"),
        ("sqlite:///file:x?mode=memory", "must be a file that lasts"),
        ("mysql://user:topsecret@host/db", "no support for databases of the kind 'mysql'"),
        ("nonsense+x://user:topsecret@host/db", "kind 'nonsense'"),
        ("postgresql://user:topsecret@host:port/db", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_words(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as refused:
        open_store(url)

    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://u@h/d", "postgresql+psycopg2://u@h/d"])
def test_every_postgresql_url_means_psycopg(url: str) -> None:
    assert parse_url(url).drivername == "postgresql+psycopg"


def test_postgresql_without_its_driver_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None; from monitor.store import state;"
        "state('postgresql://host/db')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert "install monitor[postgresql]" in done.stderr


def test_passwords_of_a_url_never_reach_a_message(tmp_path: Path) -> None:
    url = (
        f"postgresql+psycopg://monitor:topsecret@/monitor?host={tmp_path}"
        "&password=alsosecret&sslpassword=thirdsecret"
    )
    with pytest.raises(StoreBusy) as refused:
        open_store(url, busy_seconds=1)

    told = str(refused.value)
    assert "cannot be reached" in told
    assert "postgresql+psycopg://monitor:***@/monitor" in told
    assert "secret" not in told


def test_a_password_that_the_driver_repeats_is_struck_out() -> None:
    with pytest.raises(StoreError, match=r'invalid sslmode value: "\*\*\*"'):
        open_store("postgresql://monitor:topsecret@localhost/monitor?sslmode=topsecret")


# --- SQLite


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """A store that does not wait for locks."""
    opened = open_store(sqlite_url, busy_seconds=0.05)
    yield opened
    opened.close()


def test_a_locked_database_is_busy_for_writers_and_open_for_readers(
    sqlite_store: SqlStore, sqlite_url: str
) -> None:
    id = add_article(sqlite_store)
    with closing(sqlite3.connect(path_of(sqlite_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="is locked by another program"):
            add_article(sqlite_store)
        assert sqlite_store.article(id) is not None
        other.execute("ROLLBACK")

    assert add_article(sqlite_store) == id + 1


def test_a_writer_holds_the_lock_from_its_beginning(
    sqlite_store: SqlStore, sqlite_url: str
) -> None:
    """One that first reads would fail at its first write if somebody else wrote between."""
    with (
        closing(sqlite3.connect(path_of(sqlite_url), isolation_level=None, timeout=0)) as other,
        sqlite_store.writing() as writing,
    ):
        writing.known("wire", ["a"])
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_two_that_make_one_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Over and over: SQLite refuses one of them only now and then."""
    refused: list[Exception] = []

    def make(path: Path, together: threading.Barrier) -> None:
        database = Database(f"sqlite:///{path}")
        together.wait()
        try:
            with database.writing() as connection:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS made (at)")
        except StoreError as error:
            refused.append(error)
        finally:
            database.close()

    for number in range(300):
        both = threading.Barrier(2)
        path = tmp_path / f"{number}.db"
        threads = [threading.Thread(target=make, args=(path, both)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []


def test_writers_of_one_program_wait_for_each_other(sqlite_store: SqlStore) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with sqlite_store.writing():
            held.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    try:
        with pytest.raises(StoreBusy, match=r"no connection came free within 0\.3 seconds"):
            add_article(sqlite_store)
    finally:
        done.set()
        holder.join()

    add_article(sqlite_store)


def test_many_threads_write_without_losing_anything(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    threads = [
        threading.Thread(target=lambda: [add_article(store) for _ in range(10)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    span = store.article_span()
    store.close()
    assert span is not None
    assert span.count == 80


def test_a_full_disk_is_busy_until_there_is_room(sqlite_store: SqlStore) -> None:
    database = sqlite_store._database
    with database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreBusy, match="has no room: the disk is full"):
        add_article(sqlite_store, body="x" * 1_000_000)

    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    id = add_article(sqlite_store, body="x" * 1_000_000)
    assert sqlite_store.article(id) is not None


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_text("Dear diary, " * 1_000)

    with pytest.raises(StoreError, match=r"monitor\.db is not an SQLite database"):
        open_store(f"sqlite:///{tmp_path}/monitor.db")


def test_a_damaged_database_is_told_as_such(sqlite_url: str) -> None:
    with path_of(sqlite_url).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 200_000)

    with pytest.raises(StoreError, match="is damaged; restore it from a backup"):
        add_hit(open_store(sqlite_url))


def test_a_folder_instead_of_a_database_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder: name a file in it"):
        upgrade(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_database_is_told_as_such(sqlite_url: str) -> None:
    path_of(sqlite_url).chmod(0o400)

    with pytest.raises(StoreError, match="is read-only for this user"):
        add_article(open_store(sqlite_url))


def test_readers_cannot_write(sqlite_store: SqlStore) -> None:
    with (
        pytest.raises(StoreError, match="is read-only"),
        sqlite_store._database.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM articles")


def test_what_is_committed_is_on_the_disk(sqlite_store: SqlStore) -> None:
    with sqlite_store._database.writing() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}  # 2 is FULL


def test_a_reader_sees_one_state_from_beginning_to_end(store: SqlStore) -> None:
    add_article(store)
    with store._database.reading() as connection:
        counted = [connection.exec_driver_sql("SELECT count(*) FROM articles").scalar_one()]
        add_article(store)
        counted.append(connection.exec_driver_sql("SELECT count(*) FROM articles").scalar_one())

    assert counted == [1, 1]


# --- PostgreSQL


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_language_is_refused(
    postgresql_server: PostgresServer, encoding: str
) -> None:
    name = f"latin_{uuid4().hex}"
    postgresql_server.sql(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"
    )
    try:
        with pytest.raises(StoreError, match=f"has the encoding {encoding}"):
            state(postgresql_server.url(name))
    finally:
        postgresql_server.drop(name)


def test_a_database_that_does_not_exist_is_named(postgresql_server: PostgresServer) -> None:
    with pytest.raises(StoreError, match='database "nowhere" does not exist') as caught:
        state(postgresql_server.url("nowhere"))
    assert not isinstance(caught.value, StoreBusy)  # waiting does not help


def test_a_user_with_too_few_rights_is_told_what_is_needed(
    postgresql_server: PostgresServer, postgresql_url: str
) -> None:
    name = f"limited_{uuid4().hex}"
    postgresql_server.sql(f"CREATE ROLE {name} LOGIN")
    try:
        with pytest.raises(StoreError, match="too few rights: it has to own the database"):
            open_store(postgresql_url.replace("//monitor@", f"//{name}@"))
    finally:
        postgresql_server.sql(f"DROP ROLE {name}")


def test_a_lock_of_somebody_else_is_busy(postgresql_url: str) -> None:
    store = open_store(postgresql_url, busy_seconds=0.05)
    other = Database(postgresql_url)
    with other.writing() as connection:
        connection.exec_driver_sql("LOCK TABLE articles IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreBusy, match="is locked by another program"):
            add_article(store)
    add_article(store)
    store.close()
    other.close()


def test_one_transaction_at_a_time_looks_for_stories(postgresql_url: str) -> None:
    """Else the first two articles about an event would each open a story."""
    one, other = open_store(postgresql_url), open_store(postgresql_url, busy_seconds=0.01)

    def ask() -> None:
        with other.writing() as writing:
            writing.rarity(["tokayev"])

    with one.writing() as writing:
        writing.rarity(["tokayev"])
        with pytest.raises(StoreBusy, match="is locked by another program"):
            ask()
    ask()
    one.close()
    other.close()


def test_a_daemon_keeps_its_claim_over_a_restart_of_the_server(
    postgresql_server: PostgresServer, postgresql_url: str
) -> None:
    store, other = open_store(postgresql_url), open_store(postgresql_url)
    store.claim("alpha", 1, NOW)

    postgresql_server.stop()
    try:
        with pytest.raises(StoreBusy):
            store.beat(at(1), "")
    finally:
        postgresql_server.start()

    store.beat(at(2), "")
    assert other.is_running()
    assert [row.seen for row in (store.daemon(),) if row] == [at(2)]
    store.leave()
    store.close()
    other.close()


# --- every method


def drain(iterator: Any) -> None:
    for _ in iterator:
        pass


def save_state(store: SqlStore) -> None:
    with store.writing() as writing:
        writing.save_source(SourceState(source="wire"))


FILTER, ALERTS = HitFilter(), AlertFilter()
CALLS: dict[str, Callable[[SqlStore], object]] = {
    "add_firings": lambda s: s.add_firings([], {}, NOW),
    "add_silence": lambda s: s.add_silence(start=NOW, end=at(1)),
    "alerts": lambda s: s.alerts(ALERTS, 1),
    "all_hits": lambda s: drain(s.all_hits(FILTER)),
    "all_silences": lambda s: s.all_silences(),
    "announce": lambda s: s.announce(1, None),
    "article": lambda s: s.article(1),
    "article_span": lambda s: s.article_span(),
    "articles_of_file": lambda s: s.articles_of_file("/a", ["a"], 1),
    "articles_between": lambda s: drain(s.articles_between(1, 2)),
    "candidates": lambda s: s.candidates(NOW, 1),
    "carriers": lambda s: s.carriers("paper.example"),
    "channel_figures": lambda s: s.channel_figures(),
    "commit_plan": lambda s: s.commit_plan(plan(decision(1)), NOW),
    "content": lambda s: s.content(alert("a", hits=(1,))),
    "current_versions": lambda s: s.current_versions(),
    "daemon": lambda s: s.daemon(),
    "decisions_of": lambda s: s.decisions_of(1),
    "drop": lambda s: s.drop(["a"], NOW),
    "enqueue": lambda s: s.enqueue(alert("a")),
    "expire_silence": lambda s: s.expire_silence(1, NOW),
    "find_articles": lambda s: s.find_articles(["a"]),
    "firings": lambda s: s.firings(["a"], NOW),
    "held_until": lambda s: s.held_until("a"),
    "hit_articles": lambda s: list(s.hit_articles([1])),
    "has_renewed": lambda s: s.has_renewed(),
    "history": lambda s: s.history([], {("1", "desk"): 1.0}, NOW),
    "hits": lambda s: s.hits(FILTER, 1),
    "hits_a_day": lambda s: s.hits_a_day(NOW, at(1)),
    "hits_between": lambda s: s.hits_between(["a"], NOW, NOW),
    "items": lambda s: s.items([1]),
    "keep_rules": lambda s: s.keep_rules([rule()], NOW),
    "known": lambda s: s.known("a", ["b"]),
    "lease": lambda s: s.lease("a", NOW, until=at(1), limit=1, worker="w"),
    "merge_stories": lambda s: s.merge_stories(1, [2], NOW),
    "next_hold": lambda s: s.next_hold(),
    "note": lambda s: s.note(1, "x"),
    "prune": lambda s: s.prune(NOW - timedelta(days=1)),
    "rarity": lambda s: s.rarity(["a"]),
    "record": lambda s: s.record(attempt("a"), retry_at=None, dead=False),
    "record_all": lambda s: s.record_all([Settlement(delivery=attempt("a"))]),
    "refusals": lambda s: s.refusals("a", 1),
    "release": lambda s: s.release("a"),
    "renew": lambda s: s.renew(NOW),
    "retry": lambda s: s.retry(["a"], NOW),
    "review": lambda s: s.review([1], Review.OPEN, NOW),
    "rule_versions": lambda s: s.rule_versions("a"),
    "signature": lambda s: s.signature("a", "b"),
    "silences": lambda s: s.silences(NOW),
    "source_figures": lambda s: s.source_figures(NOW),
    "source_states": lambda s: s.source_states(),
    "split_story": lambda s: s.split_story([1], NOW),
    "stale": lambda s: s.stale(NOW),
    "stories": lambda s: s.stories(1),
    "story": lambda s: s.story(1),
    "successors": lambda s: s.successors(1),
    "tell": lambda s: s.tell("a", "b", None, NOW),
    "tidy": lambda s: s.tidy(NOW),
    "told": lambda s: s.told(),
    "way": lambda s: s.way(1),
    "writing": save_state,
}
ELSEWHERE = {
    "backup": "a copy of the file: test_upkeep",
    "beat": "needs a claim: test_presence",
    "check": "looks at the file: test_upkeep",
    "claim": "does not begin with the database: test_presence",
    "close": "touches nothing",
    "is_running": "on SQLite no matter of the database: test_presence",
    "leave": "needs a claim: test_presence",
}


def test_every_method_is_among_those_tested_for_failures() -> None:
    methods = {name for name in dir(SqlStore) if not name.startswith("_")}

    assert CALLS.keys() | ELSEWHERE.keys() == methods


def test_every_method_says_so_when_the_server_is_away_and_works_when_it_is_back(
    postgresql_server: PostgresServer, postgresql_url: str
) -> None:
    store = open_store(postgresql_url, busy_seconds=1)
    postgresql_server.stop()
    try:
        for name, call in CALLS.items():
            with pytest.raises(StoreBusy) as raised:
                call(store)
            assert "monitor@/test_" in str(raised.value), name
    finally:
        postgresql_server.start()
    for name, call in CALLS.items():
        if name not in {"record", "record_all"}:  # of an alert that does not exist
            call(store)
    store.close()


def test_every_method_raises_the_stores_error_when_tables_are_gone(
    store: SqlStore, database_url: str
) -> None:
    database = Database(database_url, foreign_keys=False)
    with database.writing() as connection:
        for table in metadata.tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO gone_{table}")
    database.close()
    nothing_asked = {"add_firings"}

    for name, call in CALLS.items():
        if name in nothing_asked:
            continue
        with pytest.raises(StoreError, match="refused a statement") as raised:
            call(store)
        assert not isinstance(raised.value, StoreBusy), name
