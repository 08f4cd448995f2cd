"""What holds of every hit, whatever the configuration, however long the weeks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.alert import AlertKind
from monitor.model.channel import GroupBy, QuietThen, Route, Silence
from monitor.model.decision import Candidate, Outcome, Reason
from monitor.policy.schedule import next_point, quiet_until
from tests.policy.model import Standing
from tests.policy.worlds import STARTS, World, configurations, reloads, steady, weeks

lived = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@lived
@given(
    configurations(), st.sampled_from(STARTS), weeks(steady | reloads), st.sampled_from([1, 1000])
)
def test_every_hit_ends_told_or_suppressed_with_a_reason_over_reloads_too(
    routes, start, week, batch
):
    world = World(routes, start, batch=batch)
    world.live(week)
    memory = world.memory
    for hit in memory.hits.values():
        decisions = memory.decisions(hit.hit)
        assert decisions
        assert all(it.outcome is not Outcome.HOLD for it in decisions)
        in_alerts = Counter((it.alert.route, it.alert.channel) for it in memory.told(hit.hit))
        assert all(times == 1 for times in in_alerts.values()), "told twice at one destination"
        told = {it.channel for it in decisions if it.outcome in {Outcome.ALERT, Outcome.DIGEST}}
        assert told == {it.alert.channel for it in memory.told(hit.hit)}
        if hit.late or hit.edit_ignored:
            assert not told


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady | reloads))
def test_what_a_silence_covers_is_never_told_not_even_after_its_end(routes, start, week):
    world = World(routes, start)
    world.live(week)
    for silence in world.memory.quieted:
        for hit in world.memory.hits.values():
            if not _fits(silence, hit):
                continue
            told = world.memory.told(hit.hit)
            if silence.start <= hit.at < silence.end:
                assert not told
            assert not [it for it in told if silence.start <= it.created < silence.end]


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_no_window_holds_more_alerts_than_the_limit(routes, start, week):
    world = World(routes, start)
    world.live(week)
    for route in routes:
        for channel in route.to if route.limit is not None else ():
            made = _made(world, route, channel)
            for first in made:
                window = [at for at in made if first <= at < first + route.limit.per]
                assert len(window) <= route.limit.count


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_nothing_leaves_in_quiet_hours_but_what_is_exempt(routes, start, week):
    world = World(routes, start)
    world.live(week)
    by_name = {route.name: route for route in routes}
    for it in world.memory.outbox:
        route = by_name.get(it.alert.route)
        if route is None or route.quiet is None or quiet_until(route.quiet, it.created) is None:
            continue
        assert route.quiet.exempt is not None
        assert it.alert.level >= route.quiet.exempt


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_only_drop_loses_what_quiet_hours_caught_and_only_that(routes, start, week):
    world = World(routes, start)
    world.live(week)
    by_name = {route.name: route for route in routes}
    for (hit, name, _), it in world.memory.standing.items():
        if it.decision.reason is not Reason.QUIET_DROPPED:
            continue
        quiet = by_name[name].quiet
        assert quiet.then is QuietThen.DROP
        assert quiet_until(quiet, world.memory.hits[hit].at) is not None


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_a_digest_leaves_once_a_point_of_its_schedule(routes, start, week):
    world = World(routes, start)
    world.live(week)
    for route in routes:
        if route.digest is None or route.quiet is not None or route.limit is not None:
            continue
        for channel in route.to:
            made = _made(world, route, channel)
            assert len(made) == len(set(made))
            for one, next_one in pairwise(made):
                assert next_point(route.digest, one) <= next_one


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_what_waits_for_a_digest_leaves_at_its_next_point(routes, start, week):
    world = World(routes, start)
    world.live([(gap, False, event) for gap, _, event in week])
    by_name = {route.name: route for route in routes}
    for (hit, name, _), it in world.memory.standing.items():
        if it.decision.reason is not Reason.DIGEST_SENT:
            continue
        route = by_name[name]
        if route.confirm is None and route.quiet is None and route.limit is None:
            assert it.at == next_point(route.digest, world.memory.hits[hit].at)


@lived
@given(
    configurations(), st.sampled_from(STARTS), weeks(steady | reloads), st.sampled_from([1, 1000])
)
def test_what_joins_was_told_to_the_channel_by_then(routes, start, week, batch):
    world = World(routes, start, batch=batch)
    world.live(week)
    memory = world.memory
    for (number, _, channel), it in memory.standing.items():
        if it.decision.reason not in {Reason.JOINED, Reason.ACKNOWLEDGED}:
            continue
        hit = memory.hits[number]
        known = [
            memory.hits[other]
            for sent in memory.outbox
            if sent.alert.channel == channel and sent.created <= it.at
            for other in sent.alert.hits
        ]
        assert it.alert in {sent.id for sent in memory.outbox}
        assert any(other.rule == hit.rule and _alike(other, hit, it) for other in known)


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_a_story_is_told_first_once_a_channel_and_then_only_with_news(routes, start, week):
    world = World(routes, start)
    world.live(week)
    told: dict[tuple[str, str], tuple[set[str], int, int, datetime]] = {}
    for it in world.memory.outbox:
        alert = it.alert
        if not alert.group.startswith("story:"):
            continue
        key = (alert.channel, alert.group)
        hits = [world.memory.hits[hit] for hit in alert.hits]
        rules, level, confirmed = {hit.rule for hit in hits}, max(hit.level for hit in hits), 0
        last = it.created
        if alert.kind is AlertKind.HIT:
            assert key not in told, "the first one twice"
        elif key in told:
            known, highest, confirmed, last = told[key]
            news = rules - known or level > highest or alert.confirmed > confirmed
            if alert.kind is AlertKind.REMINDER:
                assert it.created - last >= timedelta(hours=2)
            else:
                assert news or _told_in_many(world, alert.channel, alert.group)
            rules, level = rules | known, max(level, highest)
        told[key] = (rules, level, max(confirmed, alert.confirmed), it.created)


@lived
@given(configurations(), st.sampled_from(STARTS), weeks(steady))
def test_without_groups_limits_and_silences_every_routed_hit_is_told_itself(routes, start, week):
    plain = tuple(
        Route(name=it.name, when=it.when, to=it.to, group_by=GroupBy.NONE, quiet=it.quiet)
        for it in routes
        if it.quiet is None or it.quiet.then is not QuietThen.DROP
    )
    world = World(plain, start)
    world.live([(gap, down, event) for gap, down, event in week])
    for hit in world.memory.hits:
        reasons = set(world.memory.reasons(hit))
        quiet_reasons = {Reason.SILENCED, Reason.LATE, Reason.EDIT_IGNORED, Reason.NO_ROUTE}
        assert reasons & quiet_reasons or world.memory.told(hit)


def _alike(other: Candidate, hit: Candidate, standing: Standing) -> bool:
    by_rule = standing.decision.group.startswith("rule:")
    return by_rule or other.hit == hit.hit or other.story == hit.story is not None


def _made(world: World, route: Route, channel: str) -> list[datetime]:
    place = (route.name, channel)
    return [it.created for it in world.memory.outbox if (it.alert.route, it.alert.channel) == place]


def _told_in_many(world: World, channel: str, group: str) -> bool:
    return any(
        it.decision.outcome is Outcome.DIGEST
        for it in world.memory.standing.values()
        if it.decision.channel == channel and it.decision.group == group
    )


def _fits(silence: Silence, hit: Candidate) -> bool:
    tagged = not silence.tags or "Energy" in hit.tags
    return fnmatchcase(hit.rule, silence.rule) and tagged
