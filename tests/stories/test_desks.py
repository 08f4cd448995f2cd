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
        at = one.article.published
        assert at is not None
        if one.article.lang != two.article.lang:
            continue
        there = Known(article=1, story=1, at=at, features=first, text=1, founder=True)
        joined = link(second, at, [there], rarity).joined
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
        ("tune", "empty store", 44, 1),  # of 64; a reactor's generator and its fuel
        ("tune", "large store", 45, 1),
        ("kept", "empty store", 36, 3),  # of 58
        ("kept", "large store", 37, 3),
    ],
)
def test_other_words_for_one_event_are_found_and_its_twin_is_not(half, store, right, false):
    found = decided([report for report in REPORTS if report.half == half], RARITIES[store])
    joined = [one.event == two.event for one, two, yes in found if yes]
    assert sum(joined) >= right
    assert len(joined) - sum(joined) <= false


@pytest.mark.parametrize("rarity", RARITIES.values(), ids=RARITIES.keys())
def test_reports_written_when_all_was_settled_are_told_apart_nearly_as_well(rarity):
    """Of 24 events; the twins share whole sentences of background."""
    found = decided(desks("later_desks"), rarity)
    joined = [one.event == two.event for one, two, yes in found if yes]
    assert sum(joined) >= 22
    assert len(joined) - sum(joined) <= 4


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
