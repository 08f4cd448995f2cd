"""Correlation rules: thresholds and bursts over event time, each piece of evidence once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.firing import GROUPINGS, Firing, HitFacts, event_time
from monitor.model.rule import Correlation, Distinct, Level, Rule
from monitor.policy.correlation import correlate, correlate_rule, periods, span, thing, watched
from monitor.policy.window import USUAL_WINDOWS
from tests.policy.model import MONDAY
from tests.policy.worlds import HOUR, MINUTE

PLAIN = {name: Rule(id=name, version="v", title=name) for name in ("a", "b", "c")}


def hit(id: int, rule: str = "a", after: timedelta = timedelta(), **given) -> HitFacts:
    values = {
        "level": Level.LOW,
        "tags": (),
        "article": id,
        "source": "tass",
        "source_tags": (),
        "lang": "en",
        "story": None,
    }
    return HitFacts(hit=id, rule=rule, at=MONDAY + after, **{**values, **given})


def rule(id="x", *, rules=("a", "b", "c"), tags=(), **given) -> Rule:
    values = {"within": 24 * HOUR, "distinct": Distinct.RULES, "at_least": 3}
    correlation = Correlation(rules=rules, **{**values, **given})
    return Rule(id=id, version="v", title=id, tags=tags, correlate=correlation)


def fire(correlation: Rule, hits, past=(), **given) -> tuple[Firing, ...]:
    rules = {**PLAIN, correlation.id: correlation}
    return correlate(rules, hits, past, MONDAY + 72 * HOUR, **given)


def test_it_fires_when_enough_distinct_rules_hit_within_the_time_and_names_its_evidence():
    hits = [hit(1, "a"), hit(2, "b", HOUR), hit(3, "b", 2 * HOUR), hit(4, "c", 3 * HOUR)]
    assert fire(rule(), hits) == (
        Firing(
            rule="x",
            group="",
            at=MONDAY + 3 * HOUR,
            things=("a", "b", "c"),
            hits=(1, 3, 4),
            articles=(4, 3, 1),
            detail="3 rules within 24h: c, b, a",
        ),
    )


def test_a_window_leaves_out_what_is_as_old_as_it_is_long():
    assert not fire(rule(at_least=2), [hit(1, "a"), hit(2, "b", 24 * HOUR)])
    assert fire(rule(at_least=2), [hit(1, "a"), hit(2, "b", 24 * HOUR - MINUTE)])


def test_hits_of_one_moment_are_one_window():
    assert fire(rule(at_least=2), [hit(1, "a"), hit(2, "b")])[0].hits == (1, 2)


def test_the_same_things_do_not_fire_again_until_the_time_has_passed():
    first = [hit(1, "a"), hit(2, "b"), hit(3, "c")]
    again = [hit(number + 3, it.rule, 12 * HOUR) for number, it in enumerate(first, 1)]
    later = [hit(number + 6, it.rule, 24 * HOUR) for number, it in enumerate(first, 1)]
    assert [it.hits for it in fire(rule(), first + again)] == [(1, 2, 3)]
    assert [it.hits for it in fire(rule(), first + again + later)] == [(1, 2, 3), (7, 8, 9)]


def test_it_fires_again_for_as_many_new_things():
    hits = [hit(number, after=number * MINUTE) for number in range(1, 8)]
    found = fire(rule(distinct=Distinct.ARTICLES), hits)
    assert [it.hits for it in found] == [(1, 2, 3), (4, 5, 6)]


def test_what_has_been_named_lately_is_no_evidence_again():
    hits = [hit(1, "a"), hit(2, "b"), hit(3, "c", HOUR), hit(4, "a", HOUR), hit(5, "d", 2 * HOUR)]
    found = fire(rule(rules=("a", "b", "c", "d"), at_least=2), hits)
    assert [it.hits for it in found] == [(1, 2), (3, 5)]


def test_a_late_article_completes_a_window_of_the_past():
    known = [hit(1, "a"), hit(2, "b", HOUR), hit(3, "a", 48 * HOUR)]
    late = hit(4, "c", 2 * HOUR)
    found = fire(rule(), [*known, late], fresh=[4])
    assert [(it.at, it.hits) for it in found] == [(MONDAY + 2 * HOUR, (1, 2, 4))]


def test_a_firing_of_a_later_window_keeps_a_late_article_from_firing_for_the_same_things():
    hits = [hit(1, "a", HOUR), hit(2, "b", 2 * HOUR), hit(3, "c", 3 * HOUR)]
    past = fire(rule(), hits)
    assert not fire(rule(), [*hits, hit(4, "c", timedelta())], past, fresh=[4])


def test_a_late_firing_blocks_no_longer_than_the_later_one_that_came_before_it():
    later = fire(rule(at_least=2), [hit(1, "b", 10 * HOUR), hit(2, "c", 10 * HOUR)])
    late = [hit(3, "a", 5 * HOUR), hit(4, "d", 5 * HOUR)]
    again = [hit(5, "a", 30 * HOUR), hit(6, "d", 30 * HOUR)]
    counted = rule(rules=("a", "b", "c", "d"), at_least=2)
    found = fire(counted, [*late, *again], later)
    assert [it.hits for it in found] == [(3, 4), (5, 6)]


def test_what_has_fired_does_not_fire_again_after_a_restart():
    hits = [hit(1, "a"), hit(2, "b"), hit(3, "c")]
    assert fire(rule(), hits, fire(rule(), hits)) == ()


def test_windows_without_a_fresh_hit_are_not_looked_at():
    old = [hit(1, "a"), hit(2, "b"), hit(3, "c")]
    fresh = hit(4, "a", 48 * HOUR)
    assert fire(rule(), [*old, fresh], fresh=[4]) == ()
    assert fire(rule(), [*old, fresh], fresh=[]) == ()
    assert fire(rule(), [*old, fresh], fresh=[3])[0].hits == (1, 2, 3)


@pytest.mark.parametrize(
    ("distinct", "things"),
    [
        (Distinct.RULES, "a"),
        (Distinct.SOURCES, "tass"),
        (Distinct.ARTICLES, "article:7"),
        (Distinct.STORIES, "story:3"),
    ],
)
def test_what_is_counted(distinct, things):
    assert thing(hit(1, article=7, story=3), distinct) == things


def test_an_article_without_a_story_counts_as_one():
    assert thing(hit(1, article=7), Distinct.STORIES) == "article:7"


@pytest.mark.parametrize(
    ("name", "given", "group"),
    [
        ("source_tag", {"source_tags": ("wire",)}, "source_tag=wire"),
        ("source", {}, "source=tass"),
        ("lang", {}, "lang=en"),
        ("lang", {"lang": None}, "lang="),
        ("rule", {}, "rule=a"),
        ("tag", {"tags": ("energy",)}, "tag=energy"),
        ("tag", {}, "tag="),
        ("level", {}, "level=low"),
        ("story", {"story": 3}, "story=3"),
        ("story", {}, "story="),
    ],
)
def test_group_by_counts_each_value_by_itself(name, given, group):
    (found,) = fire(rule(at_least=1, group_by=(name,)), [hit(1, **given)])
    assert found.group == group
    assert found.detail == f"1 rule within 24h ({group}): a"
    assert name in GROUPINGS


def test_groups_do_not_add_up_and_a_hit_with_two_tags_counts_in_both():
    hits = [
        hit(1, "a", source_tags=("wire", "world"), lang="ru"),
        hit(2, "b", source_tags=("wire",), lang="ru"),
        hit(3, "b", source_tags=("world",), lang="ru"),
        hit(4, "c", source_tags=("other",), lang="ru"),
        hit(5, "c", source_tags=("wire",), lang="en"),
    ]
    found = fire(rule(at_least=2, group_by=("lang", "source_tag")), hits)
    assert [(it.group, it.hits) for it in found] == [
        ("lang=ru, source_tag=wire", (1, 2)),
        ("lang=ru, source_tag=world", (1, 3)),
    ]


def test_a_burst_is_measured_by_the_rules_own_usual_rate():
    burst = rule(rules=("a",), within=HOUR, distinct=Distinct.ARTICLES, at_least=3, burst=3.0)
    usual = [hit(hour, after=hour * HOUR) for hour in range(USUAL_WINDOWS)]
    end = USUAL_WINDOWS * HOUR
    three = [hit(100 + number, after=end + number * MINUTE) for number in range(3)]
    (found,) = fire(burst, usual + three, fresh=[100, 101, 102])
    assert found.hits == (100, 101, 102)
    # Articles and stories have no names here: they are shown by what was counted.
    assert found.detail == "3 articles within 1h, 3 times the usual rate or more"
    busier = [*usual, *(replace(it, hit=it.hit + 50, article=it.hit + 50) for it in usual)]
    assert not fire(burst, busier + three, fresh=[100, 101, 102])


def test_a_burst_never_fires_below_its_count_however_quiet_it_was():
    burst = rule(rules=("a",), within=HOUR, distinct=Distinct.ARTICLES, at_least=3, burst=3.0)
    assert not fire(burst, [hit(1), hit(2)])
    assert fire(burst, [hit(1), hit(2), hit(3)])


def test_a_burst_is_told_once_in_its_time_however_long_it_goes_on():
    burst = rule(rules=("a",), within=HOUR, distinct=Distinct.ARTICLES, at_least=3, burst=3.0)
    hits = [hit(number, after=number * MINUTE) for number in range(120)]
    found = fire(burst, hits)
    assert [it.at - MONDAY for it in found] == [2 * MINUTE, 62 * MINUTE]


def test_of_many_things_twelve_are_named():
    hits = [hit(number, source=f"s{number}") for number in range(1, 31)]
    (found,) = fire(rule(distinct=Distinct.SOURCES, at_least=30), hits)
    assert found.detail.endswith(", s19, and 18 more")
    assert len(found.hits) == 30


def test_several_hits_of_an_article_name_it_once():
    (found,) = fire(rule(at_least=2), [hit(1, "a", article=5), hit(2, "b", article=5)])
    assert found.articles == (5,)


def test_a_rule_counts_those_it_names_and_those_with_a_tag_but_never_itself():
    tagged = rule(rules=("a", "tag:Energy", "gone", "x", "tag"), tags=("energy",))
    others = {**PLAIN, "b": replace(PLAIN["b"], tags=("ENERGY",)), "x": tagged}
    assert watched(tagged, others) == {"a", "b", "gone", "tag"}
    assert watched(PLAIN["a"], others) == frozenset()


def test_hits_of_rules_that_are_not_watched_are_passed_over():
    assert fire(rule(rules=("a",), at_least=1), [hit(1, "b")]) == ()


def test_rules_that_do_not_run_and_rules_about_text_do_not_fire():
    off = replace(rule(at_least=1), enabled=False)
    over = replace(rule(at_least=1), expires=date(2026, 3, 4))
    assert fire(off, [hit(1)]) == fire(over, [hit(1)]) == ()
    assert correlate_rule(PLAIN["a"], ["a"], [hit(1)], []) == ()


def test_firings_of_other_rules_and_groups_do_not_count():
    hits = [hit(1, "a"), hit(2, "b"), hit(3, "c")]
    (found,) = fire(rule(), hits)
    others = [replace(found, rule="y"), replace(found, group="lang=en")]
    assert fire(rule(), hits, others) == (found,)


def test_several_rules_fire_in_the_order_of_time():
    both = {"y": rule("y", at_least=2), "x": rule("x", rules=("b",), at_least=1), **PLAIN}
    hits = [hit(1, "a"), hit(2, "b", HOUR), hit(3, "b", 26 * HOUR)]
    found = correlate(both, hits, [], MONDAY + 72 * HOUR)
    assert [(it.rule, it.hits) for it in found] == [("x", (2,)), ("y", (1, 2)), ("x", (3,))]


def test_how_far_the_past_matters():
    threshold, burst = rule().correlate, rule(burst=2.0).correlate
    assert span(threshold) == (24 * HOUR, 24 * HOUR)
    assert span(burst) == (29 * 24 * HOUR, 24 * HOUR)


def test_periods_that_touch_are_one():
    times = [MONDAY + 9 * HOUR, MONDAY, MONDAY + 2 * HOUR]
    assert periods(times, HOUR, HOUR) == (
        (MONDAY - HOUR, MONDAY + 3 * HOUR),
        (MONDAY + 8 * HOUR, MONDAY + 10 * HOUR),
    )
    assert periods([], HOUR, HOUR) == ()


def test_an_article_happened_when_it_says_unless_that_is_to_come():
    assert event_time(MONDAY - HOUR, MONDAY) == MONDAY - HOUR
    assert event_time(MONDAY + HOUR, MONDAY) == MONDAY
    assert event_time(None, MONDAY) == MONDAY


# --- against the definition, and over arbitrary arrivals ------------------------------------------

correlations = st.builds(
    Correlation,
    rules=st.just(("a", "b", "c")),
    within=st.sampled_from([2 * MINUTE, 5 * MINUTE]),
    distinct=st.sampled_from(Distinct),
    at_least=st.integers(1, 4),
    group_by=st.sampled_from([(), ("source_tag",), ("lang", "source_tag")]),
    burst=st.sampled_from([None, 1.0, 2.5]),
)
facts = st.builds(
    hit,
    st.just(0),
    st.sampled_from("abc"),
    st.integers(0, 40).map(lambda minutes: minutes * MINUTE),
    source=st.sampled_from("st"),
    source_tags=st.sampled_from([(), ("w",), ("w", "v")]),
    lang=st.sampled_from(["en", None]),
    story=st.sampled_from([None, 1, 2]),
)
arrivals = st.lists(facts, max_size=25).map(
    lambda found: [replace(it, hit=number, article=number) for number, it in enumerate(found, 1)]
)


def defined(
    correlation: Correlation, hits: list[HitFacts], past: list[Firing], fresh: set[int]
) -> list[tuple[object, ...]]:
    """The definition, said as plainly as possible, for one group."""
    within, fired = correlation.within, [(it.at, set(it.things)) for it in past]
    found = []

    def counted(until):
        mine = [it for it in hits if until - within < it.at <= until]
        return {thing(it, correlation.distinct) for it in mine}

    for end in sorted({it.at for it in hits}):
        known = {one for at, things in fired for one in things if abs(end - at) < within}
        new = counted(end) - known
        window = {it.hit for it in hits if end - within < it.at <= end}
        usual = sum(len(counted(end - number * within)) for number in range(1, USUAL_WINDOWS + 1))
        bursts = correlation.burst is None or (
            len(counted(end)) * USUAL_WINDOWS >= correlation.burst * usual
        )
        told = correlation.burst is not None and any(abs(end - at) < within for at, _ in fired)
        if len(new) >= correlation.at_least and bursts and window & fresh and not told:
            fired.append((end, new))
            found.append((end, tuple(sorted(new))))
    return found


@settings(max_examples=150, deadline=None)
@given(correlations.map(lambda it: replace(it, group_by=())), arrivals, st.data())
def test_it_fires_as_defined(correlation, hits, data):
    fresh = data.draw(st.sets(st.sampled_from([it.hit for it in hits]))) if hits else set()
    subject = replace(rule(), correlate=correlation)
    past = list(fire(subject, hits[: len(hits) // 2]))
    found = correlate_rule(subject, ["a", "b", "c"], hits, past, fresh=fresh)
    assert [(it.at, it.things) for it in found] == defined(correlation, hits, past, fresh)


@settings(max_examples=150, deadline=None)
@given(correlations, arrivals, st.lists(st.integers(1, 6), min_size=1, max_size=8))
def test_no_evidence_fires_twice_however_it_arrives_and_however_often_it_is_asked(
    correlation, hits, sizes
):
    subject = replace(rule(), correlate=correlation)
    firings: list[Firing] = []
    seen = 0
    for size in [*sizes, len(hits)]:
        fresh = {it.hit for it in hits[seen : seen + size]}
        seen += size
        for _ in range(2):
            firings += fire(subject, hits[:seen], firings, fresh=fresh)
    groups = {it.group for it in firings}
    for group in groups:
        mine = sorted((it for it in firings if it.group == group), key=lambda it: it.at)
        evidence = [number for it in mine for number in it.hits]
        assert len(evidence) == len(set(evidence))
        for one, other in pairwise(mine):
            if set(one.things) & set(other.things):
                assert other.at - one.at >= correlation.within
    for it in firings:
        assert len(it.things) == len(it.hits) >= correlation.at_least
