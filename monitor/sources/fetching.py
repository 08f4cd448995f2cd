"""HTTP requests that keep their promises: bounded in bytes and time, and sent nowhere forbidden."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Self
from urllib.parse import unquote

import httpcore
import httpx

from monitor import __version__
from monitor.errors import SourceError
from monitor.sources.connections import Backend, Deadlines, Resolve, resolve
from monitor.sources.unpacking import Broken, TooLarge, capped, gunzipped, inflated

_PERMANENT = frozenset({301, 308})
_TEMPORARY = frozenset({302, 303, 307})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of every request. Times in seconds, sizes in bytes."""

    document: int = 10_000_000
    """Of a feed, listing page or sitemap, unpacked."""
    page: int = 3_000_000
    """Of an article's page, unpacked."""
    deadline: float = 30.0
    """Of a whole request: names, connections, redirects, the last byte."""
    silence: float = 10.0
    """Of one wait for the server to say anything."""
    redirects: int = 8
    spacing: float = 1.0
    """Between two requests to a host."""
    patience: float = 20.0
    """The longest that a poll waits for its turn at a busy host; then it comes back later."""
    pages: int = 40
    """Article pages fetched in one poll; the rest is fetched in the next."""
    poll: float = 300.0
    """After so long a poll fetches no further pages."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered in the end, after redirects."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; of a repeated header the values joined by a comma."""
    body: bytes
    url: str
    """Where the answer came from."""
    moved: str | None = None
    """Where permanent redirects led to; None without one, or with a temporary one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for."""

    url: str
    limit: int
    accept: str = "*/*"
    headers: Mapping[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    """Hosts that the configuration names: they may be anywhere, and get the URL's credentials."""


class Unreachable(SourceError):
    """No whole answer came: no connection, no encryption, no time, or only a part."""


class Unusable(SourceError):
    """An answer came that nothing can be done with, now or later: too large, a forbidden place."""


class Fetcher:
    """Sends GET requests. Thread-safe; connections are kept and shared.

    `contact` goes into the User-Agent, for the administrators of the servers that are read.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        contact: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        ssl_context: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._limits = limits
        self._deadlines = Deadlines(monotonic)
        self.user_agent = f"monitor/{__version__}" + (f" (+{contact})" if contact else "")
        context = ssl_context or httpx.create_ssl_context()
        # Two pools: a connection to a named host at a private address must never serve others.
        self._public, self._named = (
            httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=200,
                # Few: the pool looks at every pair of them for each request, and what is kept is
                # mostly for the pages that follow a feed.
                max_keepalive_connections=10,
                keepalive_expiry=15.0,
                network_backend=Backend(self._deadlines, resolve, guarded=guarded),
            )
            for guarded in (True, False)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._public.close()
        self._named.close()

    def get(self, request: Request) -> Response:
        """Return the answer to a request, whatever its status, redirects followed.

        Raises `Unreachable` for what may work later, `Unusable` for what will not; the message
        says what happened and shows addresses without credentials and parameters.
        """
        self._deadlines.at = self._deadlines.clock() + self._limits.deadline
        try:
            return self._followed(request)
        finally:
            self._deadlines.at = None

    def _followed(self, request: Request) -> Response:
        url, moved, permanent = _parsed(request.url), None, True
        first = url
        for _ in range(self._limits.redirects + 1):
            response = self._once(request, url, first)
            location = response.headers.get("location")
            if response.status not in _PERMANENT | _TEMPORARY or location is None:
                return Response(response.status, response.headers, response.body, str(url), moved)
            permanent = permanent and response.status in _PERMANENT
            try:
                url = url.join(location)
            except httpx.InvalidURL as error:
                raise Unreachable(f"{shown(str(url))} redirects to no address") from error
            url = _parsed(str(url))
            if permanent:
                moved = str(url.copy_with(fragment=None))
        raise Unreachable(
            f"more than {self._limits.redirects} redirects, the last to {shown(str(url))}"
        )

    def _once(self, request: Request, url: httpx.URL, first: httpx.URL) -> Response:
        """Send one request; once more where a kept connection turns out to be closed."""
        try:
            return self._sent(request, url, first)
        except _Stale:
            return self._sent(request, url, first)

    def _sent(self, request: Request, url: httpx.URL, first: httpx.URL) -> Response:
        pool = self._named if url.host in request.named else self._public
        where = shown(str(url))
        answered = False
        try:
            with pool.stream(
                "GET",
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=self._headers(request, url, first),
                extensions={
                    "timeout": dict.fromkeys(
                        ("connect", "read", "write", "pool"), self._limits.silence
                    )
                },
            ) as answer:
                answered = True
                headers = _joined(answer.headers)
                body = b"" if answer.status == 304 else self._body(answer, headers, request.limit)
                return Response(answer.status, headers, body, str(url))
        except TooLarge as error:
            raise Unusable(f"{where} is too large: more than {request.limit:,} bytes") from error
        except Broken as error:
            raise Unreachable(f"{where} sent damaged compressed data: {error}") from error
        except httpcore.TimeoutException as error:
            raise Unreachable(f"{where} did not answer in time") from error
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
            if not answered and _closed_before(error):
                raise _Stale(f"{where} closed the connection") from error
            raise Unreachable(f"{where} sent no whole answer: {error}") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
            raise Unreachable(f"{where} cannot be reached: {_cause(error)}") from error

    def _headers(
        self, request: Request, url: httpx.URL, first: httpx.URL
    ) -> list[tuple[bytes, bytes]]:
        fields = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self.user_agent,
            "Accept": request.accept,
            "Accept-Encoding": "gzip",
            **request.headers,
        }
        same_origin = (url.scheme, url.host, url.port) == (first.scheme, first.host, first.port)
        if first.userinfo and same_origin and url.host in request.named:
            secret = base64.b64encode(unquote(first.userinfo.decode("ascii")).encode())
            fields["Authorization"] = f"Basic {secret.decode('ascii')}"
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in fields.items()]

    def _body(self, answer: httpcore.Response, headers: Mapping[str, str], limit: int) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:19]) > limit:
            raise TooLarge
        encodings = [
            part.strip().lower() for part in headers.get("content-encoding", "").split(",")
        ]
        named = [encoding for encoding in encodings if encoding not in {"", "identity"}]
        chunks: Iterator[bytes] = capped(answer.iter_stream(), limit)
        if len(named) > 1:
            raise Broken(f"packed several times ({', '.join(named)}), which is not unpacked here")
        if named and named[0] in {"gzip", "x-gzip"}:
            chunks = capped(gunzipped(chunks), limit)
        elif named and named[0] == "deflate":
            chunks = capped(inflated(chunks), limit)
        elif named:
            raise Broken(f"the encoding {named[0][:40]!r} was not asked for")
        return b"".join(chunks)


def _closed_before(error: Exception) -> bool:
    """Tell whether the other side had closed the connection, or did as the request went out."""
    reasons = ConnectionResetError, BrokenPipeError
    return "disconnected" in str(error).lower() or any(
        isinstance(why, reasons)
        for why in error.args  # httpcore drops the cause itself
    )


class _Stale(Unreachable):
    """The server closed the connection without a word, as it does with one kept for too long."""


@lru_cache(maxsize=4_096)
def _parsed(url: str) -> httpx.URL:
    """Return an address as a value; raises `Unusable` for what is no web address."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Unusable(f"{shown(url)} is no address: {error}") from error
    # A host with escaped characters is none: httpx lets `http://[` through as `%5b`.
    if parsed.scheme not in {"http", "https"} or not parsed.host or b"%" in parsed.raw_host:
        raise Unusable(f"{shown(url)} is no web address")
    return parsed


def host_of(url: str) -> str:
    """Return the host of an address as requests name it, or an empty text."""
    try:
        return _parsed(url).host
    except Unusable:
        return ""


def shown(url: str) -> str:
    """Return an address as it may be shown: without user, password, parameters and fragment."""
    bare = url.split("?", 1)[0].split("#", 1)[0]
    scheme, divider, rest = bare.partition("://")
    if not divider:
        return bare[:200]
    authority, slash, path = rest.partition("/")
    host = authority.rpartition("@")[2]
    more = "?…" if "?" in url else ""
    return f"{scheme}://{host}{slash}{path}{more}"[:200]


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _cause(error: BaseException) -> str:
    """Return the innermost reason of an error, as the system words it."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"encryption failed: {error.reason or error}"
    return str(getattr(error, "strerror", None) or error)
