"""Parting a copy by hand: what of a text that a story began with goes along."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.stories.copies import goes_along
from monitor.stories.extraction import features

MONDAY = (
    "The weather stays fine in the south. Temperatures reach twelve degrees near the coast and "
    "eight in the hills. Winds from the west bring rain to the north in the evening. Fog lies on "
    "the rivers in the early hours. The outlook for Tuesday is dry with long sunny spells."
)
TUESDAY = MONDAY.replace("twelve", "nine").replace("west", "east").replace("Tuesday", "Wednesday")
CUT = MONDAY.partition(" Fog")[0]


def of(body):
    return features(Article(title="Forecast", body=body, lang="en"))


def test_a_copy_goes_with_the_one_that_it_is_more_like():
    assert goes_along(of(TUESDAY), [of(TUESDAY)], [of(MONDAY)], founder=False)
    assert not goes_along(of(MONDAY), [of(TUESDAY)], [of(MONDAY)], founder=False)
    assert goes_along(of(MONDAY), [of(TUESDAY), of(MONDAY)], [of(MONDAY)], founder=False)


def test_a_copy_that_is_as_like_both_goes_along():
    assert goes_along(of(CUT), [of(MONDAY)], [of(MONDAY)], founder=False)


def test_of_several_beginnings_the_nearest_counts():
    assert not goes_along(of(MONDAY), [of(TUESDAY)], [of(CUT), of(MONDAY)], founder=False)


def test_a_beginning_goes_only_with_its_own_text():
    assert goes_along(of(MONDAY), [of(TUESDAY), of(MONDAY)], [of(MONDAY)], founder=True)
    assert not goes_along(of(MONDAY), [of(TUESDAY)], [of(MONDAY)], founder=True)


@given(st.text("abc \n", max_size=60))
def test_what_is_the_same_always_goes_along(text: str):
    body = f"{MONDAY} {text}"
    assert goes_along(of(body), [of(body)], [of(MONDAY)], founder=False)
    assert goes_along(of(body), [of(body)], [of(body)], founder=True)
