"""When a failed delivery is tried again, when it is given up, and whom a failure holds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Exponential waits: `first`, twice as long each time, at most `longest`.

    Up to `jitter` of each wait is added, so that alerts that failed together do not come back
    together. After `attempts` the alert is dead.
    """

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(hours=1)
    attempts: int = 33
    jitter: float = 0.25

    def wait(self, attempt: int) -> timedelta:
        """Return the wait after so many attempts, without jitter."""
        if attempt > 60:  # 2**60 waits overflow a timedelta; the longest was reached long before
            return self.longest
        return min(self.first * int(2 ** max(0, attempt - 1)), self.longest)

    @property
    def span(self) -> timedelta:
        """Return the least time from the first attempt to the last."""
        waits = (self.wait(attempt) for attempt in range(1, self.attempts))
        return sum(waits, timedelta())


STANDARD = Schedule()
"""10 s, 20 s, … 1 h; 33 attempts over at least 24 h."""


def retry_at(
    alert: str,
    attempt: int,
    now: datetime,
    *,
    retry_after: float | None = None,
    not_before: datetime | None = None,
    schedule: Schedule = STANDARD,
) -> datetime | None:
    """Return when an alert whose `attempt`th attempt failed `now` is tried again; None for never.

    The jitter depends on the alert and the attempt only, so that deciding twice decides the same.
    `retry_after` is what the receiver asked for, in seconds, and is kept to when it is longer.
    `not_before` is when the alerts before it are tried again.
    """
    if attempt >= schedule.attempts:
        return None
    wait = schedule.wait(attempt) * (1 + schedule.jitter * _share(alert, attempt))
    if retry_after is not None:
        wait = max(wait, timedelta(seconds=retry_after))
    moment = now + wait
    return moment if not_before is None else max(moment, not_before)


def steps_aside(attempt: int, failures: int) -> bool:
    """Say whether the alerts behind a failed one are tried before it has got through.

    `failures` counts the alerts that failed in this run, this one included. Twice nothing passes
    it: most failures are the receiver's, and then order is kept. From the third attempt on, one
    more alert is tried (from the sixth two, and so on): where it gets through, the failed one is
    refused for itself and must not hold up the others.
    """
    return failures <= attempt // 3


def _share(alert: str, attempt: int) -> float:
    """Return a number from 0 to 1 that is the same every time."""
    digest = sha256(f"{alert}:{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
