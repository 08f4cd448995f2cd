"""What an article is recognised by when it is seen again: identifiers, addresses, its text."""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import PurePath
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit

from monitor.articles.prose import folded
from monitor.model.article import Article

# Parameters that say how a reader came to a page, never which page it is.
_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|matomo_.*|hsa_.*|at_(?:medium|campaign|custom|link|format|ptr|bbc).*"
    r"|fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|mc_cid"
    r"|mc_eid|_hsenc|_hsmi|__hs.*|mkt_tok|oly_.*_id|vero_id|wickedid|ncid|cmpid|icid|s_cid|ocid|smid"
    r"|smtyp|ref_src|ref_url|referrer|xtor|xtref|wt[._]mc|wt_zmc|ns_campaign|ns_mchannel|ns_source"
    r"|ns_linkname|ftag|guccounter|guce_.*|taid|spm|emci|emdi|_ga|_gl|traffic_source|amp_js_v|usqp"
    r"|outputtype",
    re.IGNORECASE,
)
# The same, unless their value holds a number: then it may be the article's.
_PERHAPS_TRACKING = re.compile(
    r"(?:ref|cid|src|source|share|rss|feature|partner|sh|amp|from|ito)(?:=\D*)?"
)
_AMP_CACHE = re.compile(
    r"(?:[^/]*\.cdn\.ampproject\.org/[civ]|(?:www\.)?google\.[a-z.]+/amp)/(s/)?(?=[^/]+\.)"
)
_AMP_HOST = re.compile(r"^(?:(?:amp|m|mobile|www)\.)+(?=[^.]+\.[^.]+)")
_AMP_END = re.compile(r"(?:/amp(?:\.html)?|\.amp(?:\.html)?|/amphtml)/?$", re.IGNORECASE)
_AMP_START = re.compile(r"^/amp(?=/[^/])", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TELLING = re.compile(r"\d{3}|[^\W_]+[-_][^\W_]+[-_][^\W_]+")
_RECORDS = (".json", ".jsonl")


def canonical_url(url: str) -> str | None:
    """Return what is compared of an address: two that lead to one article give the same text.

    The scheme becomes `https`, host and percent-encoding are normalised (RFC 3986, section 6.2.2),
    `www.`, `m.`, `amp.` and AMP paths are folded; the fragment, default ports, tracking
    parameters, a final slash and index pages go; parameters are sorted. None for what is no web
    address. The result is for comparing, not for requesting.
    """
    address = url.strip()
    scheme, divider, rest = address.partition("://")
    if divider and (cached := _AMP_CACHE.match(rest)) is not None:
        address = f"{scheme}://{rest[cached.end() :]}"
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    shown = f"[{host}]" if ":" in host else _AMP_HOST.sub("", host)
    if port not in (None, *_DEFAULT_PORTS.values()):
        shown += f":{port}"
    query = "&".join(
        sorted(
            _requoted(pair, "=+/?")
            for pair in parts.query.split("&")
            if pair
            and not _TRACKING.fullmatch(pair.partition("=")[0])
            and not _PERHAPS_TRACKING.fullmatch(pair)
        )
    )
    return f"https://{shown}{_path(parts.path)}" + (f"?{query}" if query else "")


def _path(written: str) -> str:
    """Return a path in one spelling, without what only names a form of the page."""
    path = _requoted(written, "/")
    while True:
        shorter = normpath(path).lstrip("/") if path else ""
        shorter = f"/{shorter}" if shorter else ""
        shorter = _AMP_START.sub("", _INDEX.sub("", _AMP_END.sub("", shorter)))
        if shorter == path:
            return path
        path = shorter


def _requoted(text: str, kept: str) -> str:
    """Return percent-encoding in one spelling: only what must be encoded is."""
    plain = unquote(text, errors="surrogateescape")
    return quote(plain, safe=f"{kept}:@!$'()*,;~", errors="surrogateescape")


def names_one_article(url: str) -> bool:
    """Tell whether an address looks like one article's own: a number or a slug in its last part."""
    canonical = canonical_url(url)
    if canonical is None:
        return False
    _, *rest = re.split(r"[/?]", canonical.removeprefix("https://"), maxsplit=1)
    return any(_TELLING.search(unquote(part)) for part in rest)


def content_hash(article: Article) -> str:
    """Return a hash of title and body; blanks and Unicode spellings make no difference."""
    return _digest(f"{folded(article.title)}\n{folded(article.body)}", size=16)


def identity_keys(article: Article) -> tuple[str, ...]:
    """Return what the article may be known by within its source, the surest first.

    `id:` a record's own id, `guid:` the publisher's identifier (compared as an address where it is
    one), `url:` the canonical address, `file:` the file's path, `path:` the address without its
    host (for a site that moves), `head:` title and date, `text:` the content hash. Whether a known
    article with the same key is really the same one is for `judge` to say.
    """
    keys = [f"id:{_digest(article.external_id)}"] if article.external_id else []
    if article.guid and article.guid.strip():
        keys.append(f"guid:{_digest(canonical_url(article.guid) or article.guid.strip())}")
    canonical = canonical_url(article.url) if article.url else None
    if canonical is not None:
        keys.append(f"url:{_digest(canonical)}")
        if not article.shared_link and names_one_article(canonical):
            keys.append(f"path:{_digest(canonical.split('/', 3)[-1])}")
    if article.path and not _holds_records(article.path):
        keys.append(f"file:{_digest(article.path)}")
    if article.published is not None:
        keys.append(f"head:{_digest(f'{article.published.isoformat()} {folded(article.title)}')}")
    keys.append(f"text:{content_hash(article)}")
    return tuple(keys)


def _holds_records(path: str) -> bool:
    """Tell whether a file may hold many articles, so that its path names none of them."""
    return PurePath(path.lower().removesuffix(".gz")).suffix in _RECORDS


def _digest(text: str, size: int = 12) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
