"""A request is bounded in bytes and time, says who asks, and goes nowhere forbidden."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence

import pytest
import trustme

from monitor import __version__
from monitor.errors import SourceError
from monitor.sources.connections import ForbiddenAddress
from monitor.sources.fetching import (
    Fetcher,
    Limits,
    Request,
    Response,
    Unreachable,
    Unusable,
    host_of,
    shown,
)
from tests.sources.server import Asked, FakeTime, Reply, Server, forever, packed, resolve_here

LIMIT = 100_000


def zipped(data: bytes) -> bytes:
    """Pack without the present second, which would make a test's name another one each time."""
    return gzip.compress(data, mtime=0)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    contact = "mailto:desk@example.org"
    with Fetcher(limits=Limits(), contact=contact, resolve=resolve_here) as made:
        yield made


def ask(
    fetcher: Fetcher,
    url: str,
    *,
    named: Sequence[str] = ("127.0.0.1",),
    limit: int = LIMIT,
    **headers: str,
) -> Response:
    return fetcher.get(Request(url=url, limit=limit, named=frozenset(named), headers=headers))


def test_a_request_says_who_asks_and_nothing_about_anybody_else(server: Server, fetcher: Fetcher):
    url = server.on("/", Reply(b"hello", headers={"Set-Cookie": "id=1", "X-Two": "b"}))
    answer = ask(fetcher, url)
    assert (answer.status, answer.body, answer.url, answer.moved) == (200, b"hello", url, None)
    assert answer.headers["x-two"] == "b"
    ask(fetcher, url)
    first, second = server.asked
    assert first.headers == second.headers == {
        "host": server.host,
        "user-agent": f"monitor/{__version__} (+mailto:desk@example.org)",
        "accept": "*/*",
        "accept-encoding": "gzip",
    }  # fmt: skip
    assert server.connections == 1


def test_validators_go_out_byte_for_byte(server: Server, fetcher: Fetcher):
    etag = 'W/"é~;,\\ 1"'
    ask(fetcher, server.on("/", Reply(status=304)), **{"If-None-Match": etag})
    assert server.asked[0].headers["if-none-match"] == etag


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", zipped(b"hello" * 99)),
        ("x-gzip", zipped(b"hello" * 50) + zipped(b"hello" * 49) + b"\0\0"),
        ("deflate", zlib.compress(b"hello" * 99)),
        ("deflate", zlib.compress(b"hello" * 99)[2:-4]),
        ("identity", b"hello" * 99),
        ("Identity, GZIP", zipped(b"hello" * 99)),
    ],
)
def test_packed_answers_are_unpacked(server: Server, fetcher: Fetcher, encoding: str, body: bytes):
    url = server.on("/", Reply(body, headers={"Content-Encoding": encoding}))
    assert ask(fetcher, url).body == b"hello" * 99


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("gzip, gzip", zipped(zipped(b"x")), "packed several times (gzip, gzip)"),
        ("br", b"x", "the encoding 'br' was not asked for"),
        ("gzip", zipped(b"hello" * 99)[:-9], "it ends too early"),
        ("gzip", b"this is no gzip", "incorrect header check"),
        ("deflate", b"\xff\xff\xff", "invalid"),
    ],
)
def test_what_cannot_be_unpacked_is_no_answer(
    server: Server, fetcher: Fetcher, encoding: str, body: bytes, said: str
):
    url = server.on("/", Reply(body, headers={"Content-Encoding": encoding}))
    with pytest.raises(Unreachable, match="damaged compressed data") as caught:
        ask(fetcher, url)
    assert said in str(caught.value)


