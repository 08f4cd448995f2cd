"""Passages are the sentences around the evidence, the smallest first, the whole article last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.rules.passages import Passage, passages


def article(body: str, title: str = "Title") -> Article:
    return Article(title=title, body=body, lang="en")


def found(text: str, word: str, field: str = "body") -> Evidence:
    start = text.index(word)
    return Evidence(field, start, start + len(word), word, word)


def first(given: Article, *evidence: Evidence) -> Passage:
    return next(passages(given, evidence))


def test_the_sentence_of_the_evidence_in_the_body_comes_first() -> None:
    body = "It rained. The curfew was\nlifted at noon. A curfew began again."
    evidence = [found("Curfew", "Curfew", "title"), found(body, "curfew")]
    assert first(article(body), *evidence) == Passage("", "The curfew was lifted at noon.")


def test_the_first_and_the_last_sentence_are_passages_too() -> None:
    body = "A curfew began. It rained. The lockdown goes on"
    assert first(article(body), found(body, "curfew")).text == "A curfew began."
    assert first(article(body), found(body, "lockdown")).text == "The lockdown goes on"


def test_without_evidence_in_the_body_it_is_the_title() -> None:
    given = article("Text.", title="The  curfew\u00a0begins")
    for evidence in ([found(given.title, "curfew", "title")], []):
        assert list(passages(given, evidence))[:2] == [
            Passage("", "The curfew begins"),
            Passage("The curfew begins", ""),
        ]


def test_several_sentences_follow_and_then_the_title_with_them() -> None:
    body = "A cat sat.\n\nIt rained. A dog ran. Over."
    given = list(passages(article(body), [found(body, "cat"), found(body, "dog")]))
    assert given == [
        Passage("", "A cat sat."),
        Passage("", "A dog ran."),
        Passage("", "A cat sat.\n\nIt rained. A dog ran."),
        Passage("Title", "A cat sat."),
        Passage("Title", "A dog ran."),
        Passage("Title", "A cat sat.\n\nIt rained. A dog ran."),
        Passage("", body),
        Passage("Title", body),
    ]


def test_evidence_over_sentences_is_one_passage() -> None:
    body = "It rained. A cat sat. A dog ran. Over."
    assert first(article(body), found(body, "cat sat. A dog")).text == "A cat sat. A dog ran."


def test_a_long_sentence_is_shortened_between_words_around_the_evidence() -> None:
    body = "word, " * 200 + "a curfew came " + "late, " * 200
    shortened, whole, *_ = passages(article(body), [found(body, "curfew")])
    assert len(shortened.text) <= 400
    assert "a curfew came" in shortened.text
    assert set(shortened.text.replace(",", "").split()) == {"word", "late", "a", "curfew", "came"}
    assert whole.text == body.strip()


def test_what_has_no_spaces_is_shortened_between_its_words() -> None:
    body = "们" * 500 + "学生" + "们" * 500
    text = first(article(body), found(body, "学生")).text
    assert len(text) <= 400
    assert "们学生们" in text


def test_evidence_far_apart_is_not_cut() -> None:
    body = "cat " + "word " * 200 + "dog"
    shortened, whole, *_ = passages(article(body), [found(body, "cat"), found(body, "dog")])
    assert shortened.text.startswith("cat")
    assert "dog" not in shortened.text
    assert whole.text == body


@given(
    st.text(st.sampled_from("ab .\n国"), max_size=1500), st.integers(0, 1500), st.integers(1, 40)
)
def test_passages_are_parts_of_the_article(body: str, start: int, length: int) -> None:
    start = min(start, len(body))
    end = min(start + length, len(body))
    evidence = [Evidence("body", start, end, body[start:end], "x")] if start < end else []
    squeezed = "".join(body.split())
    for passage in passages(article(body), evidence):
        assert passage.title in {"", "Title"}
        assert "".join(passage.text.split()) in squeezed or passage == Passage("", "Title")
