"""Listing pages and sitemaps give the addresses that they list."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.sources.listing_pages import MAX_LINKS, read_listing
from monitor.sources.sitemaps import MAX_ADDRESSES, read_sitemap

SHARED = Path(__file__).parents[3] / "shared" / "data" / "sitemaps"
URL = "https://gov.example/news"
LIMIT = 1_000_000

PAGE = b"""<html lang="kk-KZ"><head><base href="https://gov.example/kk/"></head><body>
<nav><a href="/">Home</a></nav><main>
<a class="headline" href="curfew-1">Curfew <b>imposed</b></a>
<a class="headline" href="curfew-1#comments"></a>
<div class="card"><a href="//other.example/resigns"><h2>Government resigns</h2></a></div>
<a class="headline" href="/picture-only" title="A picture"><img src="x.png"></a>
<a href="/outer"><span class="headline">Outer link</span></a>
<span class="headline">No link</span>
<a class="headline" href="mailto:x">Mail</a><a class="headline">Nowhere</a>
</main></body></html>"""


def test_the_links_that_the_selector_picks_are_entries():
    listing = read_listing(PAGE, URL, None, "main .headline, .card")
    assert [(entry.url, entry.title.line()) for entry in listing.entries] == [
        ("https://gov.example/kk/curfew-1", "Curfew imposed"),
        ("https://other.example/resigns", "Government resigns"),
        ("https://gov.example/picture-only", "A picture"),
        ("https://gov.example/outer", "Outer link"),
    ]
    assert listing.lang == "kk"


def test_a_link_first_met_without_a_title_gets_that_of_its_next_mention():
    page = b"<a href='/a'><img></a><a href='/a'>Title</a>"
    assert read_listing(page, URL, None, "a").entries[0].title.text == "Title"


def test_the_page_is_read_in_its_encoding():
    page = "<a href='/1'>Комендантский час</a>".encode("koi8-r")
    assert read_listing(page, URL, "koi8-r", "a").entries[0].title.text == "Комендантский час"


def test_no_more_links_are_taken_than_a_listing_has():
    page = "".join(f"<a href='/{n}'>x</a>" for n in range(MAX_LINKS + 1)).encode()
    assert len(read_listing(page, URL, None, "a").entries) == MAX_LINKS


@pytest.mark.parametrize(
    ("page", "selector", "said"),
    [
        (PAGE, "a.gone", "no link fits `links: a.gone`: the page may have changed"),
        (PAGE, "a[", "is no CSS selector"),
        (PAGE, "a::before", "is no CSS selector"),
        (b"\0\1\2\3", "a", "is no web page"),
        (b"<!-- <html> ", "a", "is no web page"),
    ],
)
def test_a_listing_that_gives_nothing_is_an_error(page: bytes, selector: str, said: str):
    with pytest.raises(SourceError) as caught:
        read_listing(page, URL, None, selector)
    assert said in str(caught.value)


# --- sitemaps ------------------------------------------------------------------------------------

URLSET = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://daily.example/old</loc><lastmod>2021-12-01</lastmod>
 <image:image><image:loc>https://daily.example/i.png</image:loc><image:title>No</image:title>
 </image:image></url>
<!-- between --><url><loc> https://daily.example/curfew </loc>
 <news:news><news:publication><news:name>Daily</news:name><news:language>en</news:language>
 </news:publication>
 <news:publication_date>2022-01-06T08:30:00+06:00</news:publication_date>
 <news:title>Curfew in Almaty</news:title><news:keywords>curfew, almaty, </news:keywords>
 </news:news></url>
<url><loc>/relative</loc></url><url><lastmod>2022-01-01</lastmod></url>
</urlset>"""


