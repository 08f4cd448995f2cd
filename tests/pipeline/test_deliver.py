"""Alerts are delivered in order, again until they arrive, and else somebody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import StoreBusy
from monitor.model.alert import (
    Alert,
    AlertContent,
    AlertKind,
    AlertState,
    Answer,
    Delivery,
    DeliveryOutcome,
    Settlement,
)
from monitor.model.channel import Channel
from monitor.model.listing import AlertEntry, AlertFilter
from monitor.model.rule import Level
from monitor.pipeline.deliver import Delivered, Terms, deliver
from monitor.store import SqlStore, open_store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DELIVERED, RETRY, REJECTED = DeliveryOutcome
YES = Answer(outcome=DELIVERED, detail="HTTP 200 OK")
LATER = Answer(outcome=RETRY, detail="HTTP 503")
NEVER = Answer(outcome=REJECTED, detail="HTTP 404 Not Found")
DUTY = Channel(name="duty", url="json://example.org/secret", fallback="desk")
DESK = Channel(name="desk", url="json://example.org/desk")


@dataclass
class Watch:
    """A clock that is set by hand; each sending takes `pace`."""

    moment: datetime = NOW
    pace: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Receiver:
    """A notifier that answers as told, by alert or for all, and keeps what it was given."""

    watch: Watch
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    always: Answer = YES
    sent: list[str] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        assert now == self.watch.moment
        assert channel.name == content.alert.channel
        self.during()
        self.sent.append(content.alert.id)
        self.watch.moment += self.watch.pace
        answers = self.answers.get(content.alert.id)
        answer = answers.pop(0) if answers else self.always
        if answer.outcome is DELIVERED:
            self.arrived.append(content.alert.id)
        return answer

    def where(self, channel: Channel) -> str:
        return f"somewhere ({channel.name})"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def receiver(watch: Watch) -> Receiver:
    return Receiver(watch)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def run(store: SqlStore, receiver: Receiver, watch: Watch) -> Callable[..., Delivered]:
    """Deliver on a channel as the daemon would, with the operator at the desk."""

    def deliver_now(channel: Channel = DUTY, **changes: object) -> Delivered:
        stopping = changes.pop("stopping", lambda: False)
        terms = replace(Terms(operator="operator"), **changes)  # type: ignore[arg-type]  # a test names real fields
        return deliver(store, receiver, channel, watch, worker="w1", terms=terms, stopping=stopping)

    return deliver_now


def alert(id: str, channel: str = "duty", **values: object) -> Alert:
    made = Alert(
        id=id,
        channel=channel,
        kind=AlertKind.HIT,
        level=Level.HIGH,
        hits=(),
        created=NOW,
        due=NOW,
    )
    return replace(made, **values)  # type: ignore[arg-type]  # a test names real fields


def put(store: SqlStore, *ids: str, channel: str = "duty") -> None:
    for id in ids:
        store.enqueue(alert(id, channel))


def entries(store: SqlStore, *ids: str) -> list[AlertEntry]:
    """Alerts in the outbox, the first made first."""
    return list(reversed(store.alerts(AlertFilter(ids=ids), 1_000)))


def states(store: SqlStore) -> dict[str, AlertState]:
    return {entry.alert.id: entry.alert.state for entry in entries(store)}


Run = Callable[..., Delivered]
PENDING, SENT, DEAD = AlertState.PENDING, AlertState.SENT, AlertState.DEAD


def test_due_alerts_are_sent_in_order_and_recorded(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    watch.pace = timedelta(seconds=2)
    put(store, "a1", "a2", "a3")
    done = run()
    assert receiver.arrived == ["a1", "a2", "a3"]
    assert done.deliveries[0] == Delivery(
        alert="a1",
        channel="duty",
        at=NOW,
        where="somewhere (duty)",
        outcome=DELIVERED,
        detail="HTTP 200 OK",
        duration=2.0,
        attempt=1,
    )
    assert [entry.deliveries for entry in entries(store)] == [(one,) for one in done.deliveries]
    assert set(states(store).values()) == {SENT}
    assert done.again is None
    assert run() == Delivered()


def test_what_is_not_due_and_what_is_another_channels_is_left(
    store: SqlStore, receiver: Receiver, run: Run
) -> None:
    store.enqueue(alert("later", due=NOW + timedelta(hours=1)))
    put(store, "theirs", channel="desk")
    assert run() == Delivered()
    assert receiver.sent == []


def test_no_transaction_is_open_while_a_message_is_sent(
    store: SqlStore, receiver: Receiver, run: Run
) -> None:
    receiver.during = lambda: store.enqueue(alert(f"n{len(receiver.sent)}", "desk"))
    put(store, "a1", "a2")
    assert len(run().deliveries) == 2
    assert [entry.alert.id for entry in entries(store)] == ["a1", "a2", "n0", "n1"]


def test_a_failure_is_tried_again_and_holds_up_what_comes_after_it(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    put(store, "a1", "a2")
    receiver.answers["a1"] = [LATER]
    first = run()
    assert receiver.sent == ["a1"]
    assert first.again is not None
    assert timedelta(seconds=10) <= first.again - NOW <= timedelta(seconds=12.5)
    put(store, "a3")
    watch.forward(seconds=5)
    assert run() == Delivered(again=first.again)
    watch.moment = first.again
    run()
    assert receiver.arrived == ["a1", "a2", "a3"]
    assert [one.attempt for one in entries(store, "a1")[0].deliveries] == [1, 2]


def test_order_survives_an_outage_and_a_restart(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    receiver.always = LATER
    put(store, "a1", "a2", "a3")
    made = ["a1", "a2", "a3"]
    end = NOW + timedelta(hours=3)
    while watch.moment < end:
        again = run().again
        assert again is not None
        watch.moment = again - timedelta(seconds=1)
        id = f"b{len(made)}"
        store.enqueue(alert(id, created=watch.moment, due=watch.moment))
        made.append(id)
        assert run() == Delivered(again=again)  # held up, even if it is asked too early
        watch.moment = again
    receiver.always = YES
    for _ in range(10):
        run()
    assert receiver.arrived == made


def test_an_outage_is_asked_less_and_less_often(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    receiver.always = LATER
    put(store, *(f"{number:04}" for number in range(100)))
    while watch.moment < NOW + timedelta(hours=6):
        again = run().again
        assert again is not None
        watch.moment = again
    assert len(receiver.sent) < 80


def test_one_alert_that_alone_is_refused_does_not_hold_up_the_others_for_long(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    receiver.answers["bad"] = [LATER] * 40
    put(store, "bad", "a1", "a2")
    done = run()
    while "a2" not in receiver.arrived:
        watch.moment = done.again or watch.moment
        done = run()
    assert watch.moment - NOW < timedelta(minutes=1)
    put(store, "a3")
    done = run()
    assert [one.alert for one in done.deliveries] == ["a3"]
    assert states(store)["bad"] is PENDING


def test_what_the_receiver_asks_for_is_kept_to_and_nothing_else_is_tried(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    receiver.always = replace(LATER, retry_after=600.0)
    put(store, "a1", "a2")
    for _ in range(4):
        done = run()
        assert len(done.deliveries) == 1
        assert done.again is not None
        assert done.again - watch.moment >= timedelta(minutes=10)
        watch.moment = done.again
    assert set(receiver.sent) == {"a1"}


def test_what_will_never_work_is_dead_at_once_and_its_fallback_and_the_operator_hear_of_it(
    store: SqlStore, receiver: Receiver, run: Run
) -> None:
    put(store, "a1", "a2")
    receiver.answers["a1"] = [NEVER]
    done = run()
    dead, sent, stand_in, notice = entries(store)
    assert done.dead == ("a1",)
    assert done.channels == {"desk", "operator"}
    assert (dead.alert.state, sent.alert.state) == (DEAD, SENT)
    assert stand_in.alert == replace(alert("a1", "desk"), id=stand_in.alert.id, stands_in_for="a1")
    assert stand_in.alert.id != "a1"
    assert notice.alert.channel == "operator"
    assert notice.alert.kind is AlertKind.NOTICE
    assert notice.alert.subject == "channel duty does not deliver"
    assert "somewhere (duty): HTTP 404 Not Found. It went to desk instead." in notice.alert.text


def test_an_alert_that_is_given_up_after_a_day_is_dead_with_the_reason(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    receiver.always = LATER
    put(store, "a1")
    while states(store)["a1"] is PENDING:
        watch.moment = run().again or watch.moment
    (entry,) = entries(store, "a1")
    assert entry.alert.state is DEAD
    assert len(entry.deliveries) == 33
    assert entry.deliveries[-1].detail == "HTTP 503; given up after 33 attempts"
    assert watch.moment - NOW >= timedelta(hours=24)


def test_the_operator_hears_once_a_day_of_a_channel_that_fails(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    receiver.always = NEVER
    put(store, *(f"a{number}" for number in range(5)))
    run()
    watch.forward(days=1)
    put(store, "b1")
    run()
    notices = [one for one in entries(store) if one.alert.channel == "operator"]
    assert len(notices) == 2


def test_a_stand_in_that_fails_has_no_stand_in_of_its_own(
    store: SqlStore, receiver: Receiver, run: Run
) -> None:
    receiver.always = NEVER
    put(store, "a1")
    run()
    round_trip = replace(DESK, fallback="duty")
    done = run(round_trip)
    assert len(done.dead) == 1
    assert done.channels == {"operator"}


@dataclass(frozen=True)
class Told:
    """Who is told of a dead alert of this kind, with this channel and operator."""

    kind: AlertKind = AlertKind.HIT
    fallback: str | None = "desk"
    operator: str | None = "operator"
    told: frozenset[str] = frozenset({"desk"})


@pytest.mark.parametrize(
    "case",
    [
        Told(told=frozenset({"desk", "operator"})),
        Told(operator=None),
        Told(operator="duty"),
        Told(AlertKind.NOTICE),
        Told(AlertKind.TEST, told=frozenset()),
        Told(fallback=None, told=frozenset({"operator"})),
        Told(fallback=None, operator=None, told=frozenset()),
    ],
)
def test_who_hears_of_a_dead_alert(
    store: SqlStore, receiver: Receiver, run: Run, case: Told
) -> None:
    receiver.always = NEVER
    store.enqueue(alert("a1", kind=case.kind))
    channel = replace(DUTY, fallback=case.fallback)
    assert run(channel, operator=case.operator).channels == case.told


def test_a_full_batch_says_that_there_may_be_more(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    put(store, "a1", "a2", "a3")
    assert run(batch=2).again == watch.moment
    assert run(batch=2).again is None
    assert receiver.arrived == ["a1", "a2", "a3"]


def test_what_a_stop_leaves_is_free_for_the_next_worker_at_once(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    put(store, "a1", "a2", "a3")
    run(stopping=lambda: len(receiver.sent) == 1)
    assert receiver.sent == ["a1"]
    left = store.lease("duty", watch.now(), until=watch.now(), limit=9, worker="w2")
    assert [one.id for one in left] == ["a2", "a3"]


def test_nothing_is_sent_from_a_lease_that_may_run_out_meanwhile(
    store: SqlStore, receiver: Receiver, run: Run, watch: Watch
) -> None:
    watch.pace = timedelta(seconds=50)
    put(store, "a1", "a2", "a3")
    run(lease=timedelta(seconds=130), send_limit=timedelta(seconds=60))
    assert receiver.sent == ["a1", "a2"]
    run()
    assert receiver.sent == ["a1", "a2", "a3"]


def test_what_a_crash_left_is_sent_when_the_lease_has_run_out_or_was_given_back(
    store: SqlStore, receiver: Receiver, run: Run
) -> None:
    put(store, "a1")
    store.lease("duty", NOW, until=NOW + timedelta(minutes=10), limit=9, worker="crashed")
    assert run() == Delivered()
    store.release("duty")
    run()
    assert receiver.arrived == ["a1"]


def test_a_busy_database_does_not_send_an_alert_twice(
    store: SqlStore, receiver: Receiver, watch: Watch
) -> None:
    put(store, "a1")
    busy = Busy(store, times=2)
    deliver(busy, receiver, DUTY, watch, worker="w1")
    deliver(busy, receiver, DUTY, watch, worker="w1")
    assert receiver.sent == ["a1"]
    assert states(store) == {"a1": SENT}


def test_a_database_that_stays_busy_is_the_callers_to_know(
    store: SqlStore, receiver: Receiver, watch: Watch
) -> None:
    put(store, "a1")
    with pytest.raises(StoreBusy):
        deliver(Busy(store, times=99), receiver, DUTY, watch, worker="w1")


class Busy:
    """A store that is too busy to record anything for some calls."""

    def __init__(self, store: SqlStore, times: int) -> None:
        self.store = store
        self.times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def record_all(self, settlements: Sequence[Settlement]) -> None:
        if self.times:
            self.times -= 1
            raise StoreBusy("database is locked")
        self.store.record_all(settlements)
