"""Which copies of a text go along when one of them is parted from its story by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.stories.fingerprint import resemblance
from monitor.stories.record import Features

_SAME_TEXT = 0.95
"""Shared text from which two articles differ in nothing that a person would part them for."""


def goes_along(
    copy: Features, parted: Sequence[Features], beginnings: Sequence[Features], *, founder: bool
) -> bool:
    """Tell whether a copy goes along with parted articles of a text that its story began with.

    It does where it is at least as like one of these as it is like the `beginnings`: two issues of
    a form that were taken for copies can be told apart so. A founder itself only goes along with
    what is practically its own text.
    """
    nearest = _nearest(copy, parted)
    return nearest >= _SAME_TEXT if founder else nearest >= _nearest(copy, beginnings)


def _nearest(one: Features, others: Iterable[Features]) -> float:
    return max(
        (
            resemblance(
                one.print.shingles,
                other.print.shingles,
                first_thinning=one.print.thinning,
                second_thinning=other.print.thinning,
            ).jaccard
            for other in others
        ),
        default=0.0,
    )
