"""What is stored of an article comes back as it was, or is refused in words."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.model.article import Article
from monitor.stories.extraction import features
from monitor.stories.record import FORMAT, Features, StaleFeatures, stored_terms
from tests.conformance.aging import former
from tests.stories.archive import week

STORED = features(
    Article(
        title="CSTO sends peacekeepers to Kazakhstan",
        body="The alliance's council agreed on Thursday to send 2,500 peacekeepers to Almaty.",
        url="https://news.example.org/1",
    )
).to_bytes()


@given(st.text(max_size=80), st.text(max_size=600), st.sampled_from([None, "en", "ru", "uk", "zh"]))
def test_features_of_any_text_come_back_the_same(title, body, lang):
    made = features(Article(title=title, body=body, lang=lang, source="a-source"))
    assert Features.from_bytes(made.to_bytes()) == made
    assert Features.from_bytes(made.to_bytes()).bands == made.bands


def test_an_unknown_form_is_refused_by_its_number():
    data = struct.pack("<B", FORMAT + 1) + STORED[1:]
    with pytest.raises(StaleFeatures, match=f"form {FORMAT + 1}, this version reads {FORMAT}"):
        Features.from_bytes(data)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 50, 200, len(STORED) - 1])
def test_damaged_bytes_are_refused_in_a_sentence(length):
    with pytest.raises(StoreError, match="cannot be read") as refused:
        Features.from_bytes(STORED[:length])
    assert "database is damaged" in str(refused.value)


@pytest.mark.parametrize("told", [b"nonsense", b"[1,2]", b"[1,2,3,4,5,6,7,8,9]"])
def test_bytes_that_are_no_features_are_refused(told):
    data = struct.pack("<BBHII", FORMAT, 0, 0, len(told), 0) + told
    with pytest.raises(StaleFeatures, match="cannot be read"):
        Features.from_bytes(data)


def test_an_article_of_a_hundred_words_takes_less_than_three_kilobytes():
    sizes = [len(features(told.article).to_bytes()) for told in week("week")]
    assert max(sizes) < 3_000


def test_terms_are_read_from_every_form_so_far():
    made = Features.from_bytes(STORED)
    assert stored_terms(STORED) == made.term_set
    assert stored_terms(former(made)) == made.term_set
    assert stored_terms(b"\x01" + former(made)[1:]) == made.term_set


@pytest.mark.parametrize("data", [b"", b"?", STORED[:9], STORED[:200], b"\xff" + STORED[1:]])
def test_terms_of_what_cannot_be_read_are_unknown(data):
    assert stored_terms(data) is None
