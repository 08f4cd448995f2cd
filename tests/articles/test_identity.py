"""An article is recognised by what stays the same about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.articles.identity import (
    canonical_url,
    content_hash,
    identity_keys,
    names_one_article,
)
from monitor.model.article import Article

ARTICLE = Article(title="Curfew in Almaty", body="Police fired.", url="https://example.org/a-b-c")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/news/curfew?id=7",
        "http://example.org/news/curfew?id=7",
        "HTTPS://WWW.Example.ORG:443/news/curfew/?id=7#comments",
        "http://m.example.org:80/news//curfew?utm_source=rss&id=7&fbclid=x",
        "https://amp.example.org/news/curfew/amp?id=7",
        "https://example.org/amp/news/curfew.amp.html?id=7",
        "https://www.example.org./news/x/../curfew/index.html?id=7&ref=rss",
        "https://example-org.cdn.ampproject.org/c/s/example.org/news/curfew?id=7",
        "https://www.google.com/amp/s/example.org/news/curfew?id=7",
        " https://example.org/news/%63urfew?id=%37 ",
    ],
)
def test_addresses_of_one_article_are_one(url: str):
    assert canonical_url(url) == "https://example.org/news/curfew?id=7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://example.org/a?ref=123", "https://example.org/a?ref=124"),
        ("https://example.org:8443/a", "https://example.org/a"),
        ("https://example.org/a%3Fb", "https://example.org/a?b"),
        ("https://example.org/A", "https://example.org/a"),
        ("https://live.example.org/a", "https://example.org/a"),
    ],
)
def test_addresses_of_two_articles_stay_two(one: str, other: str):
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "text",
    ["", "tag:example.org,2022:1", "urn:uuid:1", "ftp://example.org/a", "https://", "no url",
     "http://example.org:99999/", "http://[broken/", "http://" + "a" * 70 + ".org/"],
)  # fmt: skip
def test_what_is_no_web_address_has_no_canonical_form(text: str):
    assert canonical_url(text) is None


def test_hosts_may_be_numbers_or_in_any_script():
    assert canonical_url("http://[::1]:8080/a/") == "https://[::1]:8080/a"
    assert canonical_url("http://127.0.0.1") == "https://127.0.0.1"
    assert canonical_url("https://пример.рф/?q=я") == "https://xn--e1afmkfd.xn--p1ai?q=%D1%8F"


@given(
    st.text(alphabet="ab./-_?&=%2fF#~é:@;+", max_size=30),
    st.sampled_from(
        ["https://example.org/", "http://www.m.example.org", "http://amp.example.org/"]
    ),
)
def test_a_canonical_address_is_its_own_canonical_form(rest: str, start: str):
    canonical = canonical_url(start + rest)
    assert canonical is None or canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("url", "telling"),
    [
        ("https://example.org/2022/01/06/story", True),
        ("https://example.org/curfew-in-almaty", True),
        ("https://example.org/?p=1234", True),
        ("https://example.org/новости/комендантский-час-в-алматы", True),
        ("https://example.org/", False),
        ("https://example.org/news", False),
        ("https://example1234.org", False),
        ("mailto:x", False),
    ],
)
def test_a_number_or_a_slug_makes_an_address_one_articles_own(url: str, telling: bool):
    assert names_one_article(url) is telling


def test_blanks_and_unicode_spellings_are_no_change_of_content():
    same = replace(ARTICLE, title="Curfew  in Almaty", body=" Police\nfired. ", lang="en")
    assert content_hash(same) == content_hash(ARTICLE)
    assert content_hash(replace(ARTICLE, title="Café")) == content_hash(
        replace(ARTICLE, title="Cafe\u0301")
    )
    assert content_hash(replace(ARTICLE, body="Police fired!")) != content_hash(ARTICLE)


def kinds(article: Article) -> list[str]:
    return [key.partition(":")[0] for key in identity_keys(article)]


def test_keys_come_surest_first():
    from datetime import UTC, datetime  # noqa: PLC0415

    full = replace(
        ARTICLE,
        external_id="1",
        guid="g",
        path="a.txt",
        published=datetime(2022, 1, 6, tzinfo=UTC),
    )
    assert kinds(full) == ["id", "guid", "url", "path", "file", "head", "text"]
    assert kinds(Article(title="T", body="")) == ["text"]
    assert len(set(identity_keys(full))) == 7


def test_a_guid_that_is_an_address_is_compared_as_one():
    one = replace(ARTICLE, guid="http://example.org/?p=7")
    other = replace(ARTICLE, guid="https://www.example.org/?p=7&utm_source=x")
    assert identity_keys(one)[0] == identity_keys(other)[0]
    assert "guid" not in kinds(replace(ARTICLE, guid=" "))


def test_a_shared_link_or_a_file_of_records_names_no_article():
    assert "path" not in kinds(replace(ARTICLE, shared_link=True))
    for path in ("a.jsonl", "a.jsonl.gz", "A.JSON"):
        assert "file" not in kinds(replace(ARTICLE, path=path))
    assert "file" in kinds(replace(ARTICLE, path="a.md.gz"))


def test_an_address_that_is_none_gives_no_key():
    assert kinds(replace(ARTICLE, url="mailto:x")) == ["text"]
