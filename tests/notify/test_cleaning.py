"""Text from outside is harmless before any markup is put around it."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.cleaning import CUT, clean, one_line, safe_link, shorten
from tests.notify import hostile


@given(hostile.text)
def test_cleaned_text_holds_nothing_that_controls_reorders_or_hides(text: str) -> None:
    for char in clean(text):
        assert char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        assert char not in "\u200b\ufeff\u2028"


@given(hostile.text)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(hostile.text, st.integers(2, 80))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert line == line.strip()


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])))
def test_plain_text_in_any_script_is_left_as_it_is(text: str) -> None:
    kept = text.replace("\u00ad", "")
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x1b[1;31mb\x1b[0mc", "abc"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("an unfinished \x1b]0;title", "an unfinished 0;title"),
        ("a\u202eb\u2066c", "abc"),
        ("line\r\nbreaks\rof\u2028all\x85kinds", "line\nbreaks\nof\nall\nkinds"),
        ("e" + "\u0301" * 30, "e" + "\u0301" * 4),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_what_is_removed_and_what_is_kept(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(), st.integers(0, 60))
def test_a_cut_is_within_the_limit_and_shown(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if short != text:
        assert short.endswith(CUT) or short in {"", "…"}


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("One sentence. Another one follows", 24, "One sentence. …"),
        ("One very long sentence without an end", 24, "One very long sentence …"),
        ("unbreakable" * 5, 10, "unbreaka …"),
        ("「一つ目の文。」二つ目の文が続く", 11, "「一つ目の文。 …"),
        ("He said “stop.” Then he left the room", 20, "He said “stop.” …"),
        ("fits", 4, "fits"),
        ("fits not", 1, "…"),
        ("fits not", 0, ""),
    ],
)
def test_a_cut_falls_at_a_sentence_else_at_a_word(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


def test_a_title_of_ten_thousand_characters_is_a_title() -> None:
    assert len(one_line("word " * 10_000, 300)) <= 300


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT://x/%0aalert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "//example.org/x",
        "http://",
        "http:///path",
        "http://[::1",
        "http://exa mple.org/",
        "http://example.org:port/",
        "http://" + "ü" * 80 + ".example/",
        "https://example.org/" + "a" * 3_000,
        'http://ex"ample.org/',
    ],
)
def test_what_is_no_address_of_the_web_is_no_link(url: str | None) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        ("HTTPS://Example.org", "https://example.org"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://example.org/a(b)|<c>'\"", "https://example.org/a%28b%29%7C%3Cc%3E%27%22"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("https://example.org/50%25 off", "https://example.org/50%25%20off"),
        ("http://example.org/\r\nX: y", "http://example.org/X:%20y"),
    ],
)
def test_a_link_is_safe_inside_any_markup(url: str, link: str) -> None:
    assert safe_link(url) == link


@given(hostile.text)
def test_no_link_breaks_out_of_its_markup(path: str) -> None:
    link = safe_link(f"https://example.org/{path}")
    if link is not None:
        assert not set(link) & set("<>()[]\"'`|\\ \n@")
        assert link.isascii()
        assert urlsplit(link).hostname == "example.org"
