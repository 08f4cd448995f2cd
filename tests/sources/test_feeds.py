"""Feeds of every kind give the right answers, and hostile ones an error in bounded time."""

from __future__ import annotations

import ast
import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.model.article import Article
from monitor.model.source import Source, SourceKind
from monitor.sources.entries import Entry, article_of, text_of
from monitor.sources.feeds import MAX_ENTRIES, MAX_TAGS, Feed, _any, _plain, read_feed
from monitor.sources.hints import Hints
from monitor.sources.plain_feeds import plain_enough

OWN = Path(__file__).parents[1] / "data" / "feeds"
SHARED = Path(__file__).parents[3] / "shared" / "data"
URL = "https://feeds.example/feed"
SOURCE = Source(id="s", kind=SourceKind.FEED, url=URL)


def read(name: str, content_type: str = "") -> tuple[Feed, list[Article]]:
    feed = read_feed((OWN / name).read_bytes(), URL, content_type)
    articles = [
        article_of(entry, SOURCE, text=text_of(entry), feed_lang=feed.lang)
        for entry in feed.entries
    ]
    return feed, [article for article in articles if article is not None]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 1, 6, hour, minute, tzinfo=UTC)


def test_rss_2_is_read_whole():
    feed, (first, second) = read("rss20.xml")
    assert feed.hints == Hints(ttl=30)
    assert first == Article(
        title="Curfew & blackout in Almaty",
        body="Police imposed a curfew\u00a0in Almaty.\n\nThe internet is down.",
        source="s",
        url="https://wire.example/2022/01/06/curfew?utm_source=rss",
        guid="https://wire.example/?p=101",
        published=at(2, 30),
        lang="en",
        author="Aigerim Writer",
        tags=("World", "Kazakhstan"),
    )
    assert second.guid is None  # the same as its link
    assert second.body == "The government resigned over fuel prices."


@pytest.mark.parametrize(
    ("name", "texts", "url", "lang", "published"),
    [
        ("rss091.xml", ("Regierung tritt zurück", "Die Regierung ist zurückgetreten."),
         "http://old.example/ruecktritt", "de", None),
        ("rss20_windows1251.xml",
         ("В Алматы введён комендантский час", "Интернет отключён по всей стране."),
         "https://ru.example/news/12345", "ru", at(8)),
        ("rss10.xml", ("Алматыда коменданттық сағат", "Интернет өшірілді."),
         "https://rdf.example/1", "kk", at(4)),
        ("atom10.xml", ("Airport seized", "Armed men seized the airport.\n\nFlights stopped."),
         "https://atom.example/airport-seized-today", "en", at(9)),
        ("atom10_xhtml.xml",
         ("Couvre-feu <b> à Almaty", "Un couvre-feu est imposé.\n\nInternet est coupé."),
         "https://atom.example/blog/couvre-feu-a-almaty", "fr", at(10)),
        ("atom03.xml", ("Troops deployed", "Troops were deployed."),
         "https://atom03.example/troops-deployed-today", None, at(9)),
        ("cdf.xml", ("Story of the day", "What happened."),
         "https://cdf.example/story-of-the-day", None, at(10)),
        ("malformed.xml", ("Fuel \u00a0 prices doubled", "Prices & protests"),
         "https://broken.example/fuel-prices-doubled", None, None),
    ],
)  # fmt: skip
def test_every_kind_of_xml_feed_is_read(
    name: str, texts: tuple[str, str], url: str, lang: str | None, published: datetime | None
):
    _, (article, *_) = read(name)
    assert (article.title, article.body) == texts
    assert article.url == url
    assert article.published == published
    if lang is not None:
        assert article.lang == lang


def test_a_malformed_feed_keeps_its_later_items():
    _, articles = read("malformed.xml")
    assert [article.url for article in articles][1] == "https://broken.example/second-story-here"


def test_the_charset_that_the_transport_declares_counts():
    data = (
        '<rss version="2.0"><channel><item><title>Комендантский час</title></item></channel></rss>'
    )
    feed = read_feed(data.encode("koi8-r"), URL, "application/xml; charset=koi8-r")
    assert feed.entries[0].title.line() == "Комендантский час"


