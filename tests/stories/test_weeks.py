"""Many articles one after another: weeks of news, floods of one text, texts that drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.article import Article
from monitor.model.story import Joined
from tests.stories.archive import Archive, Told, merged_pairs, week

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BLAST = (
    "An explosion tore through the Severnaya coal mine in Shebol, killing 17 miners and trapping "
    "eight others 600 metres underground, the emergencies ministry said."
)


def article(title, body="", url="https://paper.example/1", lang="en", **more):
    return Article(title=title, body=body, url=url, lang=lang, **more)


def test_the_same_article_a_thousand_times_is_one_story_with_rows_of_one():
    archive = Archive()
    for number in range(1_000):
        archive.add(
            article("Explosion kills 17", BLAST, f"https://p{number}.example/", published=NOON)
        )
    assert {one.story for one in archive.known.values()} == {1}
    assert {one.text for one in archive.known.values()} == {1}
    assert sum(map(len, archive.bands.values())) == 16
    assert archive.documents == 1


def test_articles_without_dates_in_two_scripts_make_no_story_of_everything():
    archive = Archive()
    topics = ["wheat пшеница", "airport аэропорт", "rate ставка", "ferry паром", "fire пожар"]
    for number in range(100):
        topic = topics[number % 5]
        words = " ".join(f"{topic}{number % 5} слово{number}{place}" for place in range(30))
        archive.add(article(f"Новости News {topic}", words, lang=None))
    sizes = [
        sum(1 for one in archive.known.values() if one.story == story)
        for story in {one.story for one in archive.known.values()}
    ]
    assert max(sizes) <= 20


def test_a_text_that_changes_a_little_each_time_ends_its_story():
    """Every text is a copy of the one before; the last has nothing of the first."""
    archive = Archive()
    words = [f"word{number}" for number in range(400)]
    for step in range(60):
        words[step * 6 : step * 6 + 6] = [f"new{step}x{place}" for place in range(6)]
        archive.add(
            article("Live: all the news", " ".join(words), published=NOON + step * 24 * HOUR)
        )
    assert archive.known[1].story == archive.known[20].story
    assert archive.known[60].story != archive.known[1].story


@pytest.mark.parametrize("documents", [0, 1_000_000])
def test_a_week_that_nothing_was_tuned_on_has_no_false_merge_either(documents):
    archive, told = Archive(documents=documents), week("held_out_week")
    ids = [archive.add(one.article) for one in told]
    merged = [(one, two) for one, two, same in merged_pairs(archive, told, ids) if same]
    assert [(one.name, two.name) for one, two in merged if one.story != two.story] == []
    assert len(merged) >= 9  # of 12


@pytest.mark.parametrize("documents", [0, 1_000_000])
def test_the_week_of_traps_has_no_false_merge(documents):
    """Protests, verdicts, strikes, market days, matches and forecasts, several of each."""
    archive, told = Archive(documents=documents), week("development_week")
    ids = [archive.add(one.article) for one in told]
    pairs = list(merged_pairs(archive, told, ids))
    wrong = [(o.name, t.name) for o, t, same in pairs if same and o.story != t.story]
    belonging = [
        same for o, t, same in pairs if o.story == t.story and o.article.lang == t.article.lang
    ]
    assert wrong == []
    assert (sum(belonging) >= 25, len(belonging)) == (True, 31)


@pytest.fixture(scope="module", params=[0, 1_000_000], ids=["empty store", "large store"])
def told_week(request) -> tuple[Archive, list[Told], list[int]]:
    archive = Archive(documents=request.param)
    told = week("week")
    return archive, told, [archive.add(one.article) for one in told]


def test_a_week_of_one_country_has_no_false_merge(told_week):
    archive, told, ids = told_week
    wrong = [
        (one.name, two.name)
        for one, two, same in merged_pairs(archive, told, ids)
        if same and one.story != two.story
    ]
    assert wrong == []


def test_a_week_of_one_country_finds_most_of_what_belongs_together(told_week):
    archive, told, ids = told_week
    belonging = [
        same
        for one, two, same in merged_pairs(archive, told, ids)
        if one.story == two.story and one.article.lang == two.article.lang
    ]
    assert len(belonging) == 40
    assert sum(belonging) >= 39


def test_every_agency_copy_of_the_week_is_told_a_copy(told_week):
    archive, told, ids = told_week
    copies = {one.name: id for one, id in zip(told, ids, strict=True) if one.kind == "copy"}
    found = {name for name, id in copies.items() if archive.links[id].joined is Joined.COPY}
    assert found == set(copies)


def test_decisions_of_the_week_are_explained(told_week):
    archive, told, ids = told_week
    details = {one.name: archive.links[id].detail for one, id in zip(told, ids, strict=True)}
    assert details["quake-2"].endswith("the same form with other facts")
    assert details["cup-en-2"].startswith("shares: Dynamo, cup, Rybak, ")
    assert details["mine-en-2"] == "the same text, 94% of the shorter one"
