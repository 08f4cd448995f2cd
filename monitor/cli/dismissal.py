"""How `monitor hits dismiss` tells what it proposes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli.output import emit, plural, say
from monitor.cli.proposal import Proposal, propose_for
from monitor.config.settings import Settings
from monitor.rules.exclusion import Exclusion
from monitor.rules.passages import LONGEST
from monitor.rules.resembling import as_mapping, written
from monitor.store.database import SqlStore

_TOLD = 10
_FEW = 5
"""Other hits below which it is not told by them whether a phrase is too common."""


def print_patch(settings: Settings, store: SqlStore, id: int, *, as_json: bool) -> None:
    """Print a patch for the rule of a hit on standard output, and what it would do beside."""
    proposal = propose_for(settings, store, id)
    if as_json:
        emit(_as_object(id, proposal))
        return
    click.echo(proposal.patch, nl=False)
    for line in _effect(proposal):
        say(line)


def _effect(proposal: Proposal) -> Iterator[str]:
    found = proposal.exclusion
    if not proposal.patch:
        yield f"{proposal.unusable}: there is nothing to patch."
        yield from proposal.by_hand
        return
    if found is not None and found.breaks:
        samples = plural(found.breaks, "`hit` sample")
        yield (
            f"With this patch {samples} of the rule's own would fail: change the samples, or the"
            " phrase."
        )
    if proposal.folder != Path.cwd():
        yield f"Apply the patch in that folder: patch -p0 -d {proposal.folder}"
    if found is None:
        yield "The rule as it is now does not hit this article: only the sample is added."
        return
    yield from _without_sample(proposal)
    yield _cost(found, proposal.others)


def _without_sample(proposal: Proposal) -> Iterator[str]:
    if proposal.sample is None:
        yield (
            f"No sample is added: no passage of up to {LONGEST:,} characters hits the rule by"
            " itself."
        )
    elif proposal.sample_known:
        yield "The rule's tests have the sample already: only the exclusion is added."
    elif not proposal.sample_placed:
        yield (
            "Only the exclusion is added: the rule's tests are shared with others. Add this to the"
            f" `miss` of its own: {written(proposal.sample)}"
        )


def _cost(found: Exclusion, others: int) -> str:
    removed = len(found.removes)
    if not others:
        return (
            f"The rule has no other hit of the last 90 days: whether {found.phrase!r} is too common"
            " to be excluded could not be tried. Look at it before you apply the patch."
        )
    if others == 1:
        which = f": hit {found.removes[0]}" if removed else ""
        told = (
            f"Excluding {found.phrase!r} would {'' if removed else 'not '}have removed the rule's"
            f" only other hit of the last 90 days{which}."
        )
    else:
        ids = ", ".join(str(id) for id in found.removes[:_TOLD])
        more = f": {'hit' if removed == 1 else 'hits'} {ids}" if removed else ""
        told = (
            f"Excluding {found.phrase!r} would have removed {removed:,} of the rule's {others:,}"
            f" other hits of the last 90 days{more}{', …' if removed > _TOLD else ''}."
        )
    if others < _FEW:
        told += " So few say little about it: look at the phrase before you apply the patch."
    return told


def _as_object(id: int, proposal: Proposal) -> dict[str, object]:
    found, sample = proposal.exclusion, proposal.sample
    return {
        "hit": id,
        "rule": proposal.rule,
        "miss": None if sample is None else sample.body or sample.title,
        "sample": None if sample is None else as_mapping(sample),
        "exclude": found.phrase if found else None,
        "removes": list(found.removes) if found else [],
        "breaks": found.breaks if found else 0,
        "other_hits": proposal.others,
        "folder": str(proposal.folder),
        "patch": proposal.patch or None,
        "unusable": proposal.unusable or None,
        "by_hand": list(proposal.by_hand),
    }
