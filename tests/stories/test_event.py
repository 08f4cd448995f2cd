"""How alike two reports are: symmetric, bounded, and by what they tell first."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.stories.event import (
    MOST_OTHER_NAMES,
    MOST_OTHER_NUMBERS,
    MOST_SHARED_NUMBERS,
    ONE_PUBLISHER,
    OTHER_DAYS,
    OTHER_NAME,
    OTHER_NUMBER,
    SHARED_NUMBER,
    UNLIKE,
    likeness,
    titles_agree,
    unknown_names,
    weigh,
)
from monitor.stories.extraction import LEAD_CHARACTERS, features
from monitor.stories.rarity import Rarity

SAID = """
Tokayev CSTO Almaty airport seized troops peacekeepers sent on Monday Friday 17 2,500 Токаев
попросил миротворцев аэропорт protest fuel price . ?
"""
NEWS = st.lists(st.sampled_from([*SAID.split(), "\n\n"]), max_size=40).map(" ".join)
BACKGROUND = " ".join(f"background{number}" for number in range(90))


def weighed(title="", body="", lang="en", rarity=None, **more):
    article = Article(title=title, body=body, lang=lang, **more)
    return weigh(features(article), (rarity or Rarity()).weight)


def odds(one, two):
    score = likeness(one, two).score
    return math.log(score / (1 - score))


def with_facts(one, **facts):
    return weigh(replace(one.features, **facts), one.weight_of)


@given(NEWS, NEWS, NEWS, NEWS, st.integers(0, 50))
def test_likeness_is_symmetric_and_bounded(title, body, other_title, other_body, count):
    rarity = Rarity(100, {"csto": count, "airport": 3})
    one = weighed(title, body, rarity=rarity)
    two = weighed(other_title, other_body, rarity=rarity)
    there, back = likeness(one, two), likeness(two, one)
    assert there == back
    assert 0 <= there.score <= 1
    assert 0 <= there.about <= 1 + 1e-9


@given(NEWS, NEWS)
def test_an_article_agrees_with_itself_wholly(title, body):
    one = weighed(title, body)
    found = likeness(one, one)
    assert found.about == pytest.approx(1.0 if one.features.terms else 0.0)


def test_what_shares_nothing_is_not_alike():
    found = likeness(weighed("Wheat harvest", "Rain fell."), weighed("Cup final", "Goals."))
    assert (found.score, found.shared) == (0.0, ())


def test_two_empty_articles_are_not_alike():
    assert likeness(weighed(), weighed()).score == 0.0


def test_shared_terms_are_told_heaviest_first():
    found = likeness(
        weighed("Airport seized", "troops arrive"), weighed("Airport closed", "troops and seized")
    )
    assert found.shared == ("airport", "seiz", "troop")


def test_a_rare_term_in_common_tells_more_than_a_frequent_one():
    rarity = Rarity(1_000, {"airport": 700})
    rare = likeness(
        weighed("", "blackout somewhere", rarity=rarity),
        weighed("", "blackout again", rarity=rarity),
    )
    frequent = likeness(
        weighed("", "airport somewhere", rarity=rarity), weighed("", "airport again", rarity=rarity)
    )
    assert rare.about > frequent.about
    assert rare.score > frequent.score


def test_headlines_spelled_differently_are_still_alike():
    one = weighed("Tokayev calls peacekeepers into Almaty")
    two = weighed("Tokaev calls peacekeeper into Almaty")
    assert titles_agree(one, two) > 0.8


def test_short_headlines_are_not_compared_by_spelling():
    one, two = weighed("Fire", "spread"), weighed("Fires in Alvor valley spread", "again")
    assert titles_agree(one, two) < 1


def test_a_headline_is_looked_for_in_the_other_text():
    one = weighed("Methane blast", "Rescuers search.")
    two = weighed("Families wait", "A methane blast killed miners.")
    assert titles_agree(one, two) == pytest.approx(0.5)


def test_articles_without_a_headline_are_compared_by_the_rest():
    text = "methane blast killed miners"
    assert titles_agree(weighed("", text), weighed("", text)) == 0.0
    assert titles_agree(weighed("", text), weighed("Methane blast", text)) == pytest.approx(1.0)


def test_what_a_short_report_tells_first_is_looked_for_in_all_of_a_long_one():
    """And not the other way: the long one's background is its own."""
    short = weighed("Blast in mine", "Methane exploded and killed miners.")
    same = "Methane exploded in a mine, and miners were killed by the blast."
    long = weighed("Country mourns", f"{same} {BACKGROUND}")
    late = weighed("Country mourns", f"{'background ' * 60} {same}")
    other = weighed("Country mourns", BACKGROUND)
    assert odds(short, long) > odds(short, late) > UNLIKE + 2
    assert likeness(short, other).score == 0.0


