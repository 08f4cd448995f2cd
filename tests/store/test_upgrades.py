"""A database of every released revision is brought up to the newest with all that is in it."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from monitor.model.alert import AlertState
from monitor.model.hit import HitState, Review
from monitor.model.listing import AlertFilter, HitFilter
from monitor.model.story import Joined
from monitor.store import SchemaState, open_store, state, upgrade
from monitor.store.schema import alembic_config
from monitor.stories.extraction import features
from monitor.stories.linking import keys, link, needed_terms
from tests.conformance.making import NOW, at
from tests.store.keep_revision import CSTO, FOLDER

KEPT = sorted(file.name.removesuffix(".db.gz") for file in FOLDER.glob("*.db.gz"))


@pytest.fixture(params=KEPT)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a copy of a kept database, upgraded."""
    data = gzip.decompress((FOLDER / f"{request.param}.db.gz").read_bytes())
    (tmp_path / "monitor.db").write_bytes(data)
    url = f"sqlite:///{tmp_path}/monitor.db"
    upgrade(url)
    return url


def schema(url: str) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema").fetchall()
    return {(name, " ".join(sql.split())) for name, sql in rows}


def test_every_revision_has_its_database() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())

    assert sorted(script.revision for script in scripts.walk_revisions()) == KEPT


def test_an_upgraded_database_is_like_a_new_one(kept: str, sqlite_url: str) -> None:
    assert state(kept) is SchemaState.CURRENT
    assert schema(kept) == schema(sqlite_url)


def test_everything_is_still_there_after_the_upgrade(kept: str) -> None:
    store = open_store(kept)

    other, first = store.hits(HitFilter(), 9)
    (item,) = store.items([first.hit.id])
    assert item.article.article == CSTO
    assert [e.text for e in item.hit.evidence] == ["CSTO"]
    assert (item.hit.state, item.hit.review, item.hit.note) == (
        HitState.ALERTED,
        Review.ACKNOWLEDGED,
        "seen",
    )
    assert (other.hit.state, store.next_hold()) == (HitState.HELD, at(600))
    assert item.story_title == CSTO.title
    assert [e.hit.id for e in store.hits(HitFilter(search="tokayev"), 9)] == []
    assert len(store.hits(HitFilter(search="changed"), 9)) == 1
    pending = store.alerts(AlertFilter(states=(AlertState.PENDING,)), 9)
    assert [(e.alert.text, e.alert.attempts, len(e.deliveries)) for e in pending] == [
        ("Disk full", 0, 0),
        ("", 1, 1),
    ]
    assert store.source_states()["tass"].etag == 'W/"1"'
    assert store.signature("seeds", "/seeds/1.txt") == "12:34"
    assert [r.reason for r in store.refusals("tass", 9)] == ["no text"]
    assert [v.text for v in store.rule_versions("csto")] == ["id: csto\nmatch: CSTO\n"]
    assert [s.comment for s in store.silences(NOW)] == ["drill"]
    assert store.told() == {"source:tass": "bad"}
    assert store.check() == ()
    store.close()


def test_a_copy_of_a_kept_article_joins_its_story_after_the_upgrade(kept: str) -> None:
    store = open_store(kept)
    assert store.renew(NOW).whole

    copy = features(replace(CSTO, url="https://other.example/1"))
    with store.writing() as writing:
        rarity = writing.rarity(copy.terms)
        known = writing.story_candidates(copy, keys(copy, rarity), NOW)
        joined = link(copy, NOW, known, writing.rarity(needed_terms(copy, known)))

    assert (joined.joined, joined.article) == (Joined.COPY, 1)
    store.close()
