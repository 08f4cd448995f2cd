"""Stories while articles come in, and by hand: promises of `ports.Writing` and `Desk`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from monitor.model.article import Article
from monitor.model.decision import GroupPast, Outcome, Reason, StoryFacts
from monitor.model.hit import Review
from monitor.model.rule import Level
from monitor.model.story import Joined, StoryLink
from monitor.store import SqlStore, open_store
from monitor.stories.extraction import features
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW, MAX_CANDIDATES, ROWS_A_KEY, Known
from monitor.stories.record import Features
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

BODY = (
    "The alliance approved sending peacekeepers to Kazakhstan on Thursday after President Tokayev "
    "asked for help against protesters who had stormed the airport in Almaty, officials said. "
    "The troops will stay for a limited period to stabilise the situation in the country."
)


def text(title: str = "CSTO sends peacekeepers", body: str = BODY, site: str = "a") -> Article:
    return Article(title=title, body=body, source="wire", url=f"https://{site}.example/{title}")


def put(
    store: SqlStore,
    article: Article,
    *,
    link: StoryLink | None = None,
    when: datetime = NOW,
    rows: tuple[str, ...] | None = None,
) -> tuple[int, int]:
    """Store an article in a story, a new one unless linked; return its and the story's id."""
    found = features(article)
    with store.writing() as writing:
        id = writing.add_article(article, [], f"h{article.title}", now=when, late=False)
        story = writing.join_story(
            id,
            found,
            found.terms[:12] if rows is None else rows,
            link or StoryLink(story=None, joined=Joined.OPENED, score=0.0, detail="first"),
            at=when,
            title=article.title,
        )
    return id, story


def joining(story: int, **values: object) -> StoryLink:
    given = {"joined": Joined.SAME_EVENT, "score": 0.8, "detail": "shares: Tokayev", **values}
    return StoryLink(story=story, **given)  # type: ignore[arg-type] # a test names real fields


def candidates(
    store: SqlStore, of: Features, when: datetime = NOW, keys: tuple[str, ...] | None = None
) -> list[Known]:
    with store.writing() as writing:
        return list(writing.story_candidates(of, of.terms[:12] if keys is None else keys, when))


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
    assert (newest.detail, newest.most_like, newest.text) == ("shares: Tokayev", first, second)


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


# --- by hand


def members(store: SqlStore, story: int | None) -> set[int]:
    entry = store.story(story or 0)
    return set() if entry is None else {member.article for member in entry.articles}


def founders(store: SqlStore, story: int) -> set[int]:
    found = candidates(store, features(text()))
    return {known.article for known in found if known.story == story and known.founder}


def test_a_story_put_together_keeps_the_beginnings_of_all_its_parts(
    store: SqlStore, database_url: str
) -> None:
    """Over restarts, chains of merges, and a split of some of it afterwards."""
    a, first = put(store, text("One"))
    put(store, text("Two"), link=joining(first))
    b, second = put(store, text("Far", "Something else entirely."), when=at(-60 * 24 * 300))
    member, _ = put(store, text("Three"), link=joining(second))
    c, third = put(store, text("Four"), when=at(5))
    store.merge_stories(first, [second], NOW)
    store.merge_stories(third, [first], NOW)
    again = open_store(database_url)
    assert founders(again, third) == {a, b, c}
    again.close()

    new = store.split_story([member, b], NOW).story
    assert founders(store, third) == {a, c}
    assert founders(store, new or 0) == {b}
    other = store.split_story([a, c], NOW).story
    assert founders(store, other or 0) == {a, c}
    assert len(founders(store, third)) == 1


def test_of_a_great_many_beginnings_the_newest_are_kept(store: SqlStore) -> None:
    made = [put(store, text(f"T{n}"), when=at(n)) for n in range(70)]
    (_, first), *others = made
    store.merge_stories(first, [story for _, story in others], NOW)

    assert founders(store, first) == {article for article, _ in made[-64:]}


def test_a_split_moves_articles_to_a_new_story_for_good(store: SqlStore) -> None:
    first, story = put(store, text())
    wrong, _ = put(store, text("Other event", site="b"), link=joining(story), when=at(5))
    copy, _ = put(
        store,
        text("Copy", site="c"),
        link=joining(story, text=wrong, keep_rows=False),
        when=at(6),
        rows=(),
    )

    parting = store.split_story([wrong, copy, 999], at(10))

    assert (parting.articles, parting.copies) == ((wrong, copy), ())
    new = parting.story
    assert new not in {None, story}
    old_entry, new_entry = store.story(story), store.story(new or 0)
    assert old_entry is not None
    assert new_entry is not None
    assert [m.article for m in old_entry.articles] == [first]
    assert [m.article for m in new_entry.articles] == [copy, wrong]
    assert (old_entry.story.articles, old_entry.story.publishers) == (1, 1)
    assert (old_entry.story.opened, old_entry.story.last) == (NOW, NOW)
    assert (new_entry.story.articles, new_entry.story.publishers) == (2, 1)
    assert (new_entry.story.title, new_entry.story.opened) == ("Other event", at(5))
    assert new_entry.articles[0].joined is Joined.BY_HAND
    assert "by hand at 2026-03-01 12:10" in new_entry.articles[0].detail
    found = {k.article: k for k in candidates(store, features(text("Copy")))}
    assert found[copy].apart == found[wrong].apart == {story}
    assert found[wrong].founder
    assert found[first].founder
    assert not found[copy].founder


