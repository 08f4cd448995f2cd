"""A plain-text article is read as config.md section 3 says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.articles.plain import BINARY, NO_TEXT, read_text
from monitor.model.article import Article
from monitor.model.source import Refusal

SEED = Path(__file__).parents[2] / "seeds" / "000_4e3ab1504b592172.txt"
DAY = datetime(2022, 1, 6, tzinfo=UTC)


def article(text: str) -> Article:
    found = read_text(text.encode(), "a.txt", lang="en")
    assert isinstance(found, Article)
    return found


def test_the_seed_has_its_date_its_first_sentence_as_title_and_no_repeated_captions():
    found = read_text(SEED.read_bytes(), "seed.txt")
    assert isinstance(found, Article)
    assert found.published == DAY
    assert found.title == (
        "A Russia-led military alliance said it will send peacekeeping forces to Kazakhstan after "
        "the country’s president asked for help in controlling protests that escalated into "
        "violence."
    )
    assert found.body.startswith(found.title)
    assert found.body.count("Smoke rises from the city hall building") == 1
    assert found.body.count("Riot police on the streets of Almaty") == 1
    assert "date 2022" not in found.body
    assert found.lang == "en"
    assert found.encoding is None
    assert found.notes == ()
    assert found.path == "seed.txt"


@pytest.mark.parametrize(
    "text",
    [
        "date 2022-01-06\ntitle: Curfew in Almaty\n\nPolice fired.",
        "title: Curfew in Almaty\ndate 2022-01-06\n\nPolice fired.",
        "\ufeff  Date: 2022-01-06\nTitle:   Curfew in  Almaty \nPolice fired.",
    ],
)
def test_date_and_title_lines_are_taken_out_of_the_body_in_either_order(text: str):
    found = article(text)
    assert (found.published, found.title, found.body) == (DAY, "Curfew in Almaty", "Police fired.")


def test_opening_words_give_the_date_without_a_line_of_their_own():
    found = article("date 2022-01-06 Protesters stormed the residence. Police fired.")
    assert found.published == DAY
    assert found.title == "Protesters stormed the residence."
    assert found.body == "Protesters stormed the residence. Police fired."


@pytest.mark.parametrize(
    "opening", ["date 2022-13-45", "date 2022-01-06-7", "dateline 2022-01-06", "date of birth"]
)
def test_what_only_looks_like_a_date_stays_in_the_text(opening: str):
    found = article(f"{opening} is what it says.")
    assert found.published is None
    assert found.body == f"{opening} is what it says."


def test_a_title_alone_is_an_article():
    found = article("title: Government resigns\n")
    assert (found.title, found.body) == ("Government resigns", "")


def test_paragraphs_are_single_lines_divided_by_one_blank_line_and_never_repeated():
    found = article("title: T\nOne\r\nline.\r\n \r\n\r\nTwo.\n\n\u200b\n\nOne\tline.\n\nThree.")
    assert found.body == "One line.\n\nTwo.\n\nThree."


def test_an_article_in_another_encoding_records_which():
    text = "Протестующие в Алматы штурмовали резиденцию президента, сообщили очевидцы событий."
    found = read_text(text.encode("cp1251"), "a.txt")
    assert isinstance(found, Article)
    assert found.body == text
    assert found.encoding == "cp1251"
    assert found.notes == ("encoding detected: cp1251",)
    assert found.lang == "ru"


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02\x03" * 99, bytes(range(256)) * 9, b"\x89PNG\r\n\0"]
)
def test_binary_noise_is_refused(data: bytes):
    assert read_text(data, "a.txt") == Refusal("a.txt", BINARY)


@pytest.mark.parametrize("data", [b"", b" \n\n ", b"\xef\xbb\xbf", "\u200b\n\n\u00a0".encode()])
def test_a_text_without_text_is_refused(data: bytes):
    assert read_text(data, "a.txt") == Refusal("a.txt", NO_TEXT)


def test_text_without_a_file_has_no_path():
    found = read_text(b"Some words.")
    assert isinstance(found, Article)
    assert found.path is None
