"""A web page becomes the article in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.articles.html import read_html, read_page
from monitor.articles.plain import BINARY, NO_TEXT
from monitor.model.article import Article
from monitor.model.source import Refusal

TEXT = (
    "Protesters in Almaty stormed the residence of the president and set it on fire on Wednesday, "
    "according to witnesses who spoke to reporters in the city. "
)
PAGE = f"""<!doctype html><html lang="en-GB"><head><title>Curfew | Example</title>
<meta property="og:title" content="Curfew in Almaty"><meta name="author" content="Aigerim Writer">
<meta property="article:published_time" content="2022-01-06T08:30:00+06:00">
<meta name="keywords" content="curfew, almaty"><link rel="canonical" href="/news/curfew-1">
</head><body><nav><a href="/">Home</a> <a href="/x">Subscribe now</a></nav><article>
<h1>Curfew in Almaty</h1><p>{TEXT * 2}</p><p>The second paragraph. {TEXT}</p></article>
<footer>All rights reserved</footer></body></html>"""


def test_a_page_gives_its_article_without_what_surrounds_it():
    page = read_page(PAGE, "https://example.org/news/curfew-1?utm_source=x")
    assert page.title == "Curfew in Almaty"
    assert page.published == datetime(2022, 1, 6, 2, 30, tzinfo=UTC)
    assert page.lang == "en"
    assert page.author == "Aigerim Writer"
    assert page.tags == ("curfew", "almaty")
    assert page.url == "https://example.org/news/curfew-1"
    assert any(part.startswith("Protesters in Almaty") for part in page.paragraphs)
    assert not any("Subscribe" in part or "All rights" in part for part in page.paragraphs)


def test_a_file_is_read_in_the_encoding_that_it_declares():
    text = "Протестующие штурмовали резиденцию президента. " * 9
    markup = f'<meta charset="windows-1251"><title>Алматы</title><p>{text}</p>'
    found = read_html(markup.encode("cp1251"), "a.html")
    assert isinstance(found, Article)
    assert (found.title, found.encoding, found.lang) == ("Алматы", "cp1251", "ru")
    assert found.body.startswith("Протестующие штурмовали")
    declared = read_html(markup.encode("koi8-r"), "a.html", charset="koi8-r", lang="kk")
    assert isinstance(declared, Article)
    assert (declared.title, declared.encoding, declared.lang) == ("Алматы", "koi8_r", "kk")


def test_a_page_too_short_to_extract_gives_all_its_visible_text():
    found = read_html(b"<p>Curfew lifted.</p><script>x()</script>", "a.html")
    assert isinstance(found, Article)
    assert (found.title, found.body) == ("Curfew lifted.", "Curfew lifted.")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta itemprop="datePublished" content="2022-01-06">', 6),
        ('<script type="application/ld+json">{"datePublished": "2022-01-07T00:00Z"}</script>', 7),
        ('<time pubdate datetime="2022-01-08">x</time>', 8),
        ('<time itemprop="datePublished" datetime="2022-01-09">x</time>', 9),
        ('<meta name="date" content="soon"><meta name="pubdate" content="2022-01-10">', 10),
        ("<p>no date</p>", None),
    ],
)  # fmt: skip
def test_the_date_is_found_where_publishers_put_it(head: str, expected: int | None):
    published = read_page(f"<html><body>{head}<p>{TEXT}</p></body></html>").published
    assert (published.day if published else None) == expected


@pytest.mark.parametrize(
    ("link", "url"),
    [("https://example.org/a", "https://example.org/a"), ("/a", None), ("javascript:x", None),
     ("http://[broken", None), ("", None)],
)  # fmt: skip
def test_only_a_web_address_is_a_pages_own(link: str, url: str | None):
    page = f'<link rel="canonical" href="{link}"><p>Words.</p>'
    assert read_page(page).url == url
    resolved = read_page(page, "https://example.net/b").url
    assert resolved == ("https://example.net/a" if link == "/a" else url)


def test_a_page_without_text_or_characters_is_refused():
    assert read_html(b"<html><body></body></html>", "a.html") == Refusal("a.html", NO_TEXT)
    assert read_html(b"\0\1\2\3", "a.html") == Refusal("a.html", BINARY)


def test_a_title_in_the_page_is_found_without_metadata():
    page = read_page("<html><head><title>Only a title</title></head><body></body></html>")
    assert page.title == "Only a title"
    assert page.paragraphs == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<" * 9000,
        "<div>" * 20_000,
        "<a href='x'>" * 5000,
        "&#x110000;&#0;",
        "<?xml version='1.0' encoding='koi8-r'?><html><body><p>Words</p></body></html>",
        "<![CDATA[x]]>",
        "<!-- <html>",
        "\ufeff<p>x</p>",
    ],
)
def test_broken_pages_raise_nothing(markup: str):
    assert "\n" not in "".join(read_page(markup).paragraphs)


GOLD = Path(__file__).parents[3] / "shared" / "data" / "extraction"


@pytest.mark.skipif(not GOLD.is_dir(), reason="the pages with known texts are not here")
def test_real_pages_give_their_text_and_leave_out_the_rest():
    right = missed = wrong = 0
    for page in json.loads((GOLD / "gold.json").read_text()).values():
        found = read_html((GOLD / page["file"]).read_bytes(), page["file"])
        assert isinstance(found, Article), page["file"]
        text = " ".join(found.body.split())
        for passage in page["with"]:
            there = " ".join(passage.split()) in text
            right, missed = right + there, missed + (not there)
        wrong += sum(" ".join(passage.split()) in text for passage in page["without"])
    assert right / (right + missed) > 0.95
    assert right / (right + wrong) > 0.97