def copies(store: SqlStore, of: Article, first: int, story: int, number: int) -> list[int]:
    """Store copies of an article as detection does: without rows of their own."""
    link = joining(story, joined=Joined.COPY, text=first, keep_rows=False)
    return [
        put(store, replace(of, url=f"https://copy{n}.example/"), link=link, when=at(n))[0]
        for n in range(number)
    ]


def test_the_copies_of_a_text_go_along_with_one_that_is_parted(store: SqlStore) -> None:
    """And stay apart with it; those that are in another story meanwhile stay there."""
    first, story = put(store, text())
    agency = text("Airport stormed", "An armed crowd seized the airport of Almaty on Wednesday.")
    original, _ = put(store, agency, link=joining(story))
    one, two, elsewhere = copies(store, agency, original, story, 3)
    store.split_story([elsewhere], NOW, alone=True)

    parting = store.split_story([one], at(10))

    assert (parting.articles, parting.copies, parting.staying) == ((one,), (original, two), ())
    assert members(store, parting.story) == {original, one, two}
    assert members(store, story) == {first}
    found = {known.article: known for known in candidates(store, features(agency))}
    assert found[original].apart == found[one].apart == {story}


def test_copies_stay_where_only_the_named_articles_are_to_go(store: SqlStore) -> None:
    first, story = put(store, text())
    one, two = copies(store, text(), first, story, 2)

    parting = store.split_story([one], at(10), alone=True)

    assert (parting.articles, parting.copies, parting.staying) == ((one,), (), (first, two))
    assert (members(store, parting.story), members(store, story)) == ({one}, {first, two})


def test_of_the_text_that_a_story_began_with_the_nearer_copies_go_along(store: SqlStore) -> None:
    """Two issues of one form that were taken for copies of each other can be told apart."""
    monday = text("Forecast", BODY)
    tuesday = text("Forecast", BODY.replace("Thursday", "Friday").replace("protesters", "crowds"))
    first, story = put(store, monday)
    same, *_ = copies(store, monday, first, story, 1)
    later, again = copies(store, tuesday, first, story, 2)

    parting = store.split_story([later], at(10))

    assert (parting.copies, parting.staying) == ((again,), (first, same))


def test_a_beginning_goes_along_with_a_copy_of_itself(store: SqlStore) -> None:
    first, story = put(store, text())
    other, _ = put(store, text("Other words", "Troops of six states land."), link=joining(story))
    (copy,) = copies(store, text(), first, story, 1)

    parting = store.split_story([copy], at(10))

    assert parting.copies == (first,)
    assert members(store, story) == {other}
    entry = store.story(parting.story or 0)
    assert entry is not None
    assert entry.story.title == text().title


def test_a_story_does_not_keep_the_title_of_what_was_parted_from_it(store: SqlStore) -> None:
    first, story = put(store, text("One"))
    put(store, text("Two", "Troops of six states land."), link=joining(story))
    _, second = put(store, text("Three", "Quite another matter."), when=at(-5))
    last, third = put(store, text("Four", "The weather stays fine."), when=at(5))
    store.merge_stories(story, [second, third], NOW)

    for parted, title in ((last, "One"), (first, "Three")):
        store.split_story([parted], NOW, alone=True)
        entry = store.story(story)
        assert entry is not None
        assert entry.story.title == title


def test_a_split_that_would_part_nothing_changes_nothing(store: SqlStore) -> None:
    first, story = put(store, text())
    (copy,) = copies(store, text(), first, story, 1)
    alone, other = put(store, text("Alone", "Quite another matter: the weather stays fine."))

    parting = store.split_story([copy], at(1))
    assert (parting.story, parting.copies, parting.emptied) == (None, (first,), (story,))
    assert store.split_story([first, copy], at(1)).emptied == (story,)
    parting = store.split_story([alone, first, copy], at(1))
    assert (parting.story, parting.emptied) == (None, (story, other))
    assert (members(store, story), members(store, other)) == ({first, copy}, {alone})
    put(store, text("Wrong", "Troops of six states land."), link=joining(other))
    parting = store.split_story([alone, copy], at(1))  # its copy, gone along, would empty the story
    assert (parting.story, parting.copies, parting.emptied) == (None, (first,), (story,))
    for nothing in ([999], [], [2**70]):
        parting = store.split_story(nothing, at(2))
        assert (parting.story, parting.articles, parting.emptied) == (None, (), ())


