"""What channels were told, kept as running sums, is what the decisions say."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from monitor.model.alert import AlertKind
from monitor.model.decision import NewAlert, Outcome
from monitor.model.rule import Level
from monitor.store import open_store
from monitor.store.engine import Database
from monitor.store.parting import retell
from monitor.store.tables import told_groups
from tests.conformance.making import add_article, add_hit, at, decision, new_alert, plan, rule

GROUPS = ("story:1", "story:2", "rule:a", "")
KINDS = (AlertKind.HIT, AlertKind.FOLLOW_UP, AlertKind.DIGEST)
OUTCOMES = (Outcome.ALERT, Outcome.DIGEST, Outcome.SUPPRESS)


def rows(database: Database) -> set[object]:
    with database.reading() as connection:
        return {
            (*row[:-3], tuple(row.rules), row.level, row.confirmed)
            for row in connection.execute(
                select(
                    told_groups.c.channel,
                    told_groups.c.group,
                    told_groups.c.first_alert,
                    told_groups.c.first_seq,
                    told_groups.c.first_is_hit,
                    told_groups.c.last_at,
                    told_groups.c.rules,
                    told_groups.c.level,
                    told_groups.c.confirmed,
                )
            )
        }


@pytest.mark.parametrize("seed", range(4))
def test_running_sums_agree_with_summing_anew(sqlite_url: str, seed: int) -> None:
    rng = random.Random(seed)
    store = open_store(sqlite_url)
    on = [add_article(store) for _ in range(8)]
    made: list[str] = []
    for step in range(24):
        channel = rng.choice(("desk", "duty"))
        hits = [
            add_hit(
                store,
                rule(f"r{step}-{n}", level=rng.choice(list(Level))),
                on=rng.choice(on),
                now=at(step),
            )
            for n in range(rng.randint(1, 3))
        ]
        alerts: list[NewAlert] = [
            new_alert(*hits, channel=channel, kind=rng.choice(KINDS), confirmed=rng.randint(0, 3))
        ]
        told_by: list[int | str] = [0, *made[-3:]]
        parts = [
            decision(
                hit,
                channel=channel,
                outcome=rng.choice(OUTCOMES),
                group=rng.choice(GROUPS),
                alert=rng.choice(told_by),
            )
            for hit in hits
        ]
        made += store.commit_plan(plan(*alerts, *parts), at(step))
    store.close()

    database = Database(sqlite_url)
    kept = rows(database)
    with database.writing() as connection:
        retell(connection, GROUPS[:3])
    assert len(kept) > 3
    assert rows(database) == kept
    database.close()
