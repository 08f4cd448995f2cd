"""What somebody may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA


def suggest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is spelled most like `name`, if any is near.

    Near is at most two letters in five wrong (optimal string alignment), letter case and the
    choice of `-`, `_` or a space aside.
    """
    choices = sorted(known)
    found = process.extractOne(
        name,
        choices,
        scorer=OSA.normalized_similarity,
        processor=_plain,
        score_cutoff=0.6,
    )
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str], *, all_too: bool = False) -> str:
    """Return a hint: the name that was meant; else (or `all_too`) what there is, up to 20."""
    choices = list(known)
    if not choices:
        return "none is allowed here"
    more = f", … ({len(choices)} in all)" if len(choices) > 20 else ""
    everything = f"allowed: {', '.join(choices[:20])}{more}"
    meant = suggest(name, choices)
    if meant is None:
        return everything
    return f"did you mean {meant!r}? {everything}" if all_too else f"did you mean {meant!r}?"


def _plain(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "")