def test_a_split_leaves_no_empty_story(store: SqlStore) -> None:
    first, story = put(store, text())
    wrong, _ = put(store, text("Wrong", "Troops of six states land."), link=joining(story))
    alone, other = put(store, text("Alone", "Quite another matter: the weather stays fine."))

    parting = store.split_story([wrong, alone], at(1))

    assert members(store, parting.story) == {wrong, alone}
    assert members(store, story) == {first}
    assert store.story(other) is None


def test_a_merge_makes_one_story_of_several(store: SqlStore) -> None:
    a, first = put(store, text("One", site="a"))
    b, second = put(store, text("Two", site="b"), when=at(-5))
    c, third = put(store, text("Three", site="c"), when=at(5))
    put(store, text("Five"), link=joining(third))
    store.split_story([c], at(6))

    assert store.merge_stories(first, [second, first], at(10))

    entry = store.story(first)
    assert entry is not None
    assert {m.article for m in entry.articles} == {a, b}
    assert (entry.story.articles, entry.story.publishers) == (2, 2)
    assert (entry.story.opened, entry.story.last) == (at(-5), NOW)
    assert store.story(second) is None
    assert founders(store, first) == {a, b}


def test_a_merge_with_a_story_that_does_not_exist_changes_nothing(store: SqlStore) -> None:
    _, first = put(store, text())
    _, second = put(store, text("Two"))

    assert not store.merge_stories(first, [second, 999], NOW)
    assert not store.merge_stories(999, [second], NOW)
    assert not store.merge_stories(first, [2**70], NOW)
    assert store.story(second) is not None


def test_what_was_parted_stays_parted_from_the_merged_story(store: SqlStore) -> None:
    _, story = put(store, text())
    parted, _ = put(store, text("Two"), link=joining(story))
    store.split_story([parted], NOW)
    _, other = put(store, text("Three"))

    store.merge_stories(other, [story], NOW)

    found = {k.article: k for k in candidates(store, features(text()))}
    assert found[parted].apart == {other}


def test_merging_what_was_parted_takes_it_back(store: SqlStore) -> None:
    first, story = put(store, text())
    parted, _ = put(store, text("Two"), link=joining(story))
    new = store.split_story([parted], NOW).story

    assert store.merge_stories(story, [new or 0], NOW)

    found = {k.article: k for k in candidates(store, features(text()))}
    assert (found[parted].story, found[parted].apart) == (story, frozenset())
    assert found[first].apart == frozenset()


def test_a_merged_story_is_acknowledged_only_if_all_were(store: SqlStore) -> None:
    stories = [put(store, text(f"T{n}")) for n in range(3)]
    hits = [add_hit(store, on=article) for article, _ in stories]
    store.review(hits[:2], Review.ACKNOWLEDGED, NOW)
    (_, a), (_, b), (_, c) = stories

    store.merge_stories(a, [b], NOW)
    entry = store.story(a)
    assert entry is not None
    assert entry.story.acknowledged

    store.merge_stories(a, [c], NOW)
    entry = store.story(a)
    assert entry is not None
    assert not entry.story.acknowledged


def tell_of(store: SqlStore, article: int, story: int, of: str, level: Level) -> str:
    hit = add_hit(store, rule(of, level=level), on=article)
    group = f"story:{story}"
    (made,) = store.commit_plan(plan(new_alert(hit, group=group), told(hit, group=group)), NOW)
    return made


def pasts(store: SqlStore, article: int) -> dict[tuple[str, str], GroupPast]:
    add_hit(store, rule(f"probe{article}"), on=article)
    return dict(store.history(store.candidates(NOW, 10), {}, NOW).groups)


def test_what_was_told_of_merged_stories_was_told_of_the_one(store: SqlStore) -> None:
    a, first = put(store, text("One"))
    b, second = put(store, text("Two"))
    tell_of(store, a, first, "low", Level.LOW)
    newest = tell_of(store, b, second, "high", Level.HIGH)

    store.merge_stories(first, [second], NOW)

    assert pasts(store, b) == {
        ("desk", f"story:{first}"): GroupPast(
            first_alert=newest,
            last_at=NOW,
            rules=frozenset({"low", "high"}),
            level=Level.HIGH,
        )
    }


def test_what_was_told_of_a_parted_article_was_told_of_its_new_story(store: SqlStore) -> None:
    a, story = put(store, text("One"))
    b, _ = put(store, text("Two"), link=joining(story))
    kept = tell_of(store, a, story, "low", Level.LOW)
    moved = tell_of(store, b, story, "high", Level.HIGH)

    new = store.split_story([b], NOW).story

    of_new = pasts(store, b)["desk", f"story:{new}"]
    assert (of_new.first_alert, of_new.rules, of_new.level) == (moved, {"high"}, Level.HIGH)
    of_old = pasts(store, a)["desk", f"story:{story}"]
    assert (of_old.first_alert, of_old.rules, of_old.level) == (kept, {"low"}, Level.LOW)


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
