"""Each known trouble of feeds has its verdict: new, same, revision, another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.articles.identity import identity_keys
from monitor.articles.judgement import Judgement, Verdict, titles_alike
from monitor.model.article import Article
from tests.articles.memory import Memory

DAY = datetime(2022, 1, 6, tzinfo=UTC)
LONG = "Protesters stormed the residence of the president and set it on fire, reports say. " * 4
STORY = Article(
    title="Curfew imposed in Almaty after protests",
    body=LONG,
    url="https://example.org/2022/curfew-imposed-in-almaty",
    guid="tag:example.org,2022:1",
    published=DAY,
)
OTHER_TITLE = "Airport seized by armed men"


def verdicts(*articles: Article) -> list[tuple[str, int]]:
    """Return for each article in turn what it was, and which article it became."""
    memory = Memory()
    answers = []
    for article in articles:
        found = memory.see(article)
        answers.append((str(found.verdict), found.id or memory.count))
    return answers


def test_the_first_is_new_and_the_same_again_is_the_same():
    assert verdicts(STORY, STORY) == [("new", 1), ("same", 1)]


def test_a_change_of_text_is_a_revision_and_going_back_is_one_too():
    edited = replace(STORY, body=LONG + "More.")
    assert verdicts(STORY, edited, edited, STORY) == [
        ("new", 1), ("revision", 1), ("same", 1), ("revision", 1),
    ]  # fmt: skip


def test_guids_that_change_with_every_edit_stay_one_article():
    edits = [replace(STORY, guid=f"g{n}", body=LONG + str(n)) for n in range(3)]
    assert verdicts(STORY, *edits, edits[-1]) == [
        ("new", 1), ("revision", 1), ("revision", 1), ("revision", 1), ("same", 1),
    ]  # fmt: skip
    bumped = replace(STORY, guid="g9", published=DAY + timedelta(hours=1))
    assert verdicts(STORY, bumped) == [("new", 1), ("same", 1)]


def test_a_guid_reused_for_a_new_story_is_another_article():
    reused = replace(
        STORY,
        title=OTHER_TITLE,
        body="Armed men took it.",
        url="https://example.org/2022/airport-seized-by-armed-men",
        published=DAY + timedelta(days=1),
    )
    assert verdicts(STORY, reused, reused) == [("new", 1), ("another", 2), ("same", 2)]
    undated = replace(reused, published=None)
    assert verdicts(replace(STORY, published=None), undated) == [("new", 1), ("another", 2)]
    edited = replace(reused, body="Armed men took it at night.")
    assert verdicts(STORY, reused, edited) == [("new", 1), ("another", 2), ("revision", 2)]


def test_a_rewritten_headline_under_the_same_guid_is_a_revision():
    rewritten = replace(STORY, title=OTHER_TITLE)
    assert verdicts(STORY, rewritten) == [("new", 1), ("revision", 1)]
    later = replace(rewritten, published=DAY + timedelta(hours=2))
    assert verdicts(STORY, later) == [("new", 1), ("revision", 1)]
    no_link = replace(STORY, url=None, published=None)
    assert verdicts(no_link, replace(no_link, title=OTHER_TITLE)) == [("new", 1), ("revision", 1)]


def items_under_one_link(**common: object) -> list[Article]:
    titles = [STORY.title, OTHER_TITLE, "Government resigns over fuel prices"]
    return [
        replace(
            STORY, title=title, body=f"{title}. {LONG}", url="https://example.org/status",
            guid=None, published=DAY + timedelta(hours=number), **common,
        )
        for number, title in enumerate(titles)
    ]  # fmt: skip


@pytest.mark.parametrize("marked", [True, False])
def test_one_link_for_all_items_makes_none_of_them_the_other(marked: bool):
    items = items_under_one_link(shared_link=marked)
    assert verdicts(*items) == [("new", 1), ("another", 2), ("another", 3)]
    assert verdicts(*items, *items)[3:] == [("same", 1), ("same", 2), ("same", 3)]
    edited = [replace(item, body=item.body + " More.") for item in items]
    assert verdicts(*items, *edited)[3:] == [("revision", 1), ("revision", 2), ("revision", 3)]


def test_one_link_for_all_items_with_guids_of_their_own():
    items = [replace(item, guid=f"g{n}") for n, item in enumerate(items_under_one_link())]
    assert [number for _, number in verdicts(*items)] == [1, 2, 3]
    edited = [replace(item, title=item.title + " (updated)") for item in items]
    assert verdicts(*items, *edited)[3:] == [("revision", 1), ("revision", 2), ("revision", 3)]


def test_a_date_that_moves_makes_no_new_article():
    moved = replace(STORY, published=DAY + timedelta(days=3))
    assert verdicts(STORY, moved, STORY) == [("new", 1), ("same", 1), ("same", 1)]


def test_an_item_that_vanishes_and_comes_back_is_known():
    others = [
        replace(STORY, title=f"Story {n} about things {n}", body=f"{n}", guid=f"x{n}",
                url=f"https://example.org/{n}000")
        for n in range(5)
    ]  # fmt: skip
    assert verdicts(STORY, *others, STORY)[-1] == ("same", 1)


def test_a_move_to_https_or_another_host_makes_no_new_article():
    plain = replace(
        STORY, url="http://example.org/2022/curfew-imposed-in-almaty",
        guid="http://example.org/?p=100",
    )  # fmt: skip
    secure = replace(
        plain, url="https://www.example.org/2022/curfew-imposed-in-almaty",
        guid="https://www.example.org/?p=100",
    )  # fmt: skip
    moved = replace(
        plain, url="https://news.example.net/2022/curfew-imposed-in-almaty",
        guid="https://news.example.net/?p=100",
    )  # fmt: skip
    assert verdicts(plain, secure) == [("new", 1), ("same", 1)]
    assert verdicts(plain, moved) == [("new", 1), ("same", 1)]
    assert verdicts(plain, replace(moved, body="Edited.")) == [("new", 1), ("revision", 1)]


def test_a_page_without_guid_and_date_is_known_by_its_link():
    page = replace(STORY, guid=None, published=None)
    assert verdicts(page, replace(page, title=OTHER_TITLE)) == [("new", 1), ("revision", 1)]
    plain = replace(page, url="https://example.org/live")
    assert verdicts(plain, replace(plain, title=OTHER_TITLE)) == [("new", 1), ("revision", 1)]


def test_a_new_guid_and_a_new_date_under_a_known_link_are_another_article():
    later = replace(STORY, title=OTHER_TITLE, guid="g2", published=DAY + timedelta(days=1))
    assert verdicts(STORY, later) == [("new", 1), ("another", 2)]
    briefing = replace(STORY, title="Daily briefing 6 January", url="https://example.org/briefing")
    tomorrow = replace(
        briefing, title="Daily briefing 7 January", guid="g2", published=DAY + timedelta(days=1)
    )
    assert verdicts(briefing, tomorrow) == [("new", 1), ("another", 2)]


def test_an_edited_file_is_a_revision_and_an_overwritten_one_another_article():
    file = Article(title=STORY.title, body=LONG, path="latest.txt", published=DAY)
    assert verdicts(file, replace(file, body="Short.")) == [("new", 1), ("revision", 1)]
    assert verdicts(file, replace(file, title=OTHER_TITLE)) == [("new", 1), ("revision", 1)]
    other = replace(file, title=OTHER_TITLE, body="x", published=DAY + timedelta(days=1))
    assert verdicts(file, other, other) == [("new", 1), ("another", 2), ("same", 2)]
    assert verdicts(file, replace(file, path="moved.txt")) == [("new", 1), ("same", 1)]


def test_a_record_is_known_by_its_id_whatever_else_changes():
    record = Article(title="A", body="B", external_id="7", path="a.jsonl")
    changed = replace(record, title="Wholly other", body="Words", url="https://example.org/x")
    assert verdicts(record, changed) == [("new", 1), ("revision", 1)]


def test_the_same_long_text_under_new_names_is_known_unless_its_date_moved():
    renamed = replace(STORY, guid="g2", url="https://example.org/other")
    assert verdicts(STORY, renamed) == [("new", 1), ("same", 1)]
    again = replace(renamed, published=DAY + timedelta(days=7))
    assert verdicts(STORY, again) == [("new", 1), ("another", 2)]
    short = replace(STORY, body="Watch live.", published=None)
    assert verdicts(short, replace(short, guid="g2", url="https://example.org/other")) == [
        ("new", 1), ("another", 2),
    ]  # fmt: skip


def test_a_reason_comes_with_every_verdict_and_keys_for_what_is_not_known_yet():
    memory = Memory()
    keys = identity_keys(STORY)
    first = memory.see(STORY)
    assert first == Judgement(
        Verdict.NEW, None, "nothing known has its identifiers or its text", keys
    )
    again = replace(STORY, guid="g2")
    assert memory.see(again) == Judgement(Verdict.SAME, 1, "same link", (identity_keys(again)[0],))
    later = replace(STORY, title=OTHER_TITLE, guid="g3", published=DAY + timedelta(days=1))
    assert memory.see(later).reason == "used before for another: url, path"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Curfew imposed in Almaty", "Curfew imposed in ALMATY, dozens dead", True),
        ("Curfew imposed", "UPDATE 3: Curfew imposed", True),
        ("Curfew imposed in Almaty", "Airport seized by armed men", False),
        ("Live", "Live updates on the unrest in Kazakhstan as it spreads", False),
        ("", "", True),
        ("…", "Words", False),
    ],
)
def test_titles_are_alike_when_one_is_a_version_of_the_other(one: str, other: str, alike: bool):
    assert titles_alike(one, other) is alike
    assert titles_alike(other, one) is alike
