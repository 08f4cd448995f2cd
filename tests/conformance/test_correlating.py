"""The hits that correlations count, and what they fired for: promises of `ports.Store`."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.firing import Counted, Firing, HitFacts
from monitor.model.hit import Review
from monitor.model.listing import HitFilter
from monitor.model.rule import Level
from monitor.store import SqlStore
from monitor.store.content import COUNTED
from tests.conformance.making import NOW, add_article, add_hit, at, rule

SPREADING = rule("spreading", level=Level.CRITICAL, tags=("escalation",), notify=("duty",))


def firing(hits: tuple[int, ...], articles: tuple[int, ...], **values: object) -> Firing:
    return replace(
        Firing(
            rule="spreading",
            group="lang=en",
            at=at(-5),
            things=("a", "b"),
            hits=hits,
            articles=articles,
            detail="2 rules within 24h: a, b",
        ),
        **values,  # type: ignore[arg-type] # a test names real fields
    )


def test_a_hit_is_counted_with_the_facts_of_its_article(store: SqlStore) -> None:
    article = add_article(
        store, source="tass", source_tags=("wire",), lang="ru", published=at(-30), now=NOW
    )
    hit = add_hit(store, rule("a", level=Level.LOW, tags=("x",)), on=article, now=at(1))

    assert store.hits_between(["a"], at(-30), at(-30)) == [
        HitFacts(
            hit=hit,
            rule="a",
            level=Level.LOW,
            tags=("x",),
            article=article,
            source="tass",
            source_tags=("wire",),
            lang="ru",
            story=None,
            at=at(-30),
        )
    ]


def test_hits_come_in_the_order_of_their_events_not_of_their_arrival(store: SqlStore) -> None:
    late, early = (add_article(store, published=at(minute)) for minute in (-10, -20))
    dateless, future = add_article(store, now=at(-15)), add_article(store, published=at(99))
    for article in (late, early, dateless, future):
        add_hit(store, rule("a"), on=article)
    add_hit(store, rule("b"), on=early)

    found = store.hits_between(["a", "unknown"], at(-20), at(0))

    assert [facts.article for facts in found] == [early, dateless, late, future]
    assert [facts.at for facts in found] == [at(-20), at(-15), at(-10), at(0)]
    assert store.hits_between(["a"], at(-19), at(-11)) == [found[1]]


def test_a_dismissed_hit_counts_no_more_unless_it_is_taken_back(store: SqlStore) -> None:
    wrong, right = add_hit(store, rule("a")), add_hit(store, rule("a"))
    store.review([right], Review.ACKNOWLEDGED, at(1))
    store.review([wrong], Review.DISMISSED, at(1))
    assert [facts.hit for facts in store.hits_between(["a"], at(0), at(0))] == [right]
    store.review([wrong], Review.OPEN, at(2))
    assert [facts.hit for facts in store.hits_between(["a"], at(0), at(0))] == [wrong, right]


def test_a_firing_is_stored_with_a_hit_on_the_newest_article_without_one(store: SqlStore) -> None:
    old, new = add_article(store), add_article(store)
    hits = (add_hit(store, rule("a"), on=old), add_hit(store, rule("b"), on=new))
    given = firing(hits, (new, old))

    (made,) = store.add_firings([given], {"spreading": SPREADING}, at(1))

    (candidate,) = [c for c in store.candidates(at(1), 10) if c.hit == made]
    assert (candidate.rule, candidate.level, candidate.notify) == (
        "spreading",
        Level.CRITICAL,
        ("duty",),
    )
    assert (candidate.at, candidate.event_at) == (at(1), at(-5))
    (item,) = store.items([made])
    assert (item.hit.article, item.hit.evidence) == (new, ())
    assert item.fired is not None
    assert item.fired.firing == given
    assert store.firings(["spreading"], at(-5)) == [given]
    assert store.firings(["spreading"], at(-4)) == []
    assert store.firings(["other"], at(-9)) == []


def test_the_same_evidence_fires_once(store: SqlStore) -> None:
    article, other = add_article(store), add_article(store)
    hits = (add_hit(store, rule("a"), on=article), add_hit(store, rule("b"), on=article))
    given = firing(hits, (article, other))
    rules = {"spreading": SPREADING}

    assert len(store.add_firings([given, given], rules, NOW)) == 1
    assert store.add_firings([replace(given, detail="again")], rules, NOW) == []
    assert len(store.add_firings([replace(given, group="lang=ru")], rules, NOW)) == 1
    assert len(store.firings(["spreading"], at(-5))) == 2


def test_further_firings_take_further_articles_and_then_share_the_first_ones_hit(
    store: SqlStore,
) -> None:
    first, second = add_article(store), add_article(store)
    a, b = add_hit(store, rule("a"), on=first), add_hit(store, rule("b"), on=second)
    rules = {"spreading": SPREADING}
    groups = [firing((a, b), (second, first), group=f"g{n}") for n in range(3)]

    made = store.add_firings(groups, rules, NOW)

    assert [item.hit.article for item in store.items(made)] == [second, first]
    fired = [item.fired for item in store.items(made)]
    assert [one and one.firing for one in fired] == [groups[2], groups[1]]


def test_a_firing_about_articles_that_are_gone_has_no_hit(store: SqlStore) -> None:
    gone = firing((1, 2), (998, 999))

    assert store.add_firings([gone], {"spreading": SPREADING}, NOW) == []
    assert store.firings(["spreading"], at(-5)) == [gone]


def test_what_was_counted_is_named_wherever_its_hit_is_shown(store: SqlStore) -> None:
    old = add_article(store, title="Old", url="http://x/1", source="tass", published=at(-20))
    new = add_article(store, title="New", path="/f/2.txt")
    hits = (add_hit(store, rule("a"), on=old), add_hit(store, rule("b"), on=new))
    (made,) = store.add_firings([firing(hits, (new, old))], {"spreading": SPREADING}, at(1))

    (item,) = store.items([made])

    assert item.fired is not None
    assert (item.fired.more, item.fired.counted) == (
        0,
        (
            Counted(
                hit=hits[0], rule="a", article=old, title="Old", source="tass", url="http://x/1",
                path=None, at=at(-20),
            ),
            Counted(
                hit=hits[1], rule="b", article=new, title="New", source="wire", url=None,
                path="/f/2.txt", at=at(0),
            ),
        ),
    )  # fmt: skip
    wanted = HitFilter(rules=("spreading", "a"))
    entries = {entry.hit.rule: entry.fired for entry in store.hits(wanted, 9)}
    assert entries == {"spreading": item.fired, "a": None}
    assert {entry.hit.rule: entry.fired for entry in store.all_hits(wanted)} == entries
    way = store.way(new)
    assert way is not None
    assert [one.fired for one in way.hits] == [None, item.fired]


def test_of_very_many_the_first_are_named_and_the_rest_counted(store: SqlStore) -> None:
    on = [add_article(store) for _ in range(COUNTED + 3)]
    hits = tuple(add_hit(store, rule("a"), on=one) for one in on)
    (made,) = store.add_firings([firing(hits, tuple(on))], {"spreading": SPREADING}, at(1))

    (item,) = store.items([made])

    assert item.fired is not None
    assert [one.hit for one in item.fired.counted] == list(hits[:COUNTED])
    assert item.fired.more == 3
