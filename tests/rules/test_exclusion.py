"""The phrase that would have kept a rule from hitting costs the fewest other hits."""

from __future__ import annotations

import pytest

from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.rules.exclusion import Exclusion, passage, propose
from tests.conformance.making import NOW


def article(body: str, title: str = "Title") -> Article:
    return Article(title=title, body=body, lang="en")


def found(text: str, word: str, field: str = "body") -> Evidence:
    start = text.index(word)
    return Evidence(field, start, start + len(word), word, word)


# passages


def test_the_passage_is_the_sentence_of_the_first_evidence_in_the_body() -> None:
    body = "It rained. The curfew was\nlifted at noon. A curfew began again."
    evidence = [found("Curfew", "Curfew", "title"), found(body, "curfew")]
    assert passage(article(body), evidence) == "The curfew was lifted at noon."


def test_the_first_and_the_last_sentence_are_passages_too() -> None:
    body = "A curfew began. It rained. The lockdown goes on"
    assert passage(article(body), [found(body, "curfew")]) == "A curfew began."
    assert passage(article(body), [found(body, "lockdown")]) == "The lockdown goes on"


def test_without_evidence_in_the_body_it_is_the_title() -> None:
    given = article("Text.", title="The  curfew\u00a0begins")
    assert passage(given, [found(given.title, "curfew", "title")]) == "The curfew begins"
    assert passage(given, []) == "The curfew begins"


def test_a_passage_has_its_length() -> None:
    body = "curfew " + "word " * 500
    assert len(passage(article(body), [found(body, "curfew")])) <= 400


# proposals


def proposed(text: str, *others: str, samples: tuple[str, ...] = ()) -> Exclusion | None:
    return propose(
        text,
        [found(text, "curfew")],
        {number: article(other) for number, other in enumerate(others, 1)},
        NOW,
        samples=[article(sample) for sample in samples],
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
    ["curfew", "The curfew", "curfew, curfew!", "a curfew of 100 to 20", "It is a curfew."],
)
def test_without_a_usable_word_there_is_none(text: str) -> None:
    assert proposed(text) is None


def test_phrases_do_not_begin_or_end_with_small_words_nor_hold_operators() -> None:
    exclusion = proposed("the curfew or lockdown")
    assert exclusion is not None
    assert exclusion.phrase == "lockdown"
    assert proposed("a curfew in the city") == Exclusion(phrase="city", removes=())


def test_other_scripts_are_phrases_as_well() -> None:
    text = "Сегодня curfew отменили"
    assert proposed(text) == Exclusion(phrase="сегодня curfew", removes=())
