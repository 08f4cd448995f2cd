"""Why it matched: up to three passages, cut between words, with what matched marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.notify.passages import LONGEST, Passage, highlighted, passages
from tests.notify import hostile
from tests.notify.making import evidence, seed


def shown(passage: Passage) -> str:
    """The passage with its marks as brackets and its open ends as dots."""
    text = "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in passage.pieces)
    return ("…" if passage.before else "") + text + ("…" if passage.after else "")


def of(body: str, *patterns: str, most: int = 3, context: int = 90) -> list[str]:
    found = evidence(Article(title="", body=body), *patterns)
    return [shown(passage) for passage in passages(body, found, most, context)]


def test_the_seed_shows_each_part_of_the_query() -> None:
    article = seed()
    found = evidence(article, "CSTO", "peacekeepers", "curfew", "internet blackout")
    assert [shown(passage) for passage in passages(article.body, found)] == [
        "Hours later, the [CSTO]’s council approved sending an unspecified number of"
        " [peacekeepers], said Armenian Prime Minister Nikol Pashinyan, the council’s chairman.",
        "…both the capital of Nur-Sultan and the largest city of Almaty that imposed an overnight"
        " [curfew] and restricted movement into and around the urban areas.",
        "…the global watchdog organisation Netblocks said the country was experiencing a"
        " pervasive [internet blackout]. The Russian news agency Tass reported that internet access"
        " was restored in Almaty by…",
    ]


def test_neighbouring_matches_share_a_passage() -> None:
    assert of("The fuel price rose and fuel protests began.", "fuel") == [
        "The [fuel] price rose and [fuel] protests began."
    ]


def test_touching_and_overlapping_evidence_is_marked_once() -> None:
    assert of("state of emergency here", "state of", "of emergency", " emergency") == [
        "[state of emergency] here"
    ]


def test_a_passage_stays_within_its_paragraph() -> None:
    assert of("One paragraph.\n\nThe match here.\n\nAnother one.", "match") == ["The [match] here."]


def test_two_paragraphs_give_two_passages() -> None:
    assert of("First match.\n\nSecond match.", "match") == ["First [match].", "Second [match]."]


def test_cuts_fall_between_words() -> None:
    body = "alpha beta gamma delta epsilon match zeta eta theta iota kappa"
    assert of(body, "match", context=12) == ["…epsilon [match] zeta eta…"]


def test_text_without_blanks_is_cut_all_the_same() -> None:
    body = "あ" * 100 + "一致" + "い" * 100
    assert of(body, "一致", context=10) == ["…" + "あ" * 10 + "[一致]" + "い" * 10 + "…"]


def test_passages_are_chosen_for_what_the_others_do_not_show() -> None:
    body = "rain again\n\nrain again\n\nrain and wind\n\nsnow once"
    assert of(body, "rain", "wind", "snow", most=2) == ["[rain] and [wind]", "[snow] once"]


def test_what_adds_nothing_is_left_out_if_there_is_anything_else() -> None:
    article = Article(title="Rain in the north", body="Rain fell.\n\nRain and wind came.")
    found = evidence(article, "[Rr]ain", "wind")
    assert [shown(one) for one in passages(article.body, found)] == ["[Rain] and [wind] came."]
    found = evidence(article, "[Rr]ain")
    assert len(passages(article.body, found)) == 2


def test_what_joins_several_parts_is_shown_again() -> None:
    body = "Rain and wind came.\n\nWind and rain went."
    assert len(of(body, "[Rr]ain", "[Ww]ind")) == 2


def test_what_the_title_repeats_is_not_shown() -> None:
    body = "CSTO sends troops.\n\nThe CSTO said so."
    found = evidence(Article(title="CSTO sends troops.", body=body), "CSTO")
    title = "CSTO sends troops."
    assert [shown(one) for one in passages(body, found, title=title)] == ["The [CSTO] said so."]
    assert passages("The lead.", (), title="The lead. And more.") == ()


def test_no_more_passages_than_asked_for() -> None:
    body = "\n\n".join(f"match number {number}" for number in range(50))
    assert len(of(body, "match")) == 3
    assert of(body, "match", most=0) == []


def test_a_long_stretch_of_matches_is_divided() -> None:
    body = " ".join(["match"] * 500)
    for passage in passages(body, evidence(Article(title="", body=body), "match")):
        assert len(passage.text) <= LONGEST + 2 * 90


def test_without_evidence_the_beginning_is_shown() -> None:
    assert of("The beginning.\n\nThe rest.") == ["The beginning."]
    assert of("") == []


def test_evidence_that_does_not_stand_there_any_more_is_left_out() -> None:
    stale = (
        Evidence("body", 0, 5, "other", "q"),
        Evidence("body", 4, 400, "words", "q"),
        Evidence("body", -3, 2, "xx", "q"),
        Evidence("title", 0, 3, "The", "q"),
    )
    assert [shown(passage) for passage in passages("The words.", stale)] == ["The words."]


def test_a_title_is_shown_whole() -> None:
    title = "CSTO sends troops"
    found = (Evidence("title", 0, 4, "CSTO", "CSTO"), Evidence("body", 5, 10, "sends", "sends"))
    assert shown(highlighted(title, found, "title")) == "[CSTO] sends troops"


@given(hostile.text, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6))
def test_pieces_are_one_clean_line_and_marks_are_matches(
    body: str, spans: list[tuple[int, int]]
) -> None:
    found = [
        Evidence("body", start, start + size, body[start : start + size], "q")
        for start, size in spans
        if start + size <= len(body)
    ]
    for passage in passages(body, found):
        assert passage.text == passage.text.strip()
        assert not set(passage.text) & set("\n\r\x1b\u202e\u200b\x0e\x0f")
        assert all(piece.text for piece in passage.pieces)
