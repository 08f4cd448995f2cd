"""Who published: a host reduced to its publisher, and how many voices a story has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from monitor.model.article import Article

_REGISTRIES = """
ac cn co com dnepr dnipro donetsk edu go gob gouv gov govt gv in info kharkiv kharkov kiev kyiv ltd
lviv lvov me mil msk ne net nom odesa odessa or org plc press news sch spb te vn zp
"""
_NAMING_PLATFORMS = """
blogspot.com wordpress.com substack.com tumblr.com livejournal.com github.io medium.com
over-blog.com typepad.com ucoz.ru narod.ru
"""
_PATH_PLATFORMS = """
t.me telegram.me youtube.com facebook.com x.com twitter.com vk.com medium.com dzen.ru
instagram.com bsky.app mastodon.social
"""
_SECOND_LEVEL = frozenset(_REGISTRIES.split())
"""Labels under which names are registered below a country's own (`example.co.uk`, `x.kiev.ua`)."""
_SHARED_BY_NAME = frozenset(_NAMING_PLATFORMS.split())
"""Platforms that give each publisher a name in front of theirs."""
_SHARED_BY_PATH = frozenset(_PATH_PLATFORMS.split())
"""Platforms that give each publisher a path (`t.me/channel`)."""
_WITHOUT_PUBLISHER = frozenset({"s", "user", "channel", "profile", "c", "watch"})


def publisher_of(article: Article) -> str:
    """Return who published an article: `example.co.uk`, `t.me/channel`, else its source's id.

    Reduces the host by common registration labels, without a public-suffix list: a rare suffix
    makes two publishers one, and so counts a confirmation too few rather than too many.
    Empty where neither is known.
    """
    try:
        url = urlsplit(article.url or "")
        host = (url.hostname or "").rstrip(".")
    except ValueError:
        return article.source or ""
    if not host:
        return article.source or ""
    if ":" in host or host.replace(".", "").isdigit():
        return host
    registered = _registered(host)
    if registered in _SHARED_BY_PATH:
        path = [part for part in url.path.split("/") if part]
        while path and path[0] in _WITHOUT_PUBLISHER:
            path.pop(0)
        if path:
            return f"{registered}/{path[0].lower()}"[:255]
    return registered[:255]


def _registered(host: str) -> str:
    labels = host.lower().removeprefix("www.").split(".")
    short = ".".join(labels[-2:])
    if short in _SHARED_BY_NAME:
        return ".".join(labels[-3:])
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return short


def publishers(members: Iterable[tuple[str, int]]) -> int:
    """Return how many independent publishers a story has.

    `members` are pairs of publisher and text (an article's own id, or that of the article whose
    text it copies). The answer is the largest number of different publishers that can be paired
    with different texts: fifty papers with one agency text are one, one paper with fifty texts is
    one, and a paper that prints the agency's text and one of its own adds to the agency's.
    A maximum bipartite matching by augmenting paths (Kuhn, 1955); time grows with publishers
    times pairs. A member without a publisher counts for nobody.
    """
    texts: dict[str, set[int]] = defaultdict(set)
    for publisher, text in members:
        if publisher:
            texts[publisher].add(text)
    matched = _Matching(texts)
    return sum(matched.place(publisher) for publisher in sorted(texts))


class _Matching:
    """Publishers paired with texts, each with at most one."""

    def __init__(self, texts: Mapping[str, set[int]]) -> None:
        self._texts = texts
        self._holder: dict[int, str] = {}
        self._held: dict[str, int] = {}

    def place(self, publisher: str) -> bool:
        """Give a publisher a text of its own, moving others where that makes room."""
        came_by: dict[int, str] = {}
        queue = [publisher]
        for current in queue:
            for text in sorted(self._texts[current] - came_by.keys()):
                came_by[text] = current
                if text not in self._holder:
                    self._pass_on(text, came_by)
                    return True
                queue.append(self._holder[text])
        return False

    def _pass_on(self, free: int, came_by: Mapping[int, str]) -> None:
        text: int | None = free
        while text is not None:
            taker = came_by[text]
            self._holder[text] = taker
            before = self._held.get(taker)
            self._held[taker] = text
            text = before
