"""Which stored article somebody means, or what could explain that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.articles.identity import identity_keys
from monitor.cli.opening import now
from monitor.cli.output import ago, plural
from monitor.cli.steps import Step
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.model.article import Article, StoredArticle
from monitor.model.source import Source, SourceKind, SourceState
from monitor.store.database import SqlStore
from monitor.stories.publishing import publisher_of

_REFUSALS = 500
"""Of each source, looked through for an article that is not stored."""
_NUMBERED = 10
"""Articles of one file whose numbers are told."""
_DIGITS = 18
"""Of the largest number that an article can have."""


def find(store: SqlStore, settings: Settings, what: str) -> list[StoredArticle]:
    """Return the articles with this number, address (also without `https://`) or file.

    Raises UsageError for what can be none of these, for a folder, and for a file of which several
    are stored.
    """
    if what.isascii() and what.isdigit():
        stored = store.article(int(what)) if len(what) <= _DIGITS else None
        return [] if stored is None else [stored]
    if "://" in what:
        return _at(store, what)
    if "/" not in what and not (what and Path(what).exists()):
        raise UsageError(
            f"{what!r} is neither an article's number, nor an address (https://…), nor a file"
        )
    if what and Path(what).is_dir():
        raise UsageError(f"{what} is a folder: name a file in it, or an article by its number")
    found = _read_from(store, settings, what)
    url = address_of(what)
    return found if found or url is None else _at(store, url)


def _at(store: SqlStore, url: str) -> list[StoredArticle]:
    return list(store.find_articles(_keys(Article(title="", body="", url=url), "url:")))


def _read_from(store: SqlStore, settings: Settings, what: str) -> list[StoredArticle]:
    paths = _as_read(settings, what)
    keys = [key for it in paths for key in _keys(Article(title="", body="", path=it), "file:")]
    if keys:
        return list(store.find_articles(keys))
    readers = [source.id for source in settings.sources if _reads(source, what)]
    each = (list(store.articles_of_file(it, readers, _NUMBERED + 1)) for it in paths)
    found = next(filter(None, each), [])
    if len(found) > 1:
        more = ", …" if len(found) > _NUMBERED else ""
        numbers = ", ".join(str(stored.id) for stored in found[:_NUMBERED])
        unused = "; part of it could not be used" if any(refused(store, settings, what)) else ""
        raise UsageError(
            f"{what} holds many articles: name one by its number ({numbers}{more}){unused}"
        )
    return found


def _keys(article: Article, kind: str) -> list[str]:
    return [key for key in identity_keys(article) if key.startswith(kind)]


def _as_read(settings: Settings, what: str) -> list[str]:
    """Return the paths that a file can be stored by, however somebody and the sources name it.

    A source writes its own `path` before what is below it, with all links and `..` in that.
    """
    found = [Path(what).absolute(), *_real(what)]
    roots = [source.path for source in settings.sources if source.path is not None]
    found += [
        root / path.relative_to(root.resolve())
        for root in roots
        for path in _real(what)
        if path.is_relative_to(root.resolve())
    ]
    return list(dict.fromkeys(map(str, found)))


def _real(what: str) -> tuple[Path, Path]:
    """Return where a file really is, and, should it be a link, where that is."""
    path = Path(what).absolute()
    return path.parent.resolve() / path.name, path.resolve()


def address_of(what: str) -> str | None:
    """Return the address that somebody means; None for a number or a file.

    What is no file and begins like the name of a host is an address without its `https://`.
    """
    if "://" in what:
        return what
    host, slash, _ = what.partition("/")
    may_be = bool(slash) and "." in host.strip(".") and not host.startswith(".")
    return f"https://{what}" if may_be and not Path(what).exists() else None


def absent(store: SqlStore, settings: Settings, what: str) -> Iterator[Step]:
    """Return what is known that could explain why something is not stored."""
    if what.isdigit():
        return
    yield from refused(store, settings, what)
    url = address_of(what)
    missing = url is None and not Path(what).exists()
    if missing:
        yield Step(None, "file", "there is no such file")
    site = "" if url is None else publisher_of(Article(title="", body="", url=url))
    states = store.source_states()
    carriers = store.carriers(site) if site else frozenset()
    candidates = [
        source
        for source in settings.sources
        if source.id in carriers
        or _carries(source, site)
        or ("://" not in what and _reads(source, what))
    ]
    may = "would read it" if missing else "could carry it"
    for source in candidates:
        yield Step(None, "source", _condition(source, states.get(source.id), may))
    if not candidates:
        place = "folder" if url is None else "site"
        yield Step(None, "source", f"no configured source reads this {place}")


def refused(store: SqlStore, settings: Settings, what: str) -> Iterator[Step]:
    """Return why an address or something of a file was refused, the last time first."""
    names = [what] if address_of(what) else _as_read(settings, what)
    for source in settings.sources:
        for item in store.refusals(source.id, _REFUSALS):
            if any(name in item.where for name in names):
                yield Step(item.at, "refused", f"{source.id}: {item.reason}")


def _reads(source: Source, what: str) -> bool:
    if source.kind is not SourceKind.CORPUS or source.path is None:
        return False
    root = source.path.resolve()
    return any(path.is_relative_to(root) for path in _real(what))


def _carries(source: Source, site: str) -> bool:
    remote = source.kind is not SourceKind.CORPUS
    return (
        remote and site != "" and site == publisher_of(Article(title="", body="", url=source.url))
    )


def _condition(source: Source, state: SourceState | None, may: str) -> str:
    if state is None or state.last_poll is None:
        return f"{source.id} {may}, and was never read"
    moment = now()
    text = f"{source.id} {may}: read {ago(state.last_success, moment)}"
    if state.failures:
        text += f", {plural(state.failures, 'failure')} in a row: {state.last_error}"
    if state.gone:
        text += ", gone (410)"
    waiting = state.due is not None and state.due <= moment  # nothing runs, or all is busy
    return text + (", due now" if waiting else f", next {ago(state.due, moment)}")