def test_json_feed_is_read_and_its_nonsense_left_out():
    feed, (first, second) = read("jsonfeed.json")
    assert len(feed.entries) == 3
    assert first == Article(
        title="Fuel prices < double",
        body="They doubled.",
        source="s",
        url="https://feeds.example/fuel-prices-double",
        guid="17",
        published=at(4),
        updated=at(12),
        lang="de",
        author="A, B",
        tags=("economy",),
    )
    assert (second.title, second.body, second.author) == ("Plain & simple", "Plain & simple", "C")
    assert (second.url, second.lang) == ("https://json.example/x", "en")
    assert feed.entries[2] == Entry(
        title=feed.entries[2].title, author="Desk", summary=feed.entries[2].summary,
        content=feed.entries[2].content,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the answer is empty"),
        (b"  \n", "the answer is empty"),
        (b"hello", "is no feed"),
        (b"<opml><body/></opml>", "is no feed"),
        (b"{", "no valid JSON"),
        (b'{"a":' * 99_999, "no valid JSON"),
        (b'{"version": "1", "items": []}', "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "no JSON Feed"),
        (b"{\0\1\2", "no JSON Feed"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is no feed"),
        (b"<?xml version='1.0' encoding='\xe0\xe0'?><a/>", "is no feed"),
        (b"<?xml version='1.0'?>\n<a>&b;</a>", "is no feed: 2:3: undefined entity"),
    ],
)
def test_what_is_no_feed_is_said(data: bytes, said: str):
    with pytest.raises(SourceError, match=said):
        read_feed(data, URL)


def test_a_web_page_names_the_feeds_that_it_links_to():
    page = b"""<!DOCTYPE html><html><head>
        <link rel="alternate" type="application/rss+xml; charset=utf-8" href="/rss.xml">
        <link rel="ALTERNATE home" type="application/atom+xml" href="https://other.example/atom">
        <link rel="alternate" type="text/html" href="/m"><link rel="alternate" href="/x">
        <link rel="alternate" type="application/feed+json" href="http://["></head></html>"""
    with pytest.raises(SourceError) as caught:
        read_feed(page, URL)
    assert str(caught.value) == (
        "is a web page, not a feed; the page links to these feeds: https://feeds.example/rss.xml, "
        "https://other.example/atom"
    )
    with pytest.raises(SourceError, match="it links to none; `type: page` reads listing pages"):
        read_feed(b"<?xml version='1.0'?> <!-- x --> <HTML lang=en><p>Hi", URL)
    with pytest.raises(SourceError, match="it links to none"):
        read_feed(b"<html>\0\0\0", URL)


def test_an_empty_feed_is_a_feed():
    assert read_feed(b'<rss version="2.0"><channel><title>x</title></channel></rss>', URL) == Feed(
        ()
    )


def test_what_several_items_share_identifies_none_of_them():
    item = "<item><title>{0}</title><link>https://e.example/live</link><guid>{1}</guid></item>"
    items = item.format("A", "same") + item.format("B", "same") + item.format("C", "own")
    data = f'<rss version="2.0"><channel>{items}{item.format("A", "same")}</channel></rss>'
    feed = read_feed(data.encode(), URL)
    assert [(entry.guid, entry.shared_link) for entry in feed.entries] == [
        (None, True), (None, True), ("own", True),
    ]  # fmt: skip


def test_entries_beyond_the_limit_are_counted():
    items = "".join(f"<item><title>{n}</title></item>" for n in range(MAX_ENTRIES + 3))
    feed = read_feed(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), URL)
    assert (len(feed.entries), feed.left_out) == (MAX_ENTRIES, 3)