def test_a_gzip_bomb_is_refused_before_it_unfolds(server: Server, fetcher: Fetcher):
    bomb = zlib.compressobj(9, wbits=31)
    data = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(100)) + bomb.flush()
    url = server.on("/", Reply(data, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(Unusable, match=r"too large: more than 1,000,000 bytes"):
            ask(fetcher, url, limit=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_an_answer_larger_than_allowed_is_refused_said_or_unsaid(server: Server, fetcher: Fetcher):
    said = server.on("/said", Reply(bytes(LIMIT + 1)))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = (piece for _ in range(99) for piece in (b"8000\r\n", bytes(0x8000), b"\r\n"))
    unsaid = server.on("/unsaid", Reply(raw=[head, *chunks]))
    for url in (said, unsaid):
        with pytest.raises(Unusable, match="too large"):
            ask(fetcher, url)
    assert ask(fetcher, server.on("/fits", Reply(bytes(LIMIT)))).body == bytes(LIMIT)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"",
    ],
)
def test_half_and_broken_answers_are_none(server: Server, fetcher: Fetcher, raw: bytes):
    with pytest.raises(Unreachable):
        ask(fetcher, server.on("/", Reply(raw=[raw])))


def test_what_follows_the_promised_length_is_left_alone(server: Server, fetcher: Fetcher):
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more"
    assert ask(fetcher, server.on("/", Reply(raw=[raw]))).body == b"four"


def test_a_connection_that_was_closed_meanwhile_costs_no_answer(server: Server, fetcher: Fetcher):
    url = server.on("/", Reply(b"one", close=True), Reply(b"two"))
    assert ask(fetcher, url).body == b"one"
    assert ask(fetcher, url).body == b"two"


def test_a_connection_that_is_reset_before_any_answer_costs_none(server: Server, fetcher: Fetcher):
    """As one is that the other side closed just when the request went out."""
    url = server.on("/", Reply(b"one"), Reply(reset=True), Reply(b"two"))
    assert ask(fetcher, url).body == b"one"
    assert ask(fetcher, url).body == b"two"


# --- redirects -----------------------------------------------------------------------------------


def to(location: str, status: int) -> Reply:
    return Reply(status=status, headers={"Location": location})


def test_permanent_redirects_say_where_the_address_moved(server: Server, fetcher: Fetcher):
    end = server.on("/end", Reply(b"here"))
    server.on("/next", to("/end#part", 308))
    answer = ask(fetcher, server.on("/", to("next", 301)))
    assert (answer.body, answer.url.partition("#")[0], answer.moved) == (b"here", end, end)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_temporary_redirects_are_followed_and_forgotten(
    server: Server, fetcher: Fetcher, status: int
):
    server.on("/end", Reply(b"here"))
    assert ask(fetcher, server.on("/", to("/end", status))).moved is None


def test_only_the_permanent_beginning_of_a_chain_counts(server: Server, fetcher: Fetcher):
    server.on("/end", Reply(b"here"))
    server.on("/third", to("/end", 301))
    server.on("/second", to("/third", 302))
    answer = ask(fetcher, server.on("/first", to("/second", 301)))
    assert (answer.body, answer.moved) == (b"here", server.url + "/second")


def test_endless_redirects_end(server: Server, fetcher: Fetcher):
    server.on("/a", to("/b", 302))
    with pytest.raises(Unreachable, match="more than 8 redirects, the last to"):
        ask(fetcher, server.on("/b", to("/a", 302)))
    assert len(server.asked) == 9


@pytest.mark.parametrize("location", ["http://[", "ftp://example.org/", "file:///etc"])
def test_a_redirect_to_nowhere_is_an_error(server: Server, fetcher: Fetcher, location: str):
    with pytest.raises(SourceError, match="address"):
        ask(fetcher, server.on("/", to(location, 302)))


def test_a_redirect_without_an_address_is_an_answer(server: Server, fetcher: Fetcher):
    assert ask(fetcher, server.on("/", Reply(b"x", status=302))).status == 302


def test_credentials_go_to_their_own_origin_only(server: Server, fetcher: Fetcher):
    with Server() as other:
        other.on("/end", Reply(b"here"))
        server.on("/same", to(f"{other.url}/end", 302))
        server.on("/", to("/same", 302))
        url = f"http://user:p%40ss@{server.host}/"
        assert ask(fetcher, url).body == b"here"
        sent = [asked.headers.get("authorization") for asked in (*server.asked, *other.asked)]
        assert sent == ["Basic dXNlcjpwQHNz", "Basic dXNlcjpwQHNz", None]


# --- where requests may go -----------------------------------------------------------------------


def test_a_host_that_is_not_named_may_not_be_at_home(server: Server, fetcher: Fetcher):
    url = server.on("/", Reply(b"secret"))
    with pytest.raises(ForbiddenAddress, match=r"127\.0\.0\.1, a loopback address"):
        ask(fetcher, url, named=())
    assert server.connections == 0


def test_a_kept_connection_to_a_named_host_serves_no_other_request(
    server: Server, fetcher: Fetcher
):
    url = server.on("/", Reply(b"secret"))
    assert ask(fetcher, url).body == b"secret"
    with pytest.raises(ForbiddenAddress):
        ask(fetcher, url, named=())
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data",
     "http://[64:ff9b::7f00:1]/", "http://2130706433/", "http://0x7f.1/", "http://localhost/"],
)  # fmt: skip
def test_no_redirect_leads_home(server: Server, fetcher: Fetcher, target: str):
    with pytest.raises(ForbiddenAddress):
        ask(fetcher, server.on("/", to(target, 302)))


