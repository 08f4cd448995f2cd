"""A window that moves over the hits of one correlation and group, and fires."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.firing import Firing, HitFacts
from monitor.model.rule import Correlation, Distinct
from monitor.policy.wording import count, duration

USUAL_WINDOWS = 28
"""Over how many windows before it the usual rate of a burst is the mean."""

NAMED = 12
"""How many things a firing's detail names; the rest are counted."""

_NOUNS = {
    Distinct.RULES: ("rule", "rules"),
    Distinct.STORIES: ("story", "stories"),
    Distinct.SOURCES: ("source", "sources"),
    Distinct.ARTICLES: ("article", "articles"),
}


_NAMED_ONES = frozenset({Distinct.RULES, Distinct.SOURCES})
"""What has a name of its own; articles and stories are shown by the hits that were counted."""


def counted_words(correlation: Correlation, number: int) -> str:
    """Return what so many counted things are: `3 sources within 24h`."""
    one, many = _NOUNS[correlation.distinct]
    what = f"{count(number, one, many)} within {duration(correlation.within)}"
    if correlation.burst is not None:
        what += f", {correlation.burst:g} times the usual rate or more"
    return what


@dataclass(slots=True)
class Tally:
    """How many things are present and not blocked, kept up with every change."""

    counted: int = 0
    present: Counter[str] = field(default_factory=Counter)
    """How many hits of each thing are in the window."""
    blocked: Counter[str] = field(default_factory=Counter)
    """How many active firings have counted each thing."""

    def enter(self, thing: str) -> None:
        """Count a hit that comes into the window."""
        self._change(self.present, thing, 1)

    def part(self, thing: str) -> None:
        """Forget a hit that falls out of the window."""
        self._change(self.present, thing, -1)

    def block(self, firing: Firing) -> None:
        """Leave out what a firing has counted."""
        for thing in firing.things:
            self._change(self.blocked, thing, 1)

    def free(self, firing: Firing) -> None:
        """Count again what a firing has counted."""
        for thing in firing.things:
            self._change(self.blocked, thing, -1)

    def _change(self, counter: Counter[str], thing: str, by: int) -> None:
        before = self._counts(thing)
        counter[thing] += by
        self.counted += self._counts(thing) - before

    def _counts(self, thing: str) -> bool:
        return self.present[thing] > 0 and not self.blocked[thing]


@dataclass(frozen=True, slots=True)
class Sweep:
    """One pass over hits of one group, ordered by event time; `things` are what they count as."""

    rule: str
    group: str
    correlation: Correlation
    hits: Sequence[HitFacts]
    things: Sequence[str]

    def run(self, past: Sequence[Firing], fresh: Collection[int] | None) -> Iterator[Firing]:
        """Yield the firings of all windows that hold a fresh hit, in the order of their ends."""
        within = self.correlation.within
        times = [hit.at for hit in self.hits]
        coming = sorted(past, key=_at, reverse=True)
        active: list[Firing] = []
        tally = Tally()
        start, stop, last_fresh = 0, 0, None
        for end in sorted(set(times)):
            while stop < len(times) and times[stop] <= end:
                tally.enter(self.things[stop])
                if fresh is None or self.hits[stop].hit in fresh:
                    last_fresh = end
                stop += 1
            while times[start] <= end - within:
                tally.part(self.things[start])
                start += 1
            while coming and coming[-1].at < end + within:
                tally.block(coming[-1])
                active.append(coming.pop())
            while active and active[0].at <= end - within:
                tally.free(active.pop(0))
            if last_fresh is None or last_fresh <= end - within:
                continue
            if active and self.correlation.burst is not None:
                continue
            if tally.counted >= self.correlation.at_least and self._bursts(times, start, stop, end):
                firing = self._firing(tally, stop, end)
                insort(active, firing, key=_at)
                tally.block(firing)
                yield firing

    def _bursts(self, times: Sequence[datetime], start: int, stop: int, end: datetime) -> bool:
        """Say whether the window holds so many times the mean of the windows before it.

        A window without hits counts as none. Stops adding up once the mean is too high already.
        """
        burst = self.correlation.burst
        if burst is None:
            return True
        most = len(set(self.things[start:stop])) * USUAL_WINDOWS / burst
        total, last = 0, start
        for number in range(1, USUAL_WINDOWS + 1):
            first = bisect_right(times, end - (number + 1) * self.correlation.within, 0, last)
            total += len(set(self.things[first:last]))
            last = first
            if total > most:
                return False
        return True

    def _firing(self, tally: Tally, stop: int, end: datetime) -> Firing:
        newest: dict[str, HitFacts] = {}
        while len(newest) < tally.counted:
            stop -= 1
            if not tally.blocked[self.things[stop]]:
                newest.setdefault(self.things[stop], self.hits[stop])
        hits = tuple(reversed(newest.values()))
        return Firing(
            rule=self.rule,
            group=self.group,
            at=end,
            things=tuple(sorted(newest)),
            hits=tuple(hit.hit for hit in hits),
            articles=tuple(dict.fromkeys(hit.article for hit in reversed(hits))),
            detail=self._detail(tuple(newest)),
        )

    def _detail(self, things: Sequence[str]) -> str:
        what = counted_words(self.correlation, len(things))
        if self.group:
            what += f" ({self.group})"
        if self.correlation.distinct not in _NAMED_ONES:
            return what
        named = list(things[:NAMED])
        if len(things) > NAMED:
            named.append(f"and {len(things) - NAMED} more")
        return f"{what}: {', '.join(named)}"


def _at(firing: Firing) -> datetime:
    return firing.at
