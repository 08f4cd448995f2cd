"""Events as two desks report them: other headlines, leads, numbers and cases of names.

The tuning half may be looked into; of the half kept apart only the figures.
"""

from __future__ import annotations

from itertools import combinations

import pytest

from monitor.model.story import Joined
from monitor.stories.extraction import features
from monitor.stories.linking import Known, link
from monitor.stories.rarity import Rarity
from tests.stories.archive import Archive, Report, desks

REPORTS = desks()
RARITIES = {"empty store": Rarity(), "large store": Rarity(1_000_000)}


def decided(reports: list[Report], rarity: Rarity) -> list[tuple[Report, Report, bool]]:
    """Compare every two reports of one language, and tell which would be joined."""
    told = [(report, features(report.article)) for report in reports]
    found = []
    for (one, first), (two, second) in combinations(told, 2):
        at, then = one.article.published, two.article.published
        assert at is not None
        assert then is not None
        if one.article.lang != two.article.lang:
            continue
        there = Known(article=1, story=1, at=at, features=first, text=1, founder=True)
        joined = link(second, then, [there], rarity).joined
        found.append((one, two, joined is not Joined.OPENED))
    return found


def test_the_set_is_as_it_is_described():
    """120 reports in Russian, 60 in Ukrainian, 64 in English; two of each event, no two alike."""
    languages = [report.article.lang for report in REPORTS]
    assert {lang: languages.count(lang) for lang in ("ru", "uk", "en")} == {
        "ru": 120,
        "uk": 60,
        "en": 64,
    }
    events = [report.event for report in REPORTS]
    assert {events.count(event) for event in events} == {2}
    assert len({report.article.body for report in REPORTS}) == len(REPORTS)


@pytest.mark.parametrize(
    ("half", "store", "right", "false"),
    [
        ("tune", "empty store", 46, 1),  # of 64
        ("tune", "large store", 46, 1),
        ("kept", "empty store", 46, 1),  # of 58
        ("kept", "large store", 44, 1),
    ],
)
def test_other_words_for_one_event_are_found_and_its_twin_is_not(half, store, right, false):
    found = decided([report for report in REPORTS if report.half == half], RARITIES[store])
    joined = [one.event == two.event for one, two, yes in found if yes]
    assert sum(joined) >= right
    assert len(joined) - sum(joined) <= false


@pytest.mark.parametrize("rarity", RARITIES.values(), ids=RARITIES.keys())
def test_reports_with_whole_sentences_of_background_in_common_are_told_apart(rarity):
    """Of 24 events none is taken for its twin."""
    found = decided(desks("later_desks"), rarity)
    joined = [one.event == two.event for one, two, yes in found if yes]
    assert sum(joined) >= 21
    assert all(joined)


@pytest.mark.parametrize(
    ("half", "store", "right", "false"),
    [
        ("tune", "empty store", 72, 24),  # of 176
        ("tune", "large store", 77, 29),
        ("kept", "empty store", 76, 14),  # of 160
        ("kept", "large store", 82, 13),
    ],
)
def test_of_two_events_told_by_the_same_newsrooms_with_one_background_few_are_joined(
    half, store, right, false
):
    """As newsrooms write: 53 to 556 words, 168 clusters of events that share people and places."""
    reports = [report for report in desks("newsrooms") if report.half == half]
    joined = [one.event == two.event for one, two, yes in decided(reports, RARITIES[store]) if yes]
    assert sum(joined) >= right
    assert len(joined) - sum(joined) <= false


@pytest.mark.parametrize("documents", [0, 1_000_000])
def test_all_told_one_after_another_no_story_holds_more_than_the_two_twins(documents):
    archive = Archive(documents=documents)
    reports = sorted(REPORTS, key=lambda report: (report.article.published, report.name))
    stories: dict[int, set[str]] = {}
    for report in reports:
        story = archive.known[archive.add(report.article)].story
        stories.setdefault(story, set()).add(report.event)
    mixed = [events for events in stories.values() if len(events) > 1]
    assert all(len(events) == 2 for events in mixed)
    assert len(mixed) <= 4
