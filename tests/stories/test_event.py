"""How alike two reports are: symmetric, bounded, and by what they share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.stories.event import (
    MOST_NUMBERS,
    MOST_OTHER_NAMES,
    MOST_PLAIN,
    ONE_PUBLISHER,
    OTHER_DAYS,
    OTHER_NAME,
    OTHER_NUMBERS,
    PARTICULAR_NUMBER,
    PLAIN_NUMBER,
    likeness,
    weigh,
)
from monitor.stories.extraction import features
from monitor.stories.rarity import Rarity

SAID = """
Tokayev CSTO Almaty airport seized troops peacekeepers sent on Monday Friday 17 2,500 Токаев
попросил миротворцев аэропорт protest fuel price . ?
"""
NEWS = st.lists(st.sampled_from([*SAID.split(), "\n\n"]), max_size=40).map(" ".join)


def weighed(title="", body="", lang="en", rarity=None, **more):
    article = Article(title=title, body=body, lang=lang, **more)
    return weigh(features(article), (rarity or Rarity()).weight)


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
def test_an_article_is_as_like_itself_as_can_be(title, body):
    one = weighed(title, body)
    found = likeness(one, one)
    assert found.about == pytest.approx(1.0 if one.features.terms else 0.0)
    assert found.score == pytest.approx(1.0) or not one.features.terms


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


def test_headlines_spelled_differently_are_still_alike():
    one = weighed("Tokayev calls peacekeepers into Almaty")
    two = weighed("Tokaev calls peacekeeper into Almaty")
    assert likeness(one, two).title > 0.8


def test_short_headlines_are_not_compared_by_spelling():
    assert likeness(weighed("Fire"), weighed("Fires in Alvor valley spread")).title < 1


def test_a_headline_is_looked_for_in_the_other_text():
    one = weighed("Methane blast", "Rescuers search.")
    two = weighed("Families wait", "A methane blast killed miners.")
    assert likeness(one, two).title == pytest.approx(0.5)


def test_articles_without_a_headline_are_compared_by_the_rest():
    text = "methane blast killed miners"
    assert likeness(weighed("", text), weighed("", text)).score == pytest.approx(1.0)
    assert likeness(weighed("", text), weighed("Methane blast", text)).title == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("one", "two", "change"),
    [
        ("17 dead", "17 dead", PLAIN_NUMBER),
        ("17 dead 63", "17 dead 63", MOST_PLAIN),
        ("17 dead 63 41", "17 dead 63 41", MOST_PLAIN),
        ("17 dead 63", "21 dead 64", OTHER_NUMBERS),
        ("17 dead", "21 dead", 0.0),
        ("17 dead", "dead", 0.0),
        ("dead on Monday", "dead on Friday", OTHER_DAYS),
        ("dead on Monday", "dead on Monday or Friday", 0.0),
    ],
)
def test_numbers_and_days_move_the_score_a_little(one, two, change):
    common = "methane blast killed several coal miners"
    plain = likeness(weighed("", f"{common} rubble dead"), weighed("", f"{common} ashes dead"))
    told = likeness(weighed("", f"{common} rubble {one}"), weighed("", f"{common} ashes {two}"))
    assert told.score - plain.score == pytest.approx(change)


@pytest.mark.parametrize(
    ("numbers", "change"),
    [
        ("2,418", PARTICULAR_NUMBER),
        ("3.2", PARTICULAR_NUMBER),
        ("2,418 17", PARTICULAR_NUMBER + PLAIN_NUMBER),
        ("600", PLAIN_NUMBER),
    ],
)
def test_numbers_that_few_texts_hold_count_for_more(numbers, change):
    """Beside what they count for as terms."""
    one, two = (
        weighed("", f"methane blast killed several coal miners {rest} {numbers}")
        for rest in ("rubble", "ashes")
    )
    without = replace(two.features, numbers=frozenset())
    bare = likeness(one, weigh(without, two.weight_of))
    assert likeness(one, two).score - bare.score == pytest.approx(change)


def test_numbers_in_common_are_no_proof_however_many_they_are():
    """A digest of figures shares them with every other."""
    one, two = (weighed("", f"{rest} 2,418 3.2 641 17") for rest in ("rubble", "ashes"))
    bare = likeness(one, weigh(replace(two.features, numbers=frozenset()), two.weight_of))
    assert likeness(one, two).score - bare.score == pytest.approx(MOST_NUMBERS)


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
    score = likeness(one, two).score
    assert likeness(two, one).score == score
    monkeypatch.setattr("monitor.stories.event.OTHER_NAME", 0)
    assert score - likeness(one, two).score == pytest.approx(OTHER_NAME * names)


def test_one_publisher_seldom_reports_an_event_twice():
    def text(rest, url):
        return weighed("", f"methane blast killed several coal miners {rest}", url=url)

    same = likeness(text("rubble", "https://a.example/1"), text("ashes", "https://a.example/2"))
    other = likeness(text("rubble", "https://a.example/1"), text("ashes", "https://b.example/2"))
    assert same.score - other.score == pytest.approx(ONE_PUBLISHER)


def test_names_count_where_both_have_them():
    told = "the blast in {} killed miners"
    alike = likeness(weighed("", told.format("Shebol")), weighed("", told.format("Shebol")))
    apart = likeness(weighed("", told.format("Shebol")), weighed("", told.format("Velimor")))
    assert alike.score > apart.score + 0.15
