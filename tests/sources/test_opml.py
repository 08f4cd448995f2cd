"""Lists of feeds come in as sources and go out again."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.model.source import Refusal, Source, SourceKind
from monitor.sources.opml import MAX_BYTES, export_opml, import_opml, source_id

URL = "https://www.pravda.com.ua/rss/"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "feeds" / "opml"

LIST = b"""<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>
<outline text="World"><outline text="Asia">
<outline type="rss" text="Almaty Wire" xmlUrl="https://wire.example/feed" language="kk-KZ"/>
</outline>
<outline title="Almaty Wire" xmlURL=" https://other.example/feed " category="/News/Asia,wire"/>
</outline>
<outline type="rss" text="Again" xmlUrl="http://www.wire.example/feed/"/>
<outline type="link" text="A page" url="https://page.example/"/>
<outline type="rss" text="Fuel & prices" url="https://fuel.example/a?b=1&c=2"/>
<outline type="rss" text="No address"/>
<outline type="rss" text="Bad" xmlUrl="ftp://x.example/"/>
</body></opml>"""


def test_nested_outlines_become_tags_and_titles_become_ids():
    found = import_opml(LIST, "feeds.opml", taken={"fuel-prices"})
    assert found.sources == (
        Source(
            id="almaty-wire", kind=SourceKind.FEED, url="https://wire.example/feed",
            title="Almaty Wire", lang="kk", tags=("world", "asia"),
        ),
        Source(
            id="almaty-wire-2", kind=SourceKind.FEED, url="https://other.example/feed",
            title="Almaty Wire", tags=("world", "news", "asia", "wire"),
        ),
        Source(
            id="fuel-prices-2", kind=SourceKind.FEED, url="https://fuel.example/a?b=1&c=2",
            title="Fuel & prices",
        ),
    )  # fmt: skip
    assert found.refusals == (
        Refusal("feeds.opml:10", "No address has no web address"),
        Refusal("feeds.opml:11", "Bad has no web address"),
    )


def test_what_goes_out_comes_in_again():
    sources = import_opml(LIST, "feeds.opml").sources
    others = (Source(id="folder", kind=SourceKind.CORPUS), Source(
        id="plain", kind=SourceKind.FEED, url="https://plain.example/", title="control \x01 <&>\""
    ))  # fmt: skip
    again = import_opml(export_opml((*sources, *others)), "out.opml")
    assert again.refusals == ()
    assert [(one.title, one.url, one.tags, one.lang) for one in again.sources] == [
        *((one.title, one.url, one.tags, one.lang) for one in sources),
        ('control <&>"', "https://plain.example/", (), None),
    ]


def test_damage_is_mended_as_far_as_possible_and_told():
    found = import_opml(LIST.replace(b"</body></opml>", b""), "cut.opml")
    assert len(found.sources) == 3
    assert found.refusals[0].where == "cut.opml"
    assert "no well-formed XML, some of it may be lost" in found.refusals[0].reason


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"<opml/>", b"<rss><body/></rss>", b"\0\1\2", b"<!-- -->",
        b"x" * (MAX_BYTES + 1), b"<opml><head><body/></head></opml>",
    ],
)  # fmt: skip
def test_what_is_no_opml_is_said(data: bytes):
    with pytest.raises(SourceError, match=r"^x\.opml is (?:not OPML|too large)"):
        import_opml(data, "x.opml")


def test_entities_are_neither_followed_nor_unfolded():
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    data = f"""<!DOCTYPE opml [{bomb}<!ENTITY f SYSTEM "file:///etc/passwd">]><opml><body>
    <outline text="A &f; x" xmlUrl="https://a.example/"/></body></opml>"""
    found = import_opml(data.encode(), "x.opml")
    assert all("root:" not in source.title for source in found.sources)
    lol = f"""<!DOCTYPE opml [{bomb}]><opml><body><outline text="&a11;" xmlUrl="https://a.example/"/>
    </body></opml>"""
    assert sum(len(source.title) for source in import_opml(lol.encode(), "x").sources) < 1_000_000


def test_outlines_nested_without_end_are_read_within_bounds():
    depth = 200
    data = b"<opml><body>" + b"<outline text='a'>" * depth
    data += b"<outline xmlUrl='https://a.example/'/>" + b"</outline>" * depth + b"</body></opml>"
    assert import_opml(data, "x").sources == ()


@pytest.mark.parametrize(
    ("title", "taken", "url", "id"),
    [
        ("BBC World", (), URL, "bbc-world"),
        ("BBC World", ("bbc-world", "bbc-world-2"), URL, "bbc-world-3"),
        ("BBC", (), URL, "bbc"),
        ("Новости", (), URL, "pravda-com-ua"),
        ("Вести.ua", (), "https://vesti.ua/feeds/partners", "vesti-ua"),
        ("Новини на tsn.ua", (), "https://tsn.ua/rss/full.rss", "tsn-ua"),
        ("Новости", ("n-kz",), "http://rss.n.kz", "n-kz-2"),
        ("Новости", (), "https://новости.example/", "example"),
        ("Café – Ünïcode!", (), URL, "cafe-unicode"),
        ("x" * 99, (), URL, "x" * 60),
        ("", ("feed",), "", "feed-2"),
    ],
)
def test_ids_are_like_those_that_people_write(
    title: str, taken: tuple[str, ...], url: str, id: str
):
    assert source_id(title, taken, url) == id


@pytest.mark.skipif(not SHARED.is_dir(), reason="the lists are not here")
def test_real_lists_come_in_and_out_unchanged():
    count = 0
    for file in sorted(SHARED.rglob("*.opml")):
        found = import_opml(file.read_bytes(), file.name)
        assert found.sources, file
        count += len(found.sources)
        again = import_opml(export_opml(found.sources), file.name)
        assert [(one.url, one.tags) for one in again.sources] == [
            (one.url, one.tags) for one in found.sources
        ]
    assert count > 700
