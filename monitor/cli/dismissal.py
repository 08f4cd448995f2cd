"""The patch that `monitor hits dismiss` prints."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import islice
from pathlib import Path

import click

from monitor.cli.opening import now, open_rules
from monitor.cli.output import plural, say
from monitor.config.settings import Settings
from monitor.errors import InvalidRules
from monitor.model.article import Article
from monitor.model.hit import Review
from monitor.model.listing import HitFilter
from monitor.rules.amending import amend, patch
from monitor.rules.exclusion import Exclusion, passage, propose
from monitor.store.database import SqlStore

_PAST = timedelta(days=90)
_MOST = 2_000
"""Other hits that a proposed exclusion is tried on, the newest first."""
_TOLD = 10


def print_patch(settings: Settings, store: SqlStore, id: int) -> None:
    """Print a patch for the rule of a hit on standard output, and what it would do beside."""
    (item,) = store.items([id])
    rule_id = item.hit.rule
    text = passage(item.article.article, item.hit.evidence)
    others = _others(store, rule_id, id)
    found = propose(text, item.hit.evidence, others, now())
    file = _file_of(settings, rule_id)
    if file is None:
        say(f"The rule {rule_id} is not in {settings.rules} any more: there is nothing to patch.")
        return
    before = file.read_text(encoding="utf-8")
    shown = os.path.relpath(file)
    phrase = None if found is None else found.phrase
    amended = amend(before, str(file), rule_id, miss=text, exclude=phrase)
    if amended is None:
        say(f"{shown} does not hold the rule {rule_id} as it was loaded: nothing to patch.")
        return
    click.echo(patch(before, amended.text, shown), nl=False)
    _say_effect(found, len(others), excluded=amended.excluded)


def _others(store: SqlStore, rule: str, id: int) -> dict[int, Article]:
    """Return the articles of the rule's other hits of the last 90 days that nobody dismissed."""
    wanted = HitFilter(
        rules=(rule,),
        since=now() - _PAST,
        reviews=(Review.OPEN, Review.ACKNOWLEDGED),
    )
    newest = islice((entry.hit.id for entry in store.hits(wanted, _MOST)), _MOST)
    ids = [other for other in newest if other != id]
    return {item.hit.id: item.article.article for item in store.items(ids)}


def _file_of(settings: Settings, rule: str) -> Path | None:
    try:
        rules = open_rules(settings).rules
    except InvalidRules as error:
        rules = error.usable.rules
    return next((Path(known.location.file) for known in rules if known.id == rule), None)


def _say_effect(found: Exclusion | None, others: int, *, excluded: bool) -> None:
    if found is None:
        say("No phrase of the passage could exclude it; the sample alone is added.")
        return
    if not excluded:
        say(
            f"To exclude it, give the rule's match the key `none: [{found.phrase}]`: its match is "
            "no mapping with keys, so the patch adds only the sample."
        )
    removed = len(found.removes)
    which = ", ".join(str(id) for id in found.removes[:_TOLD])
    more = f": hits {which}{', …' if removed > _TOLD else ''}" if removed else ""
    say(
        f"Excluding {found.phrase!r} would have removed {removed:,} of the rule's"
        f" {plural(others, 'other hit')} of the last 90 days{more}."
    )