def test_a_sitemap_gives_its_addresses_newest_first_with_their_news():
    curfew, old, relative = read_sitemap(URLSET, "https://daily.example/sitemap.xml", LIMIT).entries
    assert (curfew.url, curfew.title.line(), curfew.lang) == (
        "https://daily.example/curfew", "Curfew in Almaty", "en",
    )  # fmt: skip
    assert curfew.published == datetime(2022, 1, 6, 2, 30, tzinfo=UTC)
    assert curfew.tags == ("curfew", "almaty")
    assert (old.url, old.title.text, old.updated) == (
        "https://daily.example/old", "", datetime(2021, 12, 1, tzinfo=UTC),
    )  # fmt: skip
    assert (relative.url, relative.updated) == ("https://daily.example/relative", None)


def test_a_packed_sitemap_is_unpacked_within_its_limit():
    packed = gzip.compress(URLSET)
    assert len(read_sitemap(packed, URL, LIMIT).entries) == 3
    with pytest.raises(SourceError, match="more than 100 bytes unpacked"):
        read_sitemap(packed, URL, 100)
    with pytest.raises(SourceError, match="is damaged"):
        read_sitemap(packed[:-9], URL, LIMIT)


def test_an_index_gives_its_sitemaps_newest_first():
    index = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>https://daily.example/1.xml</loc></sitemap>
    <sitemap><loc>https://daily.example/2.xml</loc><lastmod>2022-01-06</lastmod></sitemap>
    </sitemapindex>"""
    found = read_sitemap(index, URL, LIMIT)
    assert found.children == (
        ("https://daily.example/2.xml", datetime(2022, 1, 6, tzinfo=UTC)),
        ("https://daily.example/1.xml", None),
    )
    assert found.entries == ()


def listed(*facts: str) -> bytes:
    return ("<urlset>" + "".join(f"<url>{fact}</url>" for fact in facts) + "</urlset>").encode()


def test_a_date_that_all_addresses_share_says_nothing_of_any():
    same = [f"<loc>https://x.example/{n}</loc><lastmod>2022-01-06</lastmod>" for n in range(10)]
    assert {entry.updated for entry in read_sitemap(listed(*same), URL, LIMIT).entries} == {None}
    few = read_sitemap(listed(*same[:9]), URL, LIMIT).entries
    assert {entry.updated for entry in few} == {datetime(2022, 1, 6, tzinfo=UTC)}


def test_addresses_beyond_the_protocols_limit_are_counted():
    many = [f"<loc>https://x.example/{n}</loc>" for n in range(MAX_ADDRESSES + 2)]
    found = read_sitemap(listed(*many), URL, 10_000_000)
    assert (len(found.entries), found.left_out) == (MAX_ADDRESSES, 2)


def test_a_sitemap_that_breaks_off_keeps_what_was_read_and_says_so():
    data = listed("<loc>https://x.example/1</loc>", "<loc>https://x.example/2</loc>")[:-20]
    found = read_sitemap(data, URL, LIMIT)
    assert [entry.url for entry in found.entries] == ["https://x.example/1"]
    assert found.damage


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<rss/>", "is no sitemap: it starts with <rss>"),
        (b"", "is no sitemap"),
        (b"<urlset><url><loc>https://x.example", "is no sitemap"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><html>&b;</html>", "<html>"),
    ],
)
def test_what_is_no_sitemap_is_said(data: bytes, said: str):
    with pytest.raises(SourceError, match=said):
        read_sitemap(data, URL, LIMIT)


def test_entities_of_a_sitemap_are_not_followed():
    data = (
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'><!ENTITY c 'x'>]><urlset><url><loc>"
        b"https://x.example/&b;&c;1</loc></url></urlset>"
    )
    (entry,) = read_sitemap(data, URL, LIMIT).entries
    assert entry.url == "https://x.example/"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sitemaps are not here")
@pytest.mark.parametrize(
    "name", ["sitemap.xml", "sitemap.xml.gz", "sitemap2.xml", "sitemap-hreflang.xml"]
)
def test_real_sitemaps_are_read(name: str):
    found = read_sitemap((SHARED / name).read_bytes(), "https://x.example/", 10_000_000)
    assert len(found.entries) + len(found.children) >= 2
    assert not found.damage
