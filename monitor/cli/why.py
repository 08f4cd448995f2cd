"""`monitor why`: the whole way of one article, or the place where it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from monitor.articles.identity import identity_keys
from monitor.cli.hit_objects import evidence_objects
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import ago, emit, lasting, plural, printing, short, show, stamp
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.model.article import Article, StoredArticle
from monitor.model.hit import Evidence
from monitor.model.listing import AlertEntry, ArticleWay, Decided, HitWay
from monitor.model.rule import Rule
from monitor.model.source import Source, SourceKind, SourceState
from monitor.model.story import Joined
from monitor.store.database import SqlStore
from monitor.stories.publishing import publisher_of

# Refusals of each source that are looked through for an article that is not stored.
_MANY = "may hold many articles: name one by its number (`monitor hits`) or address"
_REFUSALS = 500
_DIGITS = 18
"""Of the largest number that an article can have."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that happened: when, what kind, and in words."""

    at: datetime | None
    stage: str
    text: str
    evidence: tuple[Evidence, ...] = ()
    """Of a hit: what matched."""


@click.command(
    "why",
    epilog="Examples: `monitor why https://news.example/a-story`; `monitor why 812 --rule curfew`;"
    " `monitor why archive/0042.txt`",
)
@click.argument("what", metavar="URL|ARTICLE")
@click.option("--rule", metavar="ID", help="What this rule says to it, part by part.")
@printing
def command(config: str | None, *, what: str, rule: str | None, as_json: bool) -> int:
    """Show where an article came from, what hit, what was decided and delivered, and why.

    ARTICLE is its number, or the file that it was read from. Of one that is not stored: which
    sources could have carried it, and how they do. The exit code is 1 when it is not stored.
    """
    settings = open_settings(config)
    wanted = None
    if rule is not None:
        from monitor.cli.match import rules_named  # noqa: PLC0415 - loads the engine

        (wanted,) = rules_named(settings, [rule])
    with open_database(settings) as store:
        found = _find(store, settings, what)
        for article in found:
            way = store.way(article.id)
            if way is not None:
                steps = [*_steps(way, settings), *_verdict(wanted, article, way)]
                _show(article, steps, as_json=as_json)
        if not found:
            _show_absent(what, list(_absent(store, settings, what)), as_json=as_json)
    return 0 if found else 1


def _find(store: SqlStore, settings: Settings, what: str) -> list[StoredArticle]:
    if what.isascii() and what.isdigit():
        stored = store.article(int(what)) if len(what) <= _DIGITS else None
        return [] if stored is None else [stored]
    if "://" in what:
        sought, kind = Article(title="", body="", url=what), "url:"
    elif "/" in what or (what and Path(what).exists()):
        sought, kind = Article(title="", body="", path=str(Path(what).absolute())), "file:"
    else:
        raise UsageError(
            f"{what!r} is neither an article's number, nor an address (https://…), nor a file"
        )
    keys = _keys(sought, kind)
    if not keys and kind == "file:" and not list(_refused(store, settings, what)):
        raise UsageError(f"{what} {_MANY}")
    return list(store.find_articles(keys))


def _keys(article: Article, kind: str) -> list[str]:
    return [key for key in identity_keys(article) if key.startswith(kind)]


def _steps(way: ArticleWay, settings: Settings) -> Iterator[_Step]:
    stored = way.article
    article = stored.article
    source = settings.source(article.source or "")
    known = "" if source is not None else " (not configured any more)"
    where = article.url or article.path
    told = f": {where}" if where else ""
    yield _Step(stored.first_seen, "fetched", f"from source {article.source}{known}{told}")
    dated = f"dated {short(article.published)}" if article.published else "without a date"
    yield _Step(stored.first_seen, "parsed", f"{dated}, language {article.lang or 'unknown'}")
    for note in article.notes:
        yield _Step(stored.first_seen, "parsed", note)
    if article.encoding:
        yield _Step(stored.first_seen, "parsed", f"read as {article.encoding}")
    kinds = ", ".join(dict.fromkeys(key.partition(":")[0] for key in way.keys))
    yield _Step(stored.first_seen, "new", f"stored as {stored.id}, known again by its {kinds}")
    if stored.late:
        limit = source.max_age if source is not None else None
        age = f" ({lasting(limit.total_seconds())})" if limit else ""
        older = f"older than the source's max_age{age}"
        yield _Step(stored.first_seen, "late", f"{older}: matched, never alerted on")
    for number, seen in enumerate(way.versions[1:], 2):
        yield _Step(seen, "changed", f"revision {number} was seen and matched again")
    if way.story is not None:
        text = f"{way.story.joined.value}: {way.story.detail}"
        by_hand = way.story.joined is Joined.BY_HAND  # its text says when
        yield _Step(None if by_hand else stored.first_seen, "story", f"{stored.story}, {text}")
    if not way.hits:
        yield _Step(stored.first_seen, "matched", "no rule hit it; --rule ID shows why one did not")
    for hit in way.hits:
        yield from _hit_steps(hit)


def _hit_steps(way: HitWay) -> Iterator[_Step]:
    hit = way.hit
    words = ", ".join(dict.fromkeys(found.text for found in hit.evidence))
    matched = f" by {words[:200]}" if words else ""
    fired = f": {way.firing.detail}" if way.firing else ""
    yield _Step(
        hit.at,
        "hit",
        f"rule {hit.rule} [{hit.level.label}]{matched} (hit {hit.id}){fired}",
        hit.evidence,
    )
    for decision in way.decisions:
        yield _Step(decision.at, "decided", _decision(hit.rule, decision))
    if not way.decisions:
        yield _Step(None, "decided", f"{hit.rule}: not yet")
    for entry in way.alerts:
        yield from _alert_steps(entry)
    if hit.review.value != "open":
        yield _Step(None, "reviewed", f"{hit.review.value}{f': {hit.note}' if hit.note else ''}")