def test_every_address_of_a_name_is_looked_at():
    addresses: dict[str, Sequence[str]] = {
        "inside.example": ["10.0.0.1", "::1"],
        "none.example": [],
    }
    with Fetcher(limits=Limits(), resolve=lambda host, _port: addresses[host]) as fetcher:
        with pytest.raises(ForbiddenAddress, match=r"inside\.example is at 10\.0\.0\.1, a private"):
            ask(fetcher, "http://inside.example/")
        with pytest.raises(Unreachable, match="has no address"):
            ask(fetcher, "http://none.example/", named=["none.example"])


def test_a_named_host_may_be_anywhere_and_its_next_address_is_tried(server: Server):
    server.on("/", Reply(b"hello"))
    # Nobody listens at the first.
    with Fetcher(limits=Limits(), resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]) as fetcher:
        url = f"http://feeds.example:{server.port}/"
        assert ask(fetcher, url, named=["feeds.example"]).body == b"hello"
        assert server.asked[0].host == f"feeds.example:{server.port}"


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", b""])
def test_a_server_that_drips_is_left_at_the_deadline(server: Server, said: bytes):
    time = FakeTime(step=1.0)  # every look at the clock is a second later
    url = server.on("/", Reply(raw=itertools.chain([said], forever(b"X"))))
    with (
        Fetcher(limits=Limits(deadline=8.0), monotonic=time.monotonic) as fetcher,
        pytest.raises(Unreachable, match=r"in time|no whole answer"),
    ):
        ask(fetcher, url, limit=10**9)
    assert time.seconds < 1_000 + 8 + 4


def test_a_server_that_says_nothing_is_left(server: Server):
    heard, silence = threading.Event(), threading.Event()

    def mute(_: Asked) -> Reply:
        heard.set()
        silence.wait(20)
        return Reply()

    with (
        Fetcher(limits=Limits(silence=0.1)) as fetcher,
        pytest.raises(Unreachable, match="did not answer in time"),
    ):
        ask(fetcher, server.on("/", mute))
    assert heard.wait(60)  # perhaps after the client has gone: its request is there
    silence.set()


def test_a_resolver_that_hangs_is_left():
    stuck = threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[str]:
        stuck.wait(20)
        return []

    with (
        Fetcher(limits=Limits(silence=0.05), resolve=resolve) as fetcher,
        pytest.raises(Unreachable, match="in time"),
    ):
        ask(fetcher, "http://slow.example/", named=["slow.example"])
    stuck.set()


# --- connections that fail -----------------------------------------------------------------------


