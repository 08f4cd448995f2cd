"""What another version stored of articles is worked out anew: promises of `Desk.renew`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from monitor.model.article import Article
from monitor.model.listing import Renewed
from monitor.model.story import Joined, StoryLink
from monitor.store import SqlStore, open_store
from monitor.stories.extraction import features
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW, keys, link, needed_terms
from tests.conformance.aging import contents, make_former
from tests.conformance.making import NOW, at
from tests.conformance.telling import candidates, put, text

DAY = timedelta(days=1)


@pytest.fixture
def other(database_url: str):
    """The same database, opened anew: what was read before is not in memory."""
    opened = []

    def open_it() -> SqlStore:
        opened.append(open_store(database_url))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def joined(store: SqlStore, article: Article, when: datetime) -> StoryLink:
    """Which story an article would join that comes in now."""
    found = features(article)
    with store.writing() as writing:
        rarity = writing.rarity(found.terms)
        known = writing.story_candidates(found, keys(found, rarity), when)
        return link(found, when, known, writing.rarity(needed_terms(found, known)))


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(sql(statement))
    engine.dispose()


def test_a_copy_of_an_article_of_another_version_joins_its_story(
    store: SqlStore, database_url: str, other
) -> None:
    _, story = put(store, text(), when=NOW - 20 * DAY)
    make_former(database_url)
    assert joined(other(), text(site="b"), NOW).story is None

    assert store.stale(NOW) == 1
    assert store.renew(NOW) == Renewed(articles=1, without_text=0, whole=True)

    assert store.stale(NOW) == 0
    again = joined(store, text(site="b"), NOW)
    assert (again.story, again.joined) == (story, Joined.COPY)


def test_what_was_read_in_vain_before_is_read_anew(store: SqlStore, database_url: str) -> None:
    _, story = put(store, text())
    make_former(database_url)
    store = open_store(database_url)
    assert joined(store, text(site="b"), NOW).story is None

    store.renew(NOW)

    assert joined(store, text(site="b"), NOW).story == story
    store.close()


def test_all_is_as_if_this_version_had_stored_it(store: SqlStore, database_url: str) -> None:
    """Also what finds the articles, and how often their terms are counted."""
    of = features(text())
    _, story = put(store, text())
    put(store, text("Almaty airport reopens", "Flights resumed in Almaty on Friday."))
    copy = StoryLink(story=story, joined=Joined.COPY, score=1, detail="", keep_rows=False)
    put(store, text(site="b"), link=copy)
    old = NOW - EVENT_WINDOW - 2 * DAY
    put(store, text("Quakes", "The ground shook near Osh."), when=old)
    make_former(database_url)
    store.renew(NOW)  # keys are chosen by the counts of now
    before = contents(database_url)
    make_former(database_url, term=of.terms[0], was="spelled otherwise")
    assert contents(database_url) != before

    assert store.renew(NOW).articles == 4

    assert contents(database_url) == before


def test_it_may_be_done_twice_and_says_when_there_is_nothing_to_do(
    store: SqlStore, database_url: str, other
) -> None:
    assert store.has_renewed()
    put(store, text())
    make_former(database_url)
    assert not store.has_renewed()

    store.renew(NOW)
    done = contents(database_url)

    assert store.has_renewed()
    assert other().has_renewed()
    assert store.renew(NOW) == Renewed(articles=0, without_text=0, whole=True)
    assert contents(database_url) == done


def test_a_version_of_before_that_worked_since_then_is_noticed(
    store: SqlStore, database_url: str
) -> None:
    put(store, text())
    store.renew(NOW)
    id, _ = put(store, text("Almaty airport reopens"))
    assert store.has_renewed()
    make_former(database_url, id)
    assert not store.has_renewed()


def test_when_it_is_stopped_what_is_done_is_done_and_the_rest_is_done_later(
    store: SqlStore, database_url: str
) -> None:
    for number in range(150):
        put(store, text(f"Title {number}", f"Report number {number} of a long series of them."))
    make_former(database_url)
    heard: list[int] = []

    first = store.renew(NOW, progress=heard.append, stopping=lambda: bool(heard))

    assert first == Renewed(articles=100, without_text=0, whole=False)
    assert heard == [100]
    assert (store.stale(NOW), store.has_renewed()) == (50, False)
    assert store.renew(NOW, progress=heard.append) == Renewed(
        articles=50, without_text=0, whole=True
    )
    assert heard == [100, 50]


def test_articles_that_nothing_is_compared_with_any_more_are_left(
    store: SqlStore, database_url: str
) -> None:
    put(store, text("Of old"), when=NOW - COPY_WINDOW - 3 * DAY)
    make_former(database_url)
    assert store.stale(NOW) == 0
    assert store.renew(NOW) == Renewed(articles=0, without_text=0, whole=True)


def test_the_first_article_of_a_story_is_compared_with_however_old(
    store: SqlStore, database_url: str
) -> None:
    """Else a story that began too long ago would take copies for good."""
    old, story = put(store, text(), when=NOW - COPY_WINDOW - 3 * DAY)
    link_to = StoryLink(story=story, joined=Joined.COPY, score=1, detail="", text=old)
    put(store, text(site="b"), link=link_to, when=NOW - 10 * DAY)
    make_former(database_url)

    assert store.renew(NOW).articles == 2

    assert joined(store, text(site="c"), NOW).detail.endswith("its story began too long ago")


def test_an_article_without_text_is_left_and_told_of(store: SqlStore, database_url: str) -> None:
    id, _ = put(store, text())
    put(store, text("Another", "With text of its own that is still stored."))
    make_former(database_url)
    execute(database_url, f"UPDATE articles SET body = '', pruned = true WHERE id = {id}")

    assert store.renew(NOW) == Renewed(articles=1, without_text=1, whole=True)
    assert store.has_renewed()
    assert [known.article for known in candidates(store, features(text()))] == []


def test_an_article_that_was_edited_is_compared_as_it_came_in(
    store: SqlStore, database_url: str
) -> None:
    id, story = put(store, text())
    with store.writing() as writing:
        writing.add_revision(id, text("Quite", "Other words."), [], "h2", now=at(5))
    make_former(database_url)

    store.renew(at(10))

    assert joined(store, text(site="b"), at(10)).story == story


def test_counts_stay_where_the_former_terms_cannot_be_read(
    store: SqlStore, database_url: str
) -> None:
    put(store, text())
    before = contents(database_url)
    execute(database_url, "UPDATE story_members SET features = CAST('?' AS BLOB)"
            if "sqlite" in database_url else "UPDATE story_members SET features = '?'")  # fmt: skip

    assert store.renew(NOW).articles == 1

    after = contents(database_url)
    assert after["term_counts"] == before["term_counts"]
    assert after["story_members"] == before["story_members"]


def test_a_term_that_no_first_article_has_any_more_is_not_counted(
    store: SqlStore, database_url: str
) -> None:
    put(store, text())
    term = features(text()).terms[0]
    make_former(database_url, term=term, was="otherwise")
    execute(database_url, "UPDATE term_counts SET count = 0 WHERE term = 'otherwise'")
    store = open_store(database_url)
    with store.writing() as writing:
        assert writing.rarity([term]).counts == {term: 0}

    store.renew(NOW)

    with store.writing() as writing:
        assert writing.rarity([term]).counts == {term: 1}
    store.close()
    counted = dict(contents(database_url)["term_counts"])
    assert "otherwise" not in counted
    assert counted[term] == 1
