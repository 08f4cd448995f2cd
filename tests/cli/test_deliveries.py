"""`monitor deliveries`: the outbox, every attempt, and putting what failed right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model.alert import Delivery, DeliveryOutcome
from monitor.store import open_store
from tests.cli.conftest import Run


def alert_of(run: Run, channel: str) -> str:
    id = run("deliveries", "--channel", channel, "--json").row["alert"]
    assert isinstance(id, str)
    return id


def let_die(run: Run, worked: Path) -> str:
    """Settle the waiting alert as one that will not be tried again."""
    id = alert_of(run, "hook")
    store = open_store(f"sqlite:///{worked / 'monitor.db'}")
    delivery = Delivery(
        alert=id,
        channel="hook",
        at=datetime.now(UTC),
        where="json://…",
        outcome=DeliveryOutcome.REJECTED,
        detail="401 Unauthorized",
        duration=0.25,
        attempt=2,
    )
    store.record(delivery, retry_at=None, dead=True)
    store.close()
    return id


@pytest.mark.usefixtures("worked")
def test_people_see_each_alert_with_its_last_answer(run: Run) -> None:
    said = run("deliveries")
    assert (said.code, said.err) == (0, "")
    head, *alerts = said.lines
    assert head.split()[:3] == ["alert", "made", "(UTC)"]
    by_channel = {line.split()[3]: line for line in alerts}
    assert "  sent " in by_channel["console"]
    assert "delivered: printed (" in by_channel["console"]
    assert "  pending " in by_channel["hook"]
    assert "retry: connection refused (" in by_channel["hook"]
    assert "; again 2" in by_channel["hook"]


@pytest.mark.usefixtures("worked")
def test_json_has_every_attempt(run: Run) -> None:
    row = run("deliveries", "--json", "--state", "pending").row
    assert list(row) == [
        "alert", "channel", "kind", "level", "state", "route", "group", "hits", "created", "due",
        "attempts", "message_id", "follows", "stands_in_for", "deliveries",
    ]  # fmt: skip
    assert (row["channel"], row["kind"], row["hits"], row["attempts"]) == ("hook", "hit", [2], 1)
    (delivery,) = row["deliveries"]
    assert list(delivery) == ["at", "where", "outcome", "detail", "seconds", "attempt"]
    assert (delivery["outcome"], delivery["attempt"]) == ("retry", 1)


@pytest.mark.usefixtures("worked")
def test_alerts_are_chosen_by_state_and_channel(run: Run) -> None:
    assert run("deliveries", "--state", "dead").err == "No alerts.\n"
    assert run("deliveries", "--json", "--state", "sent").row["channel"] == "console"
    assert len(run("deliveries", "--json", "--state", "sent", "--state", "pending").rows) == 2
    assert len(run("deliveries", "--json", "--limit", "1").rows) == 1


@pytest.mark.usefixtures("worked")
def test_a_waiting_alert_is_due_at_once_when_retried(run: Run) -> None:
    id = alert_of(run, "hook")
    said = run("deliveries", "retry", id[:6], id)
    assert said.code == 0
    assert said.err.splitlines() == [
        "Due now: 1 alert.",
        "No daemon runs: `monitor run --once` sends them, after reading the sources.",
    ]
    row = run("deliveries", "--channel", "hook", "--json").row
    assert row["due"] <= datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_dead_letters_are_retried_together(run: Run, worked: Path) -> None:
    id = let_die(run, worked)
    assert run("deliveries", "--state", "dead", "--json").row["alert"] == id
    assert "rejected: 401 Unauthorized (0.2 s)" in run("deliveries", "--state", "dead").out
    assert run("deliveries", "retry", "--dead").err.startswith("Due now: 1 alert.")
    assert run("deliveries", "--state", "pending", "--json").row["alert"] == id


@pytest.mark.usefixtures("worked")
def test_what_was_sent_is_neither_sent_again_nor_dropped(run: Run) -> None:
    id = alert_of(run, "console")
    said = run("deliveries", "retry", id)
    assert said.code == 1
    assert said.err == f"Due now: 0 alerts.\nSent or dropped already: {id[:12]}.\n"
    said = run("deliveries", "drop", id)
    assert said.code == 1
    assert said.err == f"Dropped 0 alerts.\nSent or dropped already: {id[:12]}.\n"


@pytest.mark.usefixtures("worked")
def test_an_alert_is_given_up(run: Run) -> None:
    id = alert_of(run, "hook")
    assert run("deliveries", "drop", id[:8]).err == "Dropped 1 alert.\n"
    assert run("deliveries", "--state", "dropped", "--json").row["alert"] == id


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["retry"], "name the alerts to retry, or give --dead for all dead letters"),
        (["retry", "abc", "--dead"], "name the alerts to retry, or give --dead"),
        (["retry", "zzz"], "no alert begins with 'zzz': `monitor deliveries` lists them"),
        (["drop", ""], "more than one alert begins with ''"),
        (["--state", "dead", "drop", "a"], "--state stands before `drop`"),
    ],
)
def test_wrong_usage_is_explained(run: Run, args: list[str], told: str) -> None:
    said = run("deliveries", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