def test_a_name_that_is_none_and_a_port_where_nobody_is_are_said(fetcher: Fetcher):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="Connection refused"):
        ask(fetcher, f"http://127.0.0.1:{port}/")

    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with (
        Fetcher(limits=Limits(), resolve=unknown) as lost,
        pytest.raises(Unreachable, match=r"nowhere\.example cannot be resolved: Name"),
    ):
        ask(lost, "http://nowhere.example/", named=["nowhere.example"])


def test_the_systems_resolver_is_asked():
    with Server() as server, Fetcher(limits=Limits()) as fetcher:
        url = server.on("/", Reply(b"x")).replace("127.0.0.1", "localhost")
        assert ask(fetcher, url, named=["localhost"]).body == b"x"


@pytest.mark.parametrize(
    ("url", "said"),
    [("htp://x/", "no web address"), ("http://", "no web address"), ("http://[x", "no web addr"),
     ("http://a\x00b/", "no address"), ("no address", "no web address"),
     ("http://" + "ü" * 300 + "/", "address")],
)  # fmt: skip
def test_what_is_no_address_is_said(fetcher: Fetcher, url: str, said: str):
    with pytest.raises(SourceError, match=said):
        ask(fetcher, url)


# --- encryption ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secured(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def trusting(authority: trustme.CA | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authority is not None:
        authority.configure_trust(context)
    return context


def test_an_encrypted_answer_is_read(authority: trustme.CA):
    with (
        Server(context=secured(authority, "127.0.0.1")) as server,
        Fetcher(limits=Limits(), ssl_context=trusting(authority)) as fetcher,
    ):
        url = server.on("/", packed(b"hello"))
        assert [ask(fetcher, url).body for _ in range(2)] == [b"hello"] * 2
        assert server.connections == 1


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("127.0.0.1", False, "its certificate is not trusted: .*issuer"),
        ("feeds.example", True, "its certificate is not trusted: .*127.0.0.1"),
    ],
)
def test_a_certificate_that_does_not_hold_is_said(
    authority: trustme.CA, name: str, known: bool, said: str
):
    context = trusting(authority if known else None)
    with (
        Server(context=secured(authority, name)) as server,
        Fetcher(limits=Limits(), ssl_context=context) as fetcher,
        pytest.raises(Unreachable, match=said),
    ):
        ask(fetcher, server.on("/", Reply()))


def test_encryption_that_fails_is_said(authority: trustme.CA):
    modern, old = secured(authority, "127.0.0.1"), trusting(authority)
    modern.minimum_version = ssl.TLSVersion.TLSv1_3
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        Server(context=modern) as server,
        Fetcher(limits=Limits(), ssl_context=old) as fetcher,
        pytest.raises(Unreachable, match="cannot be reached: encryption failed"),
    ):
        ask(fetcher, server.on("/", Reply()))


# --- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://user:secret@example.org/feed?key=secret#secret", "https://example.org/feed?…"),
        ("https://example.org", "https://example.org"),
        ("secret@example.org?secret", "secret@example.org"),
        ("https://a@b@c/d", "https://c/d"),
    ],
)
def test_addresses_are_shown_without_their_secrets(url: str, public: str):
    assert shown(url) == public


def test_errors_show_no_secrets(fetcher: Fetcher):
    with pytest.raises(SourceError) as caught:
        ask(fetcher, "http://user:secret@127.0.0.1:1/feed?token=secret")
    assert "secret" not in str(caught.value)
    assert "http://127.0.0.1:1/feed?…" in str(caught.value)


def test_a_host_is_named_as_requests_name_it():
    assert host_of("HTTP://user@Example.ORG:80/x") == "example.org"
    assert host_of("https://xn--e1afmkfd.xn--p1ai/") == "пример.рф"
    assert host_of("http://[") == ""


def test_repeated_headers_are_joined(server: Server, fetcher: Fetcher):
    raw = b"HTTP/1.1 200 OK\r\nVary: a\r\nvary: b\r\nContent-Length: 0\r\n\r\n"
    assert ask(fetcher, server.on("/", Reply(raw=[raw]))).headers["vary"] == "a, b"
