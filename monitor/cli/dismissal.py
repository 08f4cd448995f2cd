"""The patch that `monitor hits dismiss` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.opening import now, open_usable_rules
from monitor.cli.output import emit, plural, say
from monitor.cli.texts import read_texts
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.model.alert import AlertItem
from monitor.model.article import Article
from monitor.model.hit import Review
from monitor.model.listing import HitFilter
from monitor.model.rule import Rule
from monitor.rules.amending import Amended, amend, patch
from monitor.rules.exclusion import Exclusion, passage, propose
from monitor.store.database import SqlStore

_PAST = timedelta(days=90)
_MOST = 2_000
"""Other hits that a proposed exclusion is tried on, the newest first."""
_TOLD = 10
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    rule: str
    sample: str
    exclusion: Exclusion | None
    others: int
    """Other hits that it was tried on."""
    amended: Amended | None
    patch: str
    folder: Path
    """Where the patch is to be applied."""
    unusable: str = ""
    """Why there is no patch."""
    mended: bool = False
    """Whether the rule, as it is now, does not hit the article any more."""


def print_patch(settings: Settings, store: SqlStore, id: int, *, as_json: bool) -> None:
    """Print a patch for the rule of a hit on standard output, and what it would do beside."""
    proposal = _propose(settings, store, id)
    if as_json:
        emit(_as_object(id, proposal))
        return
    click.echo(proposal.patch, nl=False)
    for line in _effect(proposal):
        say(line)


def _propose(settings: Settings, store: SqlStore, id: int) -> _Proposal:
    (item,) = store.items([id])
    text = passage(item.article.article, item.hit.evidence)
    others = _others(store, item.hit.rule, id)
    rule = _rule(settings, item.hit.rule)
    samples = [] if rule is None else list(_samples(rule))
    mended = rule is not None and _is_mended(rule, item)
    found = None
    if not mended:
        found = propose(text, item.hit.evidence, others, now(), samples=samples)
    amended, shown, folder, unusable = None, "", Path.cwd(), ""
    if rule is None:
        unusable = f"The rule {item.hit.rule} is not in {settings.rules} any more"
    elif rule.correlate is not None:
        unusable = f"{rule.id} counts the hits of other rules: dismiss one of those"
    else:
        file = Path(rule.location.file)
        folder, name = _applied_from(file, settings.rules)
        before = _read(file)
        phrase = None if found is None else found.phrase
        if before is not None:
            bare = before.removeprefix(_BOM)
            amended = amend(bare, str(file), rule.id, miss=text, exclude=phrase)
        if before is None or amended is None:
            unusable = f"{file} is not written so that something could be added to {rule.id}"
        else:
            shown = patch(before, before[: -len(bare)] + amended.text, name)
    return _Proposal(
        rule=item.hit.rule,
        sample=text,
        exclusion=found,
        others=len(others),
        amended=amended,
        patch=shown,
        folder=folder,
        unusable=unusable,
        mended=mended,
    )


def _is_mended(rule: Rule, item: AlertItem) -> bool:
    """Whether a rule was edited since the hit so that it would not hit the article again."""
    from monitor.matching import compile_rules  # noqa: PLC0415 - loads the engine

    if rule.match is None or rule.version == item.hit.version:
        return False
    return not compile_rules([rule]).match(item.article.article, item.hit.at)


def _others(store: SqlStore, rule: str, id: int) -> dict[int, Article]:
    """Return the articles of the rule's other hits of the last 90 days that nobody dismissed."""
    wanted = HitFilter(
        rules=(rule,),
        since=now() - _PAST,
        reviews=(Review.OPEN, Review.ACKNOWLEDGED),
    )
    ids = [entry.hit.id for entry in store.hits(wanted, _MOST) if entry.hit.id != id]
    return {item.hit.id: item.article.article for item in store.items(ids)}


def _rule(settings: Settings, id: str) -> Rule | None:
    """Return a rule as it is now; UsageError when it may be one that cannot be read."""
    rulebook = open_usable_rules(settings)
    rule = next((known for known in rulebook.rules if known.id == id), None)
    if rule is None and rulebook.errors:
        raise UsageError(
            f"{settings.rules} has errors, so no patch can be made: `monitor check` shows them"
        )
    return rule


def _samples(rule: Rule) -> Iterator[Article]:
    """Return the texts that the rule's own tests want it to hit."""
    for sample in rule.hit_samples:
        if sample.file is None:
            yield Article(title=sample.title, body=sample.body, lang=sample.lang)
        else:
            yield from (it for it in read_texts([sample.file], {}) if isinstance(it, Article))


def _applied_from(file: Path, rules: Path) -> tuple[Path, str]:
    """Return a folder and the file's name from there: `patch` takes no names that lead upwards."""
    for folder in (Path.cwd(), rules if rules.is_dir() else rules.parent):
        if file.is_relative_to(folder):
            return folder, str(file.relative_to(folder))
    return file.parent, file.name


def _read(file: Path) -> str | None:
    """Return a file with its line breaks and byte order mark; None unless it is UTF-8."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


def _effect(proposal: _Proposal) -> Iterator[str]:
    if proposal.amended is None:
        yield f"{proposal.unusable}: there is nothing to patch."
        return
    if proposal.folder != Path.cwd():
        yield f"Apply the patch in that folder: patch -p0 -d {proposal.folder}"
    found = proposal.exclusion
    if proposal.mended:
        yield "The rule as it is now does not hit this article: only the sample is added."
        return
    if found is None:
        yield "No phrase of the passage could exclude it; the sample alone is added."
        return
    if not proposal.amended.excluded:
        yield (
            f"To exclude it, give the rule's match the key `none: [{found.phrase}]`: as it is "
            "written, only the sample can be added."
        )
    removed = len(found.removes)
    which = ", ".join(str(id) for id in found.removes[:_TOLD])
    more = f": hits {which}{', …' if removed > _TOLD else ''}" if removed else ""
    yield (
        f"Excluding {found.phrase!r} would have removed {removed:,} of the rule's"
        f" {plural(proposal.others, 'other hit')} of the last 90 days{more}."
    )
    if found.breaks:
        samples = plural(found.breaks, "`hit` sample")
        yield f"It would also make {samples} of the rule's own fail: change those, or the phrase."


def _as_object(id: int, proposal: _Proposal) -> dict[str, object]:
    found = proposal.exclusion
    return {
        "hit": id,
        "rule": proposal.rule,
        "miss": proposal.sample,
        "exclude": found.phrase if found else None,
        "removes": list(found.removes) if found else [],
        "breaks": found.breaks if found else 0,
        "other_hits": proposal.others,
        "folder": str(proposal.folder),
        "patch": proposal.patch or None,
        "unusable": proposal.unusable or None,
    }