# --- hostile input -------------------------------------------------------------------------------

ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(12))
BOMBS = {
    "nested entities": f'<!DOCTYPE rss [{ENTITIES}]><rss version="2.0"><channel><item><title>&a11;'
    "</title></item></channel></rss>",
    "one long entity": f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]><rss version="2.0"><channel>'
    f"<item><title>{'&a;' * 50_000}</title></item></channel></rss>",
    "an external entity": '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version='
    '"2.0"><channel><item><title>&a;</title></item></channel></rss>',
    "depth": '<rss version="2.0"><channel>' + "<item>" * 20_000,
    "ampersands": '<rss version="2.0"><channel><item><title>' + "&" * 300_000,
    "comments": "<!--" * 200_000,
    "open tags": "<rss " + "a='b' " * 50_000,
    "open sections": '<rss version="2.0"><channel><item><title>' + "<![CDATA[" * 100_000,
}


@pytest.mark.timeout(200)
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_read_in_bounded_time_or_refused(name: str):
    try:
        feed = read_feed(BOMBS[name].encode(), URL)
    except SourceError:
        return
    assert sum(len(entry.title.text) for entry in feed.entries) < 1_000_000
    assert not any("root:" in entry.title.text for entry in feed.entries)


def test_a_document_that_would_take_minutes_is_refused():
    with pytest.raises(SourceError, match="more than 200,000 tags"):
        read_feed(b"<rss><channel>" + b"<item>" * (MAX_TAGS + 1), URL)


@pytest.mark.parametrize("folder", ["xml-bombs", "xml-fuzz"])
def test_malformed_documents_neither_crash_nor_hang(folder: str):
    files = sorted((SHARED / "adversarial" / folder).glob("*"))
    if not files:
        pytest.skip(f"the {folder} are not here")
    for file in files:
        with suppress(SourceError):
            read_feed(file.read_bytes(), URL)


# --- two parsers, one answer ---------------------------------------------------------------------


def core(entries: list[Entry]) -> list[tuple[object, ...]]:
    """Return what matters of entries: what their articles say and are known by."""
    told = []
    for entry in entries:
        source = Source(id="s", kind=SourceKind.FEED, lang="en")
        article = article_of(entry, source, text=text_of(entry))
        if article is not None:
            date = article.published and article.published.replace(microsecond=0)
            told.append((article.title, article.body, article.url, article.guid, date))
    return told


@pytest.mark.parametrize("name", ["rss20.xml", "atom10.xml", "rss10.xml"])
def test_plain_feeds_are_read_by_the_fast_parser_with_the_same_answer(name: str):
    data = (OWN / name).read_bytes()
    assert plain_enough(data)
    plain = _plain(data, URL)
    assert plain is not None
    entries, lang = plain
    slow, slow_lang = _any(data, URL, "")
    assert core(entries) == core(slow)
    assert (lang or "").lower() == (slow_lang or "").lower()


RSS = '<rss version="2.0" xmlns:x="http://x.example/"><channel>{}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry>{}</entry></feed>'


@pytest.mark.parametrize(
    "data",
    [
        "not XML at all",
        "<!DOCTYPE rss []>" + RSS.format(""),
        '<?xml version="1.0" encoding="koi8-r"?>' + RSS.format(""),
        RSS.format("<item><title>a <b>b</b></title></item>"),
        RSS.format("<item><x:title>a</x:title></item>"),
        RSS.format("<item><link href='a'/></item>"),
        RSS.format("<item><title>a&nbsp;b</title></item>"),
        RSS.format("<item><title>don&#146;t</title></item>"),
        RSS.format("<item><body xmlns='http://www.w3.org/1999/xhtml'>x</body></item>"),
        ATOM.format("<title type='xhtml'><div>x</div></title>"),
        ATOM.format("<title mode='base64'>eA==</title>"),
        ATOM.format("<title type='text'>a &lt;b&gt;</title>"),
        ATOM.format("<link xml:base='http://x.example/' href='a'/>"),
        '<feed xmlns="http://purl.org/atom/ns#"/>',
        '<rss xmlns="http://backend.userland.com/rss2"><channel/></rss>',
        "<CHANNEL/>",
    ],
)
def test_what_the_fast_parser_might_get_wrong_is_not_given_to_it(data: str):
    assert not plain_enough(data.encode())


