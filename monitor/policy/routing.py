"""Which routes a hit takes, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from monitor.model.channel import GroupBy, Route, When
from monitor.model.decision import DEFAULT_ROUTE, NOTIFY_ROUTE, Candidate
from monitor.model.rule import Level


class Routable(Protocol):
    """What a route's condition looks at."""

    @property
    def rule(self) -> str:
        """The rule's id."""

    @property
    def level(self) -> Level:
        """The rule's level."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The rule's tags."""

    @property
    def source(self) -> str:
        """The source's id."""

    @property
    def source_tags(self) -> tuple[str, ...]:
        """The source's tags."""

    @property
    def lang(self) -> str | None:
        """The article's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitTraits:
    """A made-up hit, for `monitor routes test`."""

    rule: str = ""
    level: Level = Level.MEDIUM
    tags: tuple[str, ...] = ()
    source: str = ""
    source_tags: tuple[str, ...] = ()
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteVerdict:
    """What one route says to a hit."""

    route: str
    channels: tuple[str, ...]
    fits: bool
    """Whether its condition fits, reached or not."""
    reached: bool
    """Whether no earlier route ended the search; it takes the hit if it is reached and fits."""
    why: str
    """Every part of its condition, with what the hit has: `level low, not at least high`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A destination that a hit is meant for."""

    route: Route
    channel: str
    told_by: str = ""
    """The route through which this channel is told of the hit already: this one adds nothing."""


def default_routes(routes: Sequence[Route], channels: Collection[str]) -> tuple[Route, ...]:
    """Return the routes; where there are none, one that tells every channel of every hit."""
    if routes:
        return tuple(routes)
    everyone = tuple(sorted(channels))
    return (Route(name=DEFAULT_ROUTE, when=When(), to=everyone, group_by=GroupBy.NONE),)


def which_routes(facts: Routable, routes: Sequence[Route]) -> tuple[RouteVerdict, ...]:
    """Return what every route says to a hit, from the top."""
    verdicts: list[RouteVerdict] = []
    ended_by = ""
    for route in routes:
        parts = tuple(_parts(route.when, facts))
        fits = all(part.fits for part in parts)
        said = [part.text for part in parts if part.fits is fits] or ["takes every hit"]
        if ended_by:
            said.append(f"not reached: route {ended_by} fits and does not continue")
        verdicts.append(
            RouteVerdict(
                route=route.name,
                channels=route.to,
                fits=fits,
                reached=not ended_by,
                why="; ".join(said),
            )
        )
        if fits and not route.proceed and not ended_by:
            ended_by = route.name
    return tuple(verdicts)


def targets(
    candidate: Candidate, routes: Sequence[Route], channels: Collection[str]
) -> tuple[Target, ...]:
    """Return where a hit is meant to go, in order; the rule's own `notify` comes first.

    Channels that are not configured are left out, and a route without any other is passed over.
    A channel is told of one hit at once only once: a further route that would do the same is
    marked. Routes with a digest or a confirmation say something else, and are not.
    """
    own = notify_route(candidate)
    found = [(own, name) for name in dict.fromkeys(own.to) if name in channels]
    for route in routes:
        names = [name for name in dict.fromkeys(route.to) if name in channels]
        if not names or not _fits(route.when, candidate):
            continue
        found += [(route, name) for name in names]
        if not route.proceed:
            break
    told: dict[str, str] = {}
    chosen: list[Target] = []
    for route, name in found:
        at_once = route.digest is None and route.confirm is None
        by = told.setdefault(name, route.name) if at_once else route.name
        told_by = "" if by == route.name else by
        chosen.append(Target(route=route, channel=name, told_by=told_by))
    return tuple(chosen)


def notify_route(candidate: Candidate) -> Route:
    """Return the route that the rule's own `notify` stands for: at once, and every hit."""
    return Route(name=NOTIFY_ROUTE, when=When(), to=candidate.notify, group_by=GroupBy.NONE)


@dataclass(frozen=True, slots=True)
class _Part:
    fits: bool
    text: str


def _fits(when: When, facts: Routable) -> bool:
    return all(part.fits for part in _parts(when, facts))


def _parts(when: When, facts: Routable) -> Iterator[_Part]:
    if when.min_level is not None:
        yield _level(facts.level, facts.level >= when.min_level, f"at least {when.min_level.label}")
    if when.max_level is not None:
        yield _level(facts.level, facts.level <= when.max_level, f"at most {when.max_level.label}")
    if when.tags:
        yield _among("tags", facts.tags, when.tags)
    if when.rule:
        fits = any(fnmatchcase(facts.rule, glob) for glob in when.rule)
        yield _Part(fits, f"rule {facts.rule or '(none)'}{_says(fits)}{', '.join(when.rule)}")
    if when.source:
        yield _among("source", (facts.source,), when.source, exact=True)
    if when.source_tag:
        yield _among("source tags", facts.source_tags, when.source_tag)
    if when.lang:
        lang = facts.lang or "unknown"
        wanted = {code.casefold() for code in when.lang}
        fits = not wanted.isdisjoint((lang.casefold(), lang.casefold().partition("-")[0]))
        yield _Part(fits, f"language {lang}{_says(fits)}{', '.join(when.lang)}")


def _level(level: Level, fits: bool, wanted: str) -> _Part:  # noqa: FBT001  (the verdict itself)
    return _Part(
        fits, f"level {level.label} is {wanted}" if fits else f"level {level.label}, not {wanted}"
    )


def _among(
    name: str, has: tuple[str, ...], wanted: tuple[str, ...], *, exact: bool = False
) -> _Part:
    def key(text: str) -> str:
        return text if exact else text.casefold()

    fits = not {key(text) for text in has}.isdisjoint(key(text) for text in wanted)
    return _Part(
        fits, f"{name} {', '.join(filter(None, has)) or '(none)'}{_says(fits)}{', '.join(wanted)}"
    )


def _says(fits: bool) -> str:  # noqa: FBT001  (the verdict itself)
    return ": among " if fits else ": none of "