def test_without_headlines_what_the_reports_tell_first_counts_for_more():
    told = "Methane blast in a mine killed seventeen men and a rescuer near the eastern border"
    assert odds(weighed("", told), weighed("", told)) > odds(
        weighed("Country mourns its dead", told), weighed("", told)
    )


def test_of_few_words_little_is_known():
    """Two headlines and two reports that agree wholly: the reports are likelier of one event."""
    said = "Methane blast in Shebol mine killed seventeen miners near the eastern border"
    more = "rescuers reached a flooded gallery while families waited outside all night long"
    head, report = weighed("", said), weighed("", f"{said} {more}")
    assert odds(report, report) > odds(head, head) + 0.5


@pytest.mark.parametrize(
    ("one", "two", "change"),
    [
        ("17", "17", SHARED_NUMBER),
        ("17 63 41 2,418", "17 63 41 2,418", SHARED_NUMBER * MOST_SHARED_NUMBERS),
        ("17", "21", 2 * OTHER_NUMBER),
        ("17 63 41", "21 64 42", OTHER_NUMBER * MOST_OTHER_NUMBERS),
        ("17", "", OTHER_NUMBER),
        ("", "", 0.0),
    ],
)
def test_numbers_told_first_speak_for_and_against_one_event(one, two, change):
    """In log odds; what only one knows counts once on each side."""
    common = "methane blast killed several coal miners"
    there, here = weighed("", f"{common} rubble {one}"), weighed("", f"{common} ashes {two}")
    none = {"numbers": frozenset(), "lead_numbers": frozenset()}
    bare = odds(with_facts(there, **none), with_facts(here, **none))
    assert odds(there, here) - bare == pytest.approx(change)


def test_a_number_that_the_other_tells_later_does_not_speak_against_it():
    first = weighed("", "17 killed in methane blast at a coal mine")
    later = weighed("", f"methane blast at a coal mine {BACKGROUND} 17 killed")
    assert len(BACKGROUND) > LEAD_CHARACTERS
    without = with_facts(first, numbers=frozenset(), lead_numbers=frozenset())
    assert odds(first, later) == pytest.approx(odds(without, later))


@pytest.mark.parametrize(
    ("one", "two", "change"),
    [("Monday", "Friday", OTHER_DAYS), ("Monday", "Monday or Friday", 0.0), ("Monday", "", 0.0)],
)
def test_other_days_speak_against_one_event(one, two, change):
    common = "methane blast killed several coal miners"
    there, here = weighed("", f"{common} rubble {one}"), weighed("", f"{common} ashes {two}")
    bare = odds(with_facts(there, days=frozenset()), with_facts(here, days=frozenset()))
    assert odds(there, here) - bare == pytest.approx(change)


@pytest.mark.parametrize(
    ("headline", "names"),
    [
        ("The envoy Orlov is expelled", 1),
        ("The envoys Orlov, Petrenko and Melnyk are expelled", MOST_OTHER_NAMES),
        ("The envoy Varga is expelled", 0),  # the other knows him, below its headline
    ],
)
def test_names_of_a_headline_that_the_other_does_not_know_speak_against_it(
    monkeypatch, headline, names
):
    told = "Karvenia recalled its ambassador. The minister met Varga about the blast."
    one = weighed("Ambassador recalled from Karvenia", told)
    two = weighed(headline, "In Karvenia an ambassador left after the blast.")
    assert min(MOST_OTHER_NAMES, unknown_names(two.features, one.features)) == names
    score = odds(one, two)
    assert odds(two, one) == score
    monkeypatch.setattr("monitor.stories.event.OTHER_NAME", 0)
    assert score - odds(one, two) == pytest.approx(OTHER_NAME * names)


def test_one_publisher_seldom_reports_an_event_twice():
    def text(rest, url):
        return weighed("", f"methane blast killed several coal miners {rest}", url=url)

    same = odds(text("rubble", "https://a.example/1"), text("ashes", "https://a.example/2"))
    other = odds(text("rubble", "https://a.example/1"), text("ashes", "https://b.example/2"))
    assert same - other == pytest.approx(ONE_PUBLISHER)


def test_one_template_about_other_things_is_two_events():
    """What the headlines say decides where the sentences are the same."""
    told = (
        "the president signed the {} in the palace on the square before the deputies of all regions"
    )
    law, code, again = (
        weighed(f"President signs {what}", told.format(what))
        for what in ("media law", "water code", "media law")
    )
    assert likeness(law, code).score < 0.1
    assert likeness(law, again).score > 0.5


def test_names_that_both_tell_first_count():
    told = "the blast in {} killed miners"
    alike = likeness(weighed("", told.format("Shebol")), weighed("", told.format("Shebol")))
    apart = likeness(weighed("", told.format("Shebol")), weighed("", told.format("Velimor")))
    assert alike.score > apart.score + 0.15
