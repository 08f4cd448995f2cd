"""Texts that are one form filled in anew: forecasts, tremors, results, warnings, tolls."""

from __future__ import annotations

from datetime import timedelta

from monitor.stories.event import Likeness, other_days, unknown_names
from monitor.stories.fingerprint import Resemblance
from monitor.stories.record import Features

_FORM = 0.25
"""Shared text from which other facts mean a form filled in anew."""
_ABOUT = 0.65
"""Cosine of the terms from which it may be a form though little text is shared."""
_OTHER_FACTS = 0.3
_INTERVAL = timedelta(hours=12)
MOST_REPLACED = 3
"""Numbers from which a form with none of them left is another issue at once; for each number that
is the same by chance, so many others are asked."""
SERIES = 12
"""Numbers of known articles of one form, none of which an article has: it is a series then, and no
event whose toll rises."""
ANOTHER_ISSUE = "the same form with other facts"


def another_issue(
    one: Features, two: Features, like: Likeness, same: Resemblance, gap: timedelta
) -> bool:
    """Tell whether two texts are one form with other facts: two forecasts, two tremors.

    An agency's later version of one report changes a number or two; another issue of a series
    changes many, and with them the day, the names, or the time of day, or all of them. Where the
    form is so short that facts are most of it, it shows by the terms, and more of the facts must
    be others.
    """
    form = same.containment >= _FORM
    if not form and like.about < _ABOUT:
        return False
    later = gap > _INTERVAL
    another_day = other_days(one, two)
    other_names = bool(one.names) and bool(two.names) and one.names.isdisjoint(two.names)
    strangers = unknown_names(one, two) > 0 and unknown_names(two, one) > 0
    if form and ((another_day and later) or other_names or strangers):
        return True
    if not _differ(one.numbers, two.numbers):
        return False
    if form:
        replaced = replaced_numbers(one, two, same) == MOST_REPLACED
        return another_day or later or replaced or _differ(one.names, two.names)
    return (another_day and later) or other_names


def replaced_numbers(one: Features, two: Features, same: Resemblance) -> int:
    """Return how many numbers texts of one form have of their own, few being the same.

    At most MOST_REPLACED, 0 for texts that are not of one form.
    """
    shared = len(one.numbers & two.numbers)
    own = min(len(one.numbers), len(two.numbers)) - shared
    if same.containment < _FORM or own < MOST_REPLACED * shared:
        return 0
    return min(own, MOST_REPLACED)


def _differ(one: frozenset[str], two: frozenset[str]) -> bool:
    """Tell whether each side has facts of its own, beside few that both have."""
    smaller = min(len(one), len(two))
    return smaller > 0 and min(len(one - two), len(two - one)) >= _OTHER_FACTS * smaller
