"""Stories while articles come in: promises of `ports.Writing` and `Desk`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from monitor.model.decision import Outcome, Reason, StoryFacts
from monitor.model.hit import Review
from monitor.model.listing import MostLike
from monitor.model.story import Joined, StoryLink
from monitor.store import SqlStore, open_store
from monitor.stories.extraction import features
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW, MAX_CANDIDATES, ROWS_A_KEY, Known
from tests.conformance.making import (
    NOW,
    add_hit,
    alert,
    at,
    hold,
    new_alert,
    plan,
    rule,
    told,
)
from tests.conformance.telling import candidates, joining, pasts, put, text

# --- finding


def test_an_empty_store_has_no_candidates_and_counts_nothing(store: SqlStore) -> None:
    found = features(text())
    assert candidates(store, found) == []
    with store.writing() as writing:
        rarity = writing.rarity(found.terms)
    assert rarity.documents == 0
    assert set(rarity.counts.values()) == {0}
    assert set(rarity.counts) == set(found.terms)


def test_terms_are_counted_once_an_article_and_kept_over_restarts(
    store: SqlStore, database_url: str
) -> None:
    one, two = text(), text("Almaty airport reopens", "Flights resumed in Almaty on Friday.")
    put(store, one)
    put(store, two)
    put(
        store,
        text("Copy"),
        link=StoryLink(story=None, joined=Joined.COPY, score=1, detail="", keep_rows=False),
    )
    (shared, *_) = set(features(one).terms) & set(features(two).terms)
    alone = next(term for term in features(two).terms if term not in features(one).terms)

    for opened in (store, open_store(database_url)):
        with opened.writing() as writing:
            rarity = writing.rarity([shared, alone, "unheard"])
        assert rarity.documents == 2
        assert rarity.counts == {shared: 2, alone: 1, "unheard": 0}
    opened.close()


def test_terms_count_at_once_for_the_next_article(store: SqlStore) -> None:
    found = features(text())
    with store.writing() as writing:
        writing.rarity(found.terms)
    put(store, text())

    with store.writing() as writing:
        rarity = writing.rarity(found.terms)
    assert rarity.documents == 1
    assert set(rarity.counts.values()) == {1}


def test_counts_of_a_transaction_that_failed_are_forgotten(store: SqlStore) -> None:
    found = features(text())

    def fail() -> None:
        with store.writing() as writing:
            writing.rarity(found.terms)
            id = writing.add_article(text(), [], "h", now=NOW, late=False)
            link = StoryLink(story=None, joined=Joined.OPENED, score=0, detail="")
            writing.join_story(id, found, (), link, at=NOW, title="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with store.writing() as writing:
        assert writing.rarity(found.terms).documents == 0


def test_a_candidate_comes_back_as_it_was_kept(store: SqlStore) -> None:
    article, story = put(store, text())
    copy, _ = put(store, text("Copy", site="b"), link=joining(story, text=article), when=at(5))
    of = features(text())

    found = {known.article: known for known in candidates(store, of)}

    assert found == {
        article: Known(
            article=article, story=story, at=NOW, features=of, text=article, founder=True
        ),
        copy: Known(
            article=copy,
            story=story,
            at=at(5),
            features=features(text("Copy", site="b")),
            text=article,
        ),
    }


def test_copies_are_found_by_bands_and_others_by_terms(store: SqlStore) -> None:
    article, _ = put(store, text(), rows=("tokayev",))
    of = features(text())
    other = features(text("Else", "Quite another matter: the weather stays fine in Vienna."))

    assert [known.article for known in candidates(store, of, keys=())] == [article]
    assert [known.article for known in candidates(store, other, keys=("tokayev",))] == [article]
    assert candidates(store, other, keys=("peacekeep",)) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_candidates_lie_within_the_window_of_what_finds_them(store: SqlStore, sign: int) -> None:
    put(store, text(), rows=("tokayev",))
    of = features(text())
    other = features(text("Else", "Quite another matter: the weather stays fine in Vienna."))
    second = timedelta(seconds=1)

    for window, who, keys in ((COPY_WINDOW, of, ()), (EVENT_WINDOW, other, ("tokayev",))):
        assert len(candidates(store, who, NOW + sign * window, keys)) == 1
        assert candidates(store, who, NOW + sign * (window + second), keys) == []


def test_the_newest_rows_of_a_key_are_read_and_no_more(store: SqlStore) -> None:
    made = [
        put(store, text(f"T{n}", f"Text number {n} about nothing."), when=at(n), rows=("tokayev",))
        for n in range(ROWS_A_KEY + 3)
    ]
    other = features(text("Else", "Quite another matter: the weather stays fine in Vienna."))

    found = candidates(store, other, at(30), ("tokayev",))

    assert {known.article for known in found} == {article for article, _ in made[3:]}


def test_most_shared_rows_come_first_where_candidates_are_too_many(store: SqlStore) -> None:
    keys = tuple(f"key{n}" for n in range(12))
    bodies = [f"Text number {n} about nothing at all." for n in range(MAX_CANDIDATES + 12)]
    made = [
        put(
            store, text(f"T{n}", body), when=at(n), rows=(keys[n % 12], "key0", "key1")[: 1 + n % 3]
        )
        for n, body in enumerate(bodies)
    ]
    other = features(text("Else", "Quite another matter: the weather stays fine in Vienna."))

    found = candidates(store, other, at(90), keys)

    assert len(found) <= MAX_CANDIDATES
    newest_sharing_two = [article for n, (article, _) in enumerate(made) if n % 3 == 2][-1]
    assert newest_sharing_two in {known.article for known in found}


def test_the_founders_of_candidates_stories_are_found_however_old(store: SqlStore) -> None:
    founder, story = put(store, text("Founder", "Something else entirely, long ago."))
    member, _ = put(store, text(), link=joining(story), when=at(60 * 24 * 300))
    of = features(text())

    found = candidates(store, of, at(60 * 24 * 300))

    assert {known.article: known.founder for known in found} == {member: False, founder: True}


def test_features_of_another_version_are_passed_over(store: SqlStore, database_url: str) -> None:
    first, story = put(store, text())
    link = joining(story, joined=Joined.COPY, text=first)
    copy, other = (put(store, text(site=site), link=link)[0] for site in "bc")
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sql("UPDATE story_members SET features = :b"), {"b": b"\xff\x00"})
    engine.dispose()

    assert candidates(store, features(text())) == []
    parting = store.split_story([copy], NOW)
    assert (parting.articles, parting.staying) == ((copy,), (first, other))


def test_an_article_too_short_for_copies_is_found_by_its_terms(store: SqlStore) -> None:
    short = text("Tokayev resigns", "")
    assert features(short).bands == ()
    article, _ = put(store, short)

    assert [known.article for known in candidates(store, features(short))] == [article]


def test_more_terms_than_are_held_in_memory_are_counted_too(store: SqlStore) -> None:
    put(store, text())
    many = [f"term{n}" for n in range(100_001)]
    with store.writing() as writing:
        first, second = writing.rarity(many), writing.rarity(features(text()).terms)

    assert len(first.counts) == 100_001
    assert set(second.counts.values()) == {1}


# --- joining


def test_an_article_opens_a_story_with_its_title(store: SqlStore) -> None:
    article, story = put(store, text())

    entry = store.story(story)
    assert entry is not None
    assert (entry.story.title, entry.story.opened, entry.story.last) == (
        "CSTO sends peacekeepers",
        NOW,
        NOW,
    )
    assert (entry.story.articles, entry.story.publishers) == (1, 1)
    assert not entry.story.acknowledged
    (member,) = entry.articles
    assert (member.article, member.joined, member.detail) == (article, Joined.OPENED, "first")
    stored = store.article(article)
    assert stored is not None
    assert stored.story == story


@pytest.mark.parametrize("together", [1, 5, 200])
def test_the_numbers_that_people_type_do_not_jump(store: SqlStore, together: int) -> None:
    """Of articles and stories; what a transaction takes and does not use is less than it used."""
    with store.writing() as writing:
        for n in range(together):
            article = text(f"T{n}")
            id = writing.add_article(article, [], "h", now=NOW, late=False)
            opens = StoryLink(story=None, joined=Joined.OPENED, score=0.0, detail="first")
            story = writing.join_story(id, features(article), (), opens, at=NOW, title="T")
            assert (id, story) == (n + 1, n + 1)
    for number in put(store, text("Next")):
        assert together < number <= 2 * together


def test_a_story_grows_and_knows_why(store: SqlStore) -> None:
    first, story = put(store, text())
    second, same = put(
        store, text("Two", site="b"), link=joining(story, article=first), when=at(60)
    )
    put(store, text("Three", site="c"), link=joining(story), when=at(-60))

    entry = store.story(story)
    assert entry is not None
    assert same == story
    assert (entry.story.articles, entry.story.publishers) == (3, 3)
    assert (entry.story.opened, entry.story.last) == (at(-60), at(60))
    newest = entry.articles[0]
    assert (newest.article, newest.joined, newest.score) == (second, Joined.SAME_EVENT, 0.8)
    like = MostLike(article=first, title="CSTO sends peacekeepers", story=story)
    assert (newest.detail, newest.most_like, newest.text) == ("shares: Tokayev", like, second)


def test_copies_of_one_text_are_one_publisher(store: SqlStore) -> None:
    first, story = put(store, text())
    for site in ("b", "c", "d"):
        put(store, text(site=site), link=joining(story, joined=Joined.COPY, text=first))

    entry = store.story(story)
    assert entry is not None
    assert (entry.story.articles, entry.story.publishers) == (4, 1)


def test_a_link_to_a_story_that_is_gone_opens_a_new_one(store: SqlStore) -> None:
    _, story = put(store, text(), link=joining(12345))

    entry = store.story(story)
    assert story != 12345
    assert entry is not None
    assert entry.story.articles == 1


def test_a_story_of_thousands_is_joined_like_any_other(store: SqlStore) -> None:
    _, story = put(store, text())
    with store.writing() as writing:
        for n in range(600):
            article = text(site=f"s{n}")
            id = writing.add_article(article, [], "h", now=NOW, late=False)
            link = joining(story, keep_rows=False)
            writing.join_story(id, features(article), (), link, at=NOW, title="")

    entry = store.story(story, shown=3)
    assert entry is not None
    assert entry.story.articles == 601
    assert entry.story.publishers >= 500
    assert len(entry.articles) == 3


# --- what the policy learns


def test_a_hit_knows_its_story_and_the_policy_its_publishers(store: SqlStore) -> None:
    article, story = put(store, text())
    put(store, text("Two", site="b"), link=joining(story))
    add_hit(store, on=article)

    (candidate,) = store.candidates(NOW, 10)
    assert candidate.story == story
    assert store.history([candidate], {}, NOW).stories == {story: StoryFacts(2, False)}
    assert [facts.story for facts in store.hits_between(["csto"], at(-9), at(9))] == [story]


@pytest.mark.parametrize(
    ("reason", "up"),
    [(Reason.WAIT_CONFIRM, True), (Reason.WAIT_REPEAT, True), (Reason.WAIT_DIGEST, False)],
)
def test_a_new_article_brings_up_what_waits_for_its_story(
    store: SqlStore, reason: Reason, up: bool
) -> None:
    article, story = put(store, text())
    hit = add_hit(store, on=article)
    store.candidates(NOW, 10)
    store.commit_plan(plan(hold(hit, at(600), reason=reason)), NOW)
    assert store.candidates(at(1), 10) == []

    put(store, text("Two"), link=joining(story))

    assert [c.hit for c in store.candidates(at(2), 10)] == ([hit] if up else [])
    if up:
        store.commit_plan(plan(hold(hit, at(600), reason=reason)), at(2))
        assert store.candidates(at(3), 10) == []


def test_an_article_that_joins_between_reading_and_committing_is_not_missed(
    store: SqlStore,
) -> None:
    article, story = put(store, text())
    hit = add_hit(store, on=article)
    store.candidates(NOW, 10)
    put(store, text("Two"), link=joining(story))

    store.commit_plan(plan(hold(hit, at(600), reason=Reason.WAIT_CONFIRM)), NOW)

    assert [c.hit for c in store.candidates(at(1), 10)] == [hit]


def test_acknowledging_a_hit_acknowledges_its_story(store: SqlStore) -> None:
    article, story = put(store, text())
    other, _ = put(store, text("Two"))
    hit, unrelated = add_hit(store, on=article), add_hit(store, on=other)
    store.candidates(NOW, 10)
    waits = hold(hit, at(600), reason=Reason.WAIT_REPEAT)
    store.commit_plan(plan(waits, hold(unrelated, at(600), reason=Reason.WAIT_REPEAT)), NOW)

    assert store.review([hit, 999, 0, 2**70], Review.ACKNOWLEDGED, at(1)) == [hit]

    (candidate,) = store.candidates(at(2), 10)
    assert candidate.hit == hit
    assert store.history([candidate], {}, NOW).stories[story].acknowledged
    store.commit_plan(plan(waits), at(3))
    store.review([hit], Review.ACKNOWLEDGED, at(4))  # nothing new: nothing to decide
    assert store.candidates(at(5), 10) == []


# --- lists and alerts


def test_stories_are_listed_latest_news_first_page_by_page(store: SqlStore) -> None:
    made = [put(store, text(f"T{n}"), when=at(n)) for n in range(4)]
    put(store, text("More"), link=joining(made[0][1]), when=at(10))
    ids = [story for _, story in made]

    first = store.stories(2)
    assert [entry.story.id for entry in first] == [ids[0], ids[3]]
    last = first[-1].story
    rest = store.stories(9, before=(last.last, last.id))
    assert [entry.story.id for entry in rest] == [ids[2], ids[1]]
    assert [e.story.id for e in store.stories(9, since=at(3))] == [ids[0], ids[3]]
    assert [len(e.articles) for e in store.stories(1, shown=1)] == [1]


def test_a_story_shows_the_rules_that_its_articles_hit(store: SqlStore) -> None:
    a, story = put(store, text("One"))
    b, _ = put(store, text("Two"), link=joining(story))
    put(store, text("Three"))
    for of, on in (("x", a), ("x", b), ("y", b)):
        add_hit(store, rule(of), on=on)

    (entry,) = store.stories(9, rule="y")
    assert entry.story.id == story
    assert entry.rules == {"x": 2, "y": 1}
    assert store.stories(9, rule="z") == []
    assert store.story(999) is None
    assert store.story(2**70) is None


def test_an_alert_shows_the_newest_other_articles_of_its_story(store: SqlStore) -> None:
    first, story = put(store, text("One"))
    others = [
        put(store, text(f"T{n}", site=f"s{n}"), link=joining(story), when=at(n))[0]
        for n in range(1, 8)
    ]
    hit = add_hit(store, on=first)

    (item,) = store.content(alert("a", hits=(hit,))).items

    assert [other.id for other in item.others] == others[:1:-1]
    assert (item.story_size, item.publishers, item.story_title) == (8, 8, "One")
    newest = add_hit(store, rule("b"), on=others[-1])
    (item,) = store.items([newest])
    assert [other.id for other in item.others] == others[-2:0:-1]


def test_a_digest_tells_a_group_too(store: SqlStore) -> None:
    article, story = put(store, text())
    hit = add_hit(store, on=article)
    group = f"story:{story}"
    digest = told(hit, outcome=Outcome.DIGEST, group=group)
    store.commit_plan(plan(new_alert(hit), digest), NOW)

    assert ("desk", group) in pasts(store, article)


def test_a_publishers_carriers_are_the_sources_that_gave_its_articles(store: SqlStore) -> None:
    put(store, text(site="a"))
    put(store, replace(text("Other", site="a"), source="aggregator"))
    put(store, replace(text("Third", site="b"), source="blog"))
    publisher = features(text(site="a")).publisher
    assert store.carriers(publisher) == {"wire", "aggregator"}
    assert store.carriers("nobody.example") == frozenset()