def _decision(rule: str, decision: Decided) -> str:
    where = f" for {decision.channel} by route {decision.route}" if decision.channel else ""
    told = f"{short(decision.until)} UTC" in decision.detail
    until = f", until {short(decision.until)}" if decision.until and not told else ""
    replaced = "" if decision.current else " (decided again later)"
    outcome = f"{decision.outcome.value} ({decision.reason.value})"
    return f"{rule}{where}: {outcome}: {decision.detail}{until}{replaced}"


def _alert_steps(entry: AlertEntry) -> Iterator[_Step]:
    alert = entry.alert
    name = f"alert {alert.id[:12]} to {alert.channel}"
    yield _Step(alert.created, "alert", f"{name}: {alert.kind.value}, {alert.state.value}")
    for delivery in entry.deliveries:
        yield _Step(
            delivery.at,
            "delivery",
            f"{delivery.where}: {delivery.outcome.value}: {delivery.detail}"
            f" ({delivery.duration:.1f} s, attempt {delivery.attempt})",
        )


def _verdict(rule: Rule | None, stored: StoredArticle, way: ArticleWay) -> Iterator[_Step]:
    """Return what a rule, as it is now, says to the article as it is now."""
    if rule is None:
        return
    from monitor.cli.explain import lines_of  # noqa: PLC0415 - loads the engine
    from monitor.matching import explain  # noqa: PLC0415

    if rule.match is None:
        yield _Step(None, "rule", f"{rule.id} counts the hits of others; it reads no text")
        return
    hit = next((it.hit for it in way.hits if it.hit.rule == rule.id), None)
    found = explain(rule, stored.article, now())
    verdict = "matches" if found.matched else "does not match"
    was = "it has not hit" if hit is None else f"version {hit.version} hit"
    yield _Step(None, "rule", f"{rule.id} {rule.version} {verdict} ({was})")
    for line in lines_of(found):
        yield _Step(None, "rule", line)


def _absent(store: SqlStore, settings: Settings, what: str) -> Iterator[_Step]:
    """Return what is known that could explain why something is not stored."""
    if what.isdigit():
        return
    yield from _refused(store, settings, what)
    file = _file(what)
    if file is not None and not _keys(Article(title="", body="", path=str(file)), "file:"):
        yield _Step(None, "file", f"it {_MANY}")
    states = store.source_states()
    site = "" if file is not None else publisher_of(Article(title="", body="", url=what))
    carriers = store.carriers(site) if site else frozenset()
    candidates = [
        source
        for source in settings.sources
        if source.id in carriers or _could_carry(source, site, file)
    ]
    for source in candidates:
        yield _Step(None, "source", _condition(source, states.get(source.id)))
    if not candidates:
        place = "site" if file is None else "folder"
        yield _Step(None, "source", f"no configured source reads this {place}")


def _file(what: str) -> Path | None:
    return None if "://" in what else Path(what).absolute()


def _refused(store: SqlStore, settings: Settings, what: str) -> Iterator[_Step]:
    """Return why an address or something of a file was refused, the last time first."""
    named = str(_file(what) or what)
    for source in settings.sources:
        for refused in store.refusals(source.id, _REFUSALS):
            if named in refused.where:
                yield _Step(refused.at, "refused", f"{source.id}: {refused.reason}")


def _could_carry(source: Source, site: str, file: Path | None) -> bool:
    if source.kind is SourceKind.CORPUS:
        return file is not None and source.path is not None and file.is_relative_to(source.path)
    return bool(site) and site == publisher_of(Article(title="", body="", url=source.url))


def _condition(source: Source, state: SourceState | None) -> str:
    if state is None or state.last_poll is None:
        return f"{source.id} could carry it, and was never read"
    moment = now()
    text = f"{source.id} could carry it: read {ago(state.last_success, moment)}"
    if state.failures:
        text += f", {plural(state.failures, 'failure')} in a row: {state.last_error}"
    if state.gone:
        text += ", gone (410)"
    waiting = state.due is not None and state.due <= moment  # nothing runs, or all is busy
    return text + (", due now" if waiting else f", next {ago(state.due, moment)}")


def _show(article: StoredArticle, steps: list[_Step], *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "article": article.id,
                "title": article.article.title,
                "url": article.article.url,
                "source": article.article.source,
                "steps": [_step_object(step) for step in steps],
            }
        )
        return
    show(article.article.title, f"{article.id}  ", style="bold")
    _print_steps(steps, article.article.body)
    click.echo()


def _show_absent(what: str, steps: list[_Step], *, as_json: bool) -> None:
    if as_json:
        emit({"article": None, "url": what, "steps": [_step_object(step) for step in steps]})
        return
    show(f"{what} is not stored.")
    _print_steps(steps)


def _print_steps(steps: Iterable[_Step], body: str = "") -> None:
    from monitor.cli.match import shown_passage  # noqa: PLC0415 - loads with what is shown
    from monitor.notify.passages import passages  # noqa: PLC0415

    for step in steps:
        head = f"  {short(step.at, missing=''):<16}  {step.stage:<9} "
        show(step.text, head)
        for passage in passages(body, step.evidence) if step.evidence else ():
            show(shown_passage(passage), " " * len(head))


def _step_object(step: _Step) -> dict[str, object]:
    told: dict[str, object] = {"at": stamp(step.at), "stage": step.stage, "text": step.text}
    return {**told, "evidence": evidence_objects(step.evidence)} if step.evidence else told
