"""Volume: whether a rule is unusually loud or quiet against its own past.

Counts of news are bursty and follow the week, so that means and standard deviations are led astray
by the very days that matter. The usual day is the median, and what is usual around it 1.4826 times
the median absolute deviation (Rousseeuw and Croux 1993, JASA 88, 1273–1283), but never less than
the square root of the median, which is what chance alone gives (Poisson).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil, sqrt
from statistics import median

WINDOW = 28
"""Days that a day is compared with: four of every weekday."""
ENOUGH = 14
"""Days that must be known of a rule before anything is called unusual."""
_SCALE = 1.4826
_FAR = 5.0
"""Spreads above the usual at which a day is loud."""
_FEWEST = 10
"""Hits below which no day is loud, however quiet the rule usually is."""
_MISSED = 9.0
"""Hits that would have been usual in a silence called unusual: chance gives it once in 8,000."""


class Volume(StrEnum):
    """What is unusual."""

    LOUD = "loud"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """A rule that behaves unlike itself."""

    rule: str
    volume: Volume
    day: date
    hits: int
    """On that day."""
    usual: float
    """Hits a day: the median when loud, the mean before the silence when quiet."""
    since: date
    """The first day of the silence; of a loud rule that day itself."""

    def __str__(self) -> str:
        if self.volume is Volume.LOUD:
            return f"{self.rule} was loud: {self.hits} hits on {self.day}, usual is {self.usual:g}"
        return f"{self.rule} has had no hit since {self.since}, usual are {self.usual:.1f} a day"


def unusual(rule: str, hits: Mapping[date, int], *, watched: date, day: date) -> Unusual | None:
    """Judge one finished day of a rule; None when it is usual, or too little is known.

    `hits` are its counts a day, without the zeros; `watched` is the first whole day that it ran.
    Quiet is told on the day on which a silence becomes unusual, and not again while it lasts.
    """
    known = max((day - watched).days + 1, 0)
    counts = [hits.get(watched + timedelta(number), 0) for number in range(known)]
    return _loud(rule, counts, day) or _newly_quiet(rule, counts, day)


def _loud(rule: str, counts: Sequence[int], day: date) -> Unusual | None:
    past = counts[-1 - WINDOW : -1]
    if len(past) < ENOUGH or counts[-1] < _FEWEST:
        return None
    # A weekday that is always loud is usual, however the other days are.
    weekdays = past[-7::-7]
    if not (_far_above(counts[-1], past) and _far_above(counts[-1], weekdays)):
        return None
    return Unusual(
        rule=rule, volume=Volume.LOUD, day=day, hits=counts[-1], usual=median(past), since=day
    )


def _far_above(count: int, past: Sequence[int]) -> bool:
    middle = median(past)
    deviation = median(abs(other - middle) for other in past)
    return count > middle + _FAR * max(_SCALE * deviation, sqrt(middle), 1.0)


def _newly_quiet(rule: str, counts: Sequence[int], day: date) -> Unusual | None:
    silence = next((past for past, count in enumerate(reversed(counts)) if count), len(counts))
    past = counts[: len(counts) - silence][-WINDOW:]
    if not silence or len(past) < ENOUGH:
        return None
    # A few bursts in a month say nothing about an ordinary day.
    ceiling = max(3.0 * median(past), 1.0)
    usual = sum(min(count, ceiling) for count in past) / len(past)
    if silence != max(ceil(_MISSED / usual), _longest_silence(past) + 1):
        return None
    since = day - timedelta(days=silence - 1)
    return Unusual(rule=rule, volume=Volume.QUIET, day=day, hits=0, usual=usual, since=since)


def _longest_silence(counts: Sequence[int]) -> int:
    longest = run = 0
    for count in counts:
        run = 0 if count else run + 1
        longest = max(longest, run)
    return longest