def test_another_declared_encoding_is_not_given_to_the_fast_parser():
    data = RSS.format("<item><title>x</title></item>").encode()
    assert plain_enough(data, "text/xml; charset=UTF-8")
    assert not plain_enough(data, "text/xml; charset=windows-1251")


def test_a_document_in_which_the_fast_parser_finds_nothing_is_read_by_the_other():
    data = b'<rss version="2.0"><item><title>outside</title></item></rss>'
    assert plain_enough(data)
    assert _plain(data, URL) is None
    assert [entry.title.text for entry in read_feed(data, URL).entries] == ["outside"]


def test_an_atom_entry_linked_to_an_enclosure_only_has_its_id_for_a_link():
    entry = "<id>urn:x</id><title>a</title><link rel='enclosure' href='https://x.example/a.mp3'/>"
    assert plain_enough(ATOM.format(entry).encode())
    assert read_feed(ATOM.format(entry).encode(), URL).entries[0].url is None


FEEDPARSER = SHARED / "feeds" / "feedparser"
needs_feedparser_cases = pytest.mark.skipif(
    not FEEDPARSER.is_dir(), reason="feedparser's cases are not here"
)


@needs_feedparser_cases
def test_both_parsers_agree_on_all_that_passes_for_plain():
    passed, different = 0, []
    for file in [*FEEDPARSER.rglob("*.xml"), *(SHARED / "feeds" / "miniflux-real").glob("*.xml")]:
        data = file.read_bytes()
        plain = _plain(data, URL) if plain_enough(data) else None
        if plain is not None:
            passed += 1
            if core(plain[0]) != core(_any(data, URL, "")[0]):
                different.append(file.name)
    assert passed > 600
    assert different == []


EXPECT = re.compile(
    r"Expect:\s*(?:not bozo and )?entries\[(\d)\]\[['\"](\w+)['\"]\](?:\[0\]\[['\"]value['\"]\])?"
    r"\s*==\s*(u?(?:'[^'\n]*'|\"[^\"\n]*\")|\([\d, ]+\))\s*$",
    re.MULTILINE,
)
FIELDS = {
    "title": "title", "link": "link", "id": "id", "guid": "id", "author": "author",
    "summary": "summary", "description": "summary", "content": "content",
    "published_parsed": "date", "updated_parsed": "date",
}  # fmt: skip


def told(entry: Entry, field: str) -> object:
    """Return what we make of the field that feedparser's case asks about."""
    if field == "title":
        return entry.title.line()
    if field in {"summary", "content"}:
        first, second = entry.summary, entry.content
        if field == "content":
            first, second = second, first
        return first.paragraphs() or second.paragraphs()
    if field == "date":
        return {entry.published, entry.updated}
    return {"link": entry.url, "id": entry.guid or entry.url, "author": entry.author}[field] or ""


@needs_feedparser_cases
def test_feedparsers_own_cases_are_answered_as_they_expect():
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for file in FEEDPARSER.rglob("*.xml"):
        data = file.read_bytes()
        header = re.search(rb"Header:\s*Content-type:\s*(.*)", data, re.IGNORECASE)
        fit = EXPECT.search(data.decode("utf-8", "replace"))
        if fit is None or fit[2] not in FIELDS:
            continue
        field, expected = FIELDS[fit[2]], ast.literal_eval(fit[3])
        asked[field] += 1
        content_type = header.group(1).decode().strip() if header else ""
        try:
            feed = read_feed(data, "http://127.0.0.1:8097/feed", content_type)
        except SourceError:
            continue
        if len(feed.entries) <= int(fit[1]):
            continue
        entry = feed.entries[int(fit[1])]
        got = told(entry, field)
        if field == "date":
            right[field] += datetime(*expected[:6], tzinfo=UTC) in got  # type: ignore[operator]
        else:
            example = Entry(title=type(entry.title)(text=expected))
            same = {expected, example.title.line()} if isinstance(got, str) else None
            right[field] += got in same if same else got == example.title.paragraphs()
    assert asked.total() > 600
    shares = {field: right[field] / asked[field] for field in asked}
    assert {field for field, share in shares.items() if share < 0.85} == set(), shares
    assert right.total() / asked.total() > 0.97, shares
