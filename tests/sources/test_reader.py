"""A source is polled politely for as long as it lives, and every item is taken in once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.article import Article
from monitor.model.source import (
    FullText,
    Poll,
    PollOutcome,
    Refusal,
    Source,
    SourceKind,
    SourceState,
)
from monitor.sources import Reader
from monitor.sources.fetching import Limits
from tests.sources.server import (
    Asked,
    FakeTime,
    Files,
    Reply,
    Server,
    fresh,
    packed,
    resolve_here,
)

NOW = datetime(2022, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG = "Protesters in Almaty stormed the residence of the president and set it on fire. " * 9


def item(number: int, text: str = LONG, *, day: int = 6, link: str | None = None) -> str:
    link = link or f"https://wire.example/2022/story-{number}"
    return (
        f"<item><title>Story {number}</title><link>{link}</link><guid>g{number}</guid>"
        f"<pubDate>{day:02} Jan 2022 10:00:00 GMT</pubDate><description>{text}</description></item>"
    )


def feed(*items: str, more: str = "") -> bytes:
    head = f"<title>Wire</title><language>en</language>{more}"
    return f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


@dataclass
class Desk:
    """A reader with a server to read from, a clock, and the states of its sources."""

    server: Server
    limits: Limits = field(default_factory=Limits)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.time = FakeTime()
        self.reader = Reader(
            files=Files(),
            contact="mailto:desk@example.org",
            limits=self.limits,
            monotonic=self.time.monotonic,
            wait=self.time.wait,
            resolve=resolve_here,
        )
        self.states: dict[str, SourceState] = {}
        self.notices: list[str] = []

    def poll(self, source: Source) -> Poll:
        """Poll a source and keep its state, as the pipeline does."""
        poll = self.reader.poll(source, self.states.get(source.id, fresh(source)), self.now)
        self.states[source.id] = poll.state
        self.notices.extend(poll.notices)
        return poll

    def titles(self, source: Source) -> list[str]:
        """Return the titles of what the next poll gives, or why there is none."""
        return [
            one.title if isinstance(one, Article) else one.reason
            for one in self.poll(source).items
            if isinstance(one, (Article, Refusal))
        ]

    def source(self, path: str, kind: SourceKind = SourceKind.FEED) -> Source:
        return Source(id="wire", kind=kind, url=self.server.url + path, lang="en")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def desk(server: Server) -> Iterator[Desk]:
    made = Desk(server)
    yield made
    made.reader.close()


# --- one poll after another ----------------------------------------------------------------------


def test_a_feed_is_read_and_asked_again_only_for_what_changed(server: Server, desk: Desk):
    whole = packed(
        feed(item(2), item(1)), ETag='W/"1"', **{"Last-Modified": "yesterday, around noon"}
    )
    server.on("/feed", whole, Reply(status=304))
    source = desk.source("/feed")
    first = desk.poll(source)
    assert first.outcome is PollOutcome.READ
    assert [one.title for one in first.items if isinstance(one, Article)] == ["Story 1", "Story 2"]
    assert (first.state.etag, first.state.last_modified) == ('W/"1"', "yesterday, around noon")
    assert (first.state.last_success, first.state.due) == (NOW, NOW + source.every)
    second = desk.poll(source)
    assert (second.outcome, list(second.items)) == (PollOutcome.UNCHANGED, [])
    assert second.state.etag == 'W/"1"'
    asked = server.asked[1].headers
    assert asked["if-none-match"] == 'W/"1"'
    assert asked["if-modified-since"] == "yesterday, around noon"
    assert asked["user-agent"].endswith("(+mailto:desk@example.org)")
    assert "application/rss+xml" in asked["accept"]


def test_only_new_and_changed_items_are_given_again(server: Server, desk: Desk):
    edited = item(1, LONG + "More.")
    server.on(
        "/feed", Reply(feed(item(1))), Reply(feed(item(2), item(1))), Reply(feed(item(2), edited)),
        Reply(feed(item(2), edited)), Reply(feed(item(2))), Reply(feed(item(2), edited)),
    )  # fmt: skip
    source = desk.source("/feed")
    given = [desk.titles(source) for _ in range(6)]
    assert given == [["Story 1"], ["Story 2"], ["Story 1"], [], [], ["Story 1"]]


def test_a_date_that_moves_gives_no_item_again(server: Server, desk: Desk):
    server.on("/feed", Reply(feed(item(1))), Reply(feed(item(1, day=7))))
    source = desk.source("/feed")
    assert (desk.titles(source), desk.titles(source)) == (["Story 1"], [])


def test_the_feeds_own_wishes_hold_over_unchanged_answers(server: Server, desk: Desk):
    more = "<ttl>120</ttl><skipHours><hour>14</hour></skipHours>"
    server.on("/feed", Reply(feed(more=more), headers={"ETag": "x"}), Reply(status=304))
    for _ in range(2):
        assert desk.poll(desk.source("/feed")).state.due == NOW + 3 * HOUR


def test_the_servers_freshness_holds(server: Server, desk: Desk):
    server.on("/feed", Reply(feed(), headers={"Cache-Control": "max-age=7200"}))
    assert desk.poll(desk.source("/feed")).state.due == NOW + 2 * HOUR


def test_items_without_title_and_text_are_refused_and_named(server: Server, desk: Desk):
    server.on("/feed", Reply(feed("<item><guid>only</guid></item>", item(1))))
    source = desk.source("/feed")
    assert list(desk.poll(source).items)[1] == Refusal("only", "has neither title nor text")
    assert desk.titles(source) == []


def test_no_content_is_nothing_new(server: Server, desk: Desk):
    server.on("/feed", Reply(status=204))
    assert desk.poll(desk.source("/feed")).outcome is PollOutcome.UNCHANGED


# --- when things go wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=404), "/feed answered 404: there is nothing at this address"),
        (Reply(status=401), "/feed answered 401: it wants a user and password"),
        (Reply(status=403), "/feed answered 403: it refuses us"),
        (Reply(status=500), "/feed answered 500: the server has an error"),
        (Reply(status=418), "/feed answered 418"),
        (Reply(b"hello"), "/feed is no feed"),
        (Reply(raw=[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]), "sent no whole answer"),
        (Reply(b"<html><link rel=alternate type=application/rss+xml href=/rss></html>"),
         "/feed is a web page, not a feed; the page links to this feed: http://127.0.0.1"),
    ],
)  # fmt: skip
def test_a_failure_is_an_outcome_with_a_reason_and_a_later_time(
    server: Server, desk: Desk, reply: Reply, said: str
):
    server.on("/feed", reply)
    poll = desk.poll(desk.source("/feed"))
    assert (poll.outcome, list(poll.items)) == (PollOutcome.FAILED, [])
    assert said in (poll.state.last_error or "")
    assert poll.state.failures == 1
    assert poll.state.due is not None
    assert NOW < poll.state.due < NOW + HOUR


class Defective(Files):
    """A memory with a defect."""

    def signature(self, source: str, path: str) -> str | None:
        raise LookupError(f"a defect at {source} {path}")


def test_a_defect_costs_one_poll_and_is_seen():
    source = Source(id="x", kind=SourceKind.CORPUS, path=Path(__file__))
    with Reader(files=Defective()) as reader:
        poll = reader.poll(source, fresh(source), NOW)
    assert poll.outcome is PollOutcome.FAILED
    assert poll.state.last_error == f"unexpected LookupError: a defect at x {__file__}"


def test_being_put_off_is_obeyed_and_is_no_failure(server: Server, desk: Desk):
    server.on("/feed", Reply(status=429, headers={"Retry-After": "7200"}), Reply(feed(item(1))))
    source = desk.source("/feed")
    poll = desk.poll(source)
    assert (poll.outcome, poll.state.failures) == (PollOutcome.DEFERRED, 0)
    assert poll.state.due == NOW + 2 * HOUR
    assert desk.titles(source) == ["Story 1"]


def test_a_source_that_is_gone_is_not_asked_until_it_is_configured_anew(server: Server, desk: Desk):
    server.on("/feed", Reply(status=410))
    server.on("/new", Reply(feed(item(1))))
    source = desk.source("/feed")
    assert [desk.poll(source).outcome for _ in range(3)] == [PollOutcome.GONE] * 3
    assert server.paths() == ["/feed"]
    assert len(desk.notices) == 1
    assert desk.titles(desk.source("/new")) == ["Story 1"]
    assert not desk.states["wire"].gone


def test_validators_of_one_address_are_not_sent_to_another(server: Server, desk: Desk):
    server.on("/feed", Reply(feed(item(1)), headers={"ETag": "x"}))
    server.on("/new", Reply(feed(item(1))))
    desk.poll(desk.source("/feed"))
    assert desk.titles(desk.source("/new")) == ["Story 1"]
    assert "if-none-match" not in server.asked[1].headers


def test_a_feed_that_moved_is_followed_and_the_move_kept_once_confirmed(server: Server, desk: Desk):
    server.on("/feed", Reply(status=301, headers={"Location": "/moved"}))
    server.on("/moved", Reply(feed(item(1)), headers={"ETag": "x"}), Reply(status=304))
    source = desk.source("/feed")
    for _ in range(6):
        desk.poll(source)
        desk.now += 8 * HOUR
    assert desk.states["wire"].url == server.url + "/moved"
    assert desk.notices == [
        f"Source wire has moved for good to {server.url}/moved, which is read from now on; please "
        "change its `url` in the configuration."
    ]
    desk.poll(source)
    assert server.paths()[-1] == "/moved"
    assert server.paths()[-2:-1] == ["/moved"]


def test_a_feed_that_redirects_to_something_else_has_not_moved(server: Server, desk: Desk):
    server.on("/feed", Reply(status=301, headers={"Location": "/login"}))
    server.on("/login", Reply(b"<html>please log in</html>"))
    for _ in range(6):
        desk.poll(desk.source("/feed"))
        desk.now += 8 * HOUR
    assert desk.states["wire"].moved_to is None


def test_a_busy_host_makes_a_source_wait_its_turn_without_failing(server: Server):
    desk = Desk(server, Limits(spacing=30.0))
    server.on("/a", Reply(feed()))
    server.on("/b", Reply(feed()))
    desk.poll(replace(desk.source("/a"), id="a"))
    poll = desk.poll(replace(desk.source("/b"), id="b"))
    assert (poll.outcome, poll.state.failures) == (PollOutcome.DEFERRED, 0)
    assert poll.state.due == NOW + timedelta(seconds=30)
    assert server.paths() == ["/a"]
    desk.reader.close()


def test_a_host_at_home_is_read_only_if_it_is_configured(server: Server, desk: Desk):
    server.on("/feed", Reply(status=302, headers={"Location": "http://localhost:1/secret"}))
    poll = desk.poll(desk.source("/feed"))
    assert poll.outcome is PollOutcome.FAILED
    assert "only a host that the configuration names" in (poll.state.last_error or "")


# --- pages ---------------------------------------------------------------------------------------


def page(text: str = LONG, title: str = "Page title") -> Reply:
    head = f"<html lang=en><head><title>{title}</title></head><body><nav>Menu</nav>"
    body = f"<article><h1>{title}</h1><p>{text}</p><p>And then {text}</p></article>"
    return Reply(
        f"{head}{body}</body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def bodies(poll: Poll) -> list[str]:
    return [one.body for one in poll.items if isinstance(one, Article)]


def test_a_teaser_is_completed_from_its_page(server: Server, desk: Desk):
    link = server.on("/1", page())
    server.on("/feed", Reply(feed(item(1, "It began…", link=link))))
    source = desk.source("/feed")
    (body,) = bodies(desk.poll(source))
    assert body.startswith("Protesters in Almaty")
    assert "Menu" not in body
    assert desk.titles(source) == []
    assert server.paths() == ["/feed", "/robots.txt", "/1", "/feed"]
    assert desk.time.waited == [1.0, 1.0, 1.0]


def test_a_whole_text_in_the_feed_is_not_asked_for_again(server: Server, desk: Desk):
    link = server.on("/1", page())
    server.on("/feed", Reply(feed(item(1, link=link))))
    desk.poll(desk.source("/feed"))
    assert server.paths() == ["/feed"]


@pytest.mark.parametrize(
    ("wanted", "text", "asked"),
    [(FullText.ALWAYS, LONG, True), (FullText.NEVER, "Short.", False), (FullText.AUTO, "X.", True)],
)
def test_the_configuration_says_whether_pages_are_read(
    server: Server, desk: Desk, wanted: FullText, text: str, asked: bool
):
    link = server.on("/1", page())
    server.on("/feed", Reply(feed(item(1, text, link=link))))
    desk.poll(replace(desk.source("/feed"), full_text=wanted))
    assert ("/1" in server.paths()) is asked


def test_the_feeds_text_is_kept_where_the_page_gives_less(server: Server, desk: Desk):
    link = server.on("/1", page("Subscribe."))
    server.on("/feed", Reply(feed(item(1, link=link))))
    source = replace(desk.source("/feed"), full_text=FullText.ALWAYS)
    assert bodies(desk.poll(source)) == [LONG.strip()]


def test_items_that_nobody_is_alerted_of_cost_no_request(server: Server, desk: Desk):
    link = server.on("/1", page())
    server.on("/feed", Reply(feed(item(1, "Old…", link=link, day=1))))
    assert desk.titles(desk.source("/feed")) == ["Story 1"]
    assert server.paths() == ["/feed"]
    late = replace(desk.source("/feed"), id="all", max_age=None)
    desk.poll(late)
    assert "/1" in server.paths()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=404), "the server answered 404"),
        (Reply(b"%PDF", headers={"Content-Type": "application/pdf"}),
         "it is no web page but application/pdf"),
        (Reply(b"\0\1\2\3" * 9), "it is not text"),
        (Reply(b"<html><body></body></html>"), "it holds no text"),
        (Reply(bytes(3_000_001)), "/1 is too large: more than 3,000,000 bytes"),
    ],
)  # fmt: skip
def test_a_page_that_gives_nothing_leaves_the_feeds_text_and_a_note(
    server: Server, desk: Desk, reply: Reply, why: str
):
    link = server.on("/1", reply)
    server.on("/feed", Reply(feed(item(1, "Teaser…", link=link))))
    source = desk.source("/feed")
    (article,) = desk.poll(source).items
    assert isinstance(article, Article)
    assert article.body == "Teaser…"
    assert article.notes[0].startswith("its page was not read: ")
    assert why in article.notes[0]
    assert desk.titles(source) == []
    assert server.paths().count("/1") == 1


def test_a_page_that_fails_is_tried_by_the_next_polls_and_then_given_up(server: Server, desk: Desk):
    link = server.on("/1", Reply(status=500))
    server.on("/feed", lambda asked: _conditional(asked, feed(item(1, "Teaser…", link=link))))
    source = desk.source("/feed")
    given = [desk.titles(source) for _ in range(5)]
    assert given == [["Story 1"], [], ["Story 1"], [], []]
    assert server.paths().count("/1") == 3
    # Only then is the feed known whole.
    assert [one.headers.get("if-none-match") for one in server.asked if one.path == "/feed"] == [
        None, None, None, "x", "x",
    ]  # fmt: skip


def _conditional(asked: Asked, body: bytes) -> Reply:
    if asked.headers.get("if-none-match") == "x":
        return Reply(status=304)
    return Reply(body, headers={"ETag": "x"})


def test_a_page_that_comes_late_makes_the_article_whole(server: Server, desk: Desk):
    link = server.on("/1", Reply(status=503), page())
    server.on("/feed", lambda asked: _conditional(asked, feed(item(1, "Teaser…", link=link))))
    source = desk.source("/feed")
    assert bodies(desk.poll(source)) == ["Teaser…"]
    assert bodies(desk.poll(source))[0].startswith("Protesters")
    assert bodies(desk.poll(source)) == []


def test_robots_txt_is_asked_for_pages_and_obeyed(server: Server, desk: Desk):
    server.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /"))
    link = server.on("/1", page())
    server.on("/feed", Reply(feed(item(1, "Teaser…", link=link))))
    (article,) = desk.poll(desk.source("/feed")).items
    assert isinstance(article, Article)
    assert article.notes == ("its page was not read: robots.txt of its host forbids it",)
    assert server.paths() == ["/feed", "/robots.txt"]


def test_a_feeds_link_into_the_house_is_not_followed(server: Server, desk: Desk):
    link = "http://localhost:1/admin"
    server.on("/feed", Reply(feed(item(1, "Teaser…", link=link))))
    source = desk.source("/feed")
    (article,) = desk.poll(source).items
    assert isinstance(article, Article)
    assert "robots.txt of its host cannot be read" in article.notes[0]


def test_no_more_pages_are_read_in_a_poll_than_its_budget(server: Server):
    desk = Desk(server, Limits(pages=2))
    links = [server.on(f"/{number}", page()) for number in range(5)]
    items = [item(number, "Teaser…", link=link) for number, link in enumerate(links)]
    server.on("/feed", lambda asked: _conditional(asked, feed(*items)))
    source = desk.source("/feed")
    first = desk.poll(source)
    assert [len(body) > 100 for body in bodies(first)] == [False, False, False, True, True]
    assert [len(body) > 100 for body in bodies(desk.poll(source))] == [True, True]
    assert [len(body) > 100 for body in bodies(desk.poll(source))] == [True]
    assert desk.poll(source).outcome is PollOutcome.UNCHANGED
    desk.reader.close()


# --- listing pages and sitemaps ------------------------------------------------------------------


def test_a_listing_page_gives_the_articles_behind_its_links(server: Server, desk: Desk):
    server.on("/1", page(title="Curfew in Almaty"))
    server.on("/2", page(title="Government resigns"))
    listing = (
        b"<main><a class=h href=/1>Curfew</a><a class=h href=/2></a><a href=/about>x</a></main>"
    )
    server.on("/news", Reply(listing))
    source = replace(desk.source("/news", SourceKind.PAGE), links="a.h")
    poll = desk.poll(source)
    articles = [one for one in poll.items if isinstance(one, Article)]
    assert [one.title for one in articles] == ["Government resigns", "Curfew"]
    assert all(one.body.count("Protesters") > 1 for one in articles)
    assert desk.titles(source) == []
    assert server.paths() == ["/robots.txt", "/news", "/1", "/2", "/news"]


def test_a_listing_page_that_robots_txt_forbids_is_a_failure(server: Server, desk: Desk):
    server.on("/robots.txt", Reply(b"User-agent: monitor\nDisallow: /news"))
    source = replace(desk.source("/news", SourceKind.PAGE), links="a")
    poll = desk.poll(source)
    assert poll.outcome is PollOutcome.FAILED
    assert "/news: robots.txt of its host forbids reading it" in (poll.state.last_error or "")
    server.on("/robots.txt", Reply(status=500))
    desk.now += 25 * HOUR
    assert "robots.txt of its host cannot be read" in (desk.poll(source).state.last_error or "")


def test_a_listing_page_whose_links_are_gone_is_a_failure(server: Server, desk: Desk):
    server.on("/news", Reply(b"<main>redesigned</main>", headers={"Content-Type": "text/html"}))
    source = replace(desk.source("/news", SourceKind.PAGE), links="a.h")
    assert "/news no link fits `links: a.h`" in (desk.poll(source).state.last_error or "")


def test_a_page_behind_a_link_that_never_comes_is_told_by_its_title(server: Server, desk: Desk):
    server.on("/1", Reply(status=500))
    server.on("/2", Reply(status=404))
    server.on("/news", Reply(b"<a href=/1>Curfew</a><a href=/2></a>"))
    source = replace(desk.source("/news", SourceKind.PAGE), links="a")
    assert desk.titles(source) == ["its page was not read: the server answered 404", "Curfew"]
    assert [desk.titles(source) for _ in range(3)] == [[], ["Curfew"], []]


def urlset(*addresses: tuple[str, str | None]) -> Reply:
    rows = "".join(
        f"<url><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for address, day in addresses
    )
    return Reply(f"<urlset>{rows}</urlset>".encode())


def test_a_sitemap_gives_recent_pages_and_says_what_it_passes_over(server: Server, desk: Desk):
    recent, old = server.on("/recent", page(title="New")), server.on("/old", page(title="Old"))
    older = server.on("/older", page(title="Older"))
    server.on("/map", urlset((older, "2020-01-01"), (old, "2021-01-01"), (recent, "2022-01-06")))
    source = desk.source("/map", SourceKind.SITEMAP)
    assert desk.titles(source) == [
        "2 addresses are older than `max_age` and not read; the newest is "
        f"{old} of 2021-01-01",
        "New",
    ]  # fmt: skip
    assert desk.titles(source) == []
    assert "/old" not in server.paths()


def test_an_address_whose_date_moves_is_read_again(server: Server, desk: Desk):
    link = server.on("/1", page(title="One"), page(title="One, corrected"))
    server.on("/map", urlset((link, "2022-01-05")), urlset((link, "2022-01-06")))
    source = desk.source("/map", SourceKind.SITEMAP)
    assert [desk.titles(source) for _ in range(3)] == [["One"], ["One, corrected"], []]


def test_of_a_long_undated_sitemap_the_first_poll_takes_in_so_much(server: Server):
    desk = Desk(server, Limits(pages=2))
    links = [server.on(f"/{number}", page(title=f"P{number}")) for number in range(6)]
    server.on(
        "/map",
        urlset(*[(link, None) for link in links[:5]]),
        urlset(*[(link, None) for link in links]),
    )
    source = desk.source("/map", SourceKind.SITEMAP)
    assert desk.titles(source) == [
        "3 addresses beyond what a first poll reads are left out", "P1", "P0",
    ]  # fmt: skip
    assert desk.titles(source) == ["P5"]
    desk.reader.close()


def test_new_addresses_beyond_the_budget_wait_for_the_next_poll(server: Server):
    desk = Desk(server, Limits(pages=1))
    links = [server.on(f"/{number}", page(title=f"P{number}")) for number in range(3)]
    both = urlset(*[(link, "2022-01-06") for link in links])
    server.on("/map", urlset((links[0], "2022-01-06")), both)
    source = desk.source("/map", SourceKind.SITEMAP)
    assert [desk.titles(source) for _ in range(4)] == [["P0"], ["P1"], ["P2"], []]
    desk.reader.close()


def test_an_index_leads_to_its_sitemaps(server: Server, desk: Desk):
    link = server.on("/1", page(title="One"))
    dates = {"a.xml": "2022-01-06", "old.xml": "2020-01-01"}
    rows = "".join(
        f"<sitemap><loc>{server.url}/{name}</loc><lastmod>{dates.get(name, '')}</lastmod></sitemap>"
        for name in (*dates, "gone.xml", "index.xml", "b.xml")
    )
    index = Reply(f"<sitemapindex>{rows}</sitemapindex>".encode())
    server.on("/index.xml", index)
    server.on("/a.xml", urlset((link, "2022-01-06")))
    server.on("/b.xml", Reply(f"<urlset><url><loc>{link}</loc></url><url".encode()))
    source = desk.source("/index.xml", SourceKind.SITEMAP)
    told = desk.titles(source)
    assert told[:2] == ["answered 404", "is an index in an index: not followed"]
    assert told[2].startswith("is damaged, its rest is not read: ")
    assert "One" in told
    assert "/old.xml" not in server.paths()


def test_of_a_large_index_the_newest_sitemaps_are_read(server: Server, desk: Desk):
    rows = "".join(f"<sitemap><loc>{server.url}/{n}.xml</loc></sitemap>" for n in range(12))
    server.on("/index.xml", Reply(f"<sitemapindex>{rows}</sitemapindex>".encode()))
    for number in range(12):
        server.on(f"/{number}.xml", urlset())
    source = desk.source("/index.xml", SourceKind.SITEMAP)
    assert desk.titles(source) == ["2 further sitemaps of this index are not read"]
    assert desk.titles(source) == []
    assert "/9.xml" in server.paths()
    assert "/10.xml" not in server.paths()


def test_items_beyond_a_feeds_limit_are_told(server: Server, desk: Desk):
    items = "".join(f"<item><title>{number}</title></item>" for number in range(5_002))
    server.on("/feed", Reply(feed(items)))
    assert "2 items beyond the limit are not read" in desk.titles(desk.source("/feed"))
