"""The phrase that would have kept a rule from hitting costs the fewest other hits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.rule import Rule
from monitor.rules.exclusion import Exclusion, propose
from monitor.rules.phrases import condition_of, phrases
from tests.conformance.making import NOW


def article(body: str, title: str = "Title") -> Article:
    return Article(title=title, body=body, lang="en")


def proposed(
    text: str, *others: str, samples: tuple[str, ...] = (), matched: str = "curfew"
) -> Exclusion | None:
    return propose(
        phrases([text], [matched]),
        enumerate(map(article, others), 1),
        NOW,
        samples=map(article, samples),
    )


def test_a_phrase_of_two_words_that_touches_what_matched_comes_first() -> None:
    assert proposed("Yesterday the curfew lifted") == Exclusion(phrase="curfew lifted", removes=())


def test_the_phrase_that_removes_the_fewest_other_hits_wins() -> None:
    text = "The curfew lifted after protests"
    exclusion = proposed(text, "Once the curfew lifted, people came.", "The curfew began.")
    assert exclusion is not None
    assert "curfew lifted" not in exclusion.phrase or "after" in exclusion.phrase
    assert exclusion.removes == ()


def test_what_it_removes_is_named_when_nothing_is_free() -> None:
    text = "The curfew holds"
    exclusion = proposed(text, "The curfew holds.", "Nothing else.", "The curfew holds on.")
    assert exclusion == Exclusion(phrase="curfew holds", removes=(1, 3))


def test_other_hits_may_be_many() -> None:
    def others() -> Iterator[tuple[int, Article]]:
        for number in range(3000):
            yield 5000 - number, article("The curfew holds." if number % 7 == 0 else "A curfew.")

    exclusion = propose(phrases(["The curfew holds"], ["curfew"]), others(), NOW)
    assert exclusion is not None
    assert exclusion.removes == tuple(sorted(5000 - number for number in range(0, 3000, 7)))


def test_the_rules_own_samples_are_spared_before_other_hits() -> None:
    text = "The curfew holds tonight"
    exclusion = proposed(text, "A night: tonight it rains.", samples=("The curfew holds.",))
    assert exclusion is not None
    assert exclusion.breaks == 0
    assert "tonight" in exclusion.phrase


def test_how_many_samples_it_breaks_is_told() -> None:
    exclusion = proposed("The curfew holds", samples=("The curfew holds.", "A curfew holds."))
    assert exclusion == Exclusion(phrase="curfew holds", removes=(), breaks=2)


@pytest.mark.parametrize(
    "text",
    ["curfew", "The curfew", "curfew, curfew!", "a curfew of 100 to 20", "It is a curfew.", ""],
)
def test_without_a_usable_word_there_is_none(text: str) -> None:
    assert proposed(text) is None


def test_phrases_do_not_begin_or_end_with_small_words_nor_hold_operators() -> None:
    exclusion = proposed("the curfew or lockdown")
    assert exclusion is not None
    assert exclusion.phrase == "lockdown"
    assert proposed("a curfew in the city") == Exclusion(phrase="city", removes=())


@pytest.mark.parametrize(
    ("text", "matched", "phrase"),
    [
        ("Сегодня curfew отменили", "curfew", "сегодня curfew"),
        ("大学生们昨天在北京抗议。", "学生", "大学生"),
        ("昨日、東京で大きな地震がありました。", "東京", "東京で大"),
        ("我在北京", "北京", "我在北京"),
        ("ประท้วงใหญ่ในกรุงเทพ", "ประท้วง", "ประท้วงใหญ่"),
        ("शहर में बिजली नहीं है।", "बिजली", "बिजली नहीं"),
        ("정부 시위 금지", "시위", "정부 시위"),
        ("حرب في غزة", "غزة", "حرب في غزة"),
        ("A cat in the hat is on it.", "cat", "cat in the hat"),
        ("An AI 学生 came", "学生", "学生 came"),
    ],
)
def test_every_script_has_its_phrases(text: str, matched: str, phrase: str) -> None:
    exclusion = proposed(text, matched=matched)
    assert exclusion is not None
    assert exclusion.phrase == phrase
    assert _holds(article(text), exclusion.phrase)


def test_no_phrase_crosses_from_one_text_to_another() -> None:
    found = {phrase.text for phrase in phrases(["Tennis tonight", "Curfew begins"], ["curfew"])}
    assert "curfew begins" in found
    assert not any("tonight" in text and "curfew" in text for text in found)


@given(st.text(max_size=80), st.text(max_size=8))
def test_a_text_holds_each_of_its_phrases(text: str, matched: str) -> None:
    for phrase in phrases([text], [matched]):
        assert _holds(article(text, ""), phrase.text)


def _holds(text: Article, phrase: str) -> bool:
    rule = Rule(id="a", version="", title="", match=condition_of(phrase))
    return bool(compile_rules([rule]).match(text, NOW))
