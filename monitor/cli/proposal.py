"""What `monitor hits dismiss` proposes: a sample, an exclusion, and the patch that adds both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from monitor.cli.opening import now, open_usable_rules
from monitor.cli.output import progress
from monitor.cli.texts import read_texts
from monitor.config.settings import Settings
from monitor.errors import InvalidInput, UsageError
from monitor.matching import compile_rules
from monitor.model.alert import AlertItem
from monitor.model.article import Article
from monitor.model.hit import Review
from monitor.model.listing import HitFilter
from monitor.model.rule import Rule, Sample
from monitor.rules import Rulebook, parse_rule
from monitor.rules.amending import Amended, amend, patch
from monitor.rules.by_hand import advise
from monitor.rules.exclusion import Exclusion, propose
from monitor.rules.passages import passages
from monitor.rules.phrases import Phrase, phrases
from monitor.rules.resembling import resembling, written
from monitor.rules.samples import hits_text
from monitor.rules.telling import weigh
from monitor.rules.verifying import broken_samples, is_kept_from
from monitor.store.database import SqlStore
from monitor.text import tokenize

_PAST = timedelta(days=90)
_BOM = "\ufeff"
_TRIED = 20
"""Samples that are looked through for one with a phrase that could be excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for a hit; without `patch`, `unusable` says why and `by_hand` what to do."""

    rule: str
    folder: Path
    """Where the patch is to be applied."""
    sample: Sample | None = None
    sample_known: bool = False
    """Whether the rule's tests hold the sample already."""
    sample_placed: bool = True
    exclusion: Exclusion | None = None
    others: int = 0
    """Other hits that the exclusion was tried on."""
    mended: bool = False
    """Whether the rule, as it is now, does not hit the article any more."""
    patch: str = ""
    unusable: str = ""
    by_hand: tuple[str, ...] = ()


def propose_for(settings: Settings, store: SqlStore, id: int) -> Proposal:
    """Return what would keep the rule of a hit from hitting such texts again."""
    (item,) = store.items([id])
    rulebook = _rulebook(settings, item.hit.rule)
    rule = next((known for known in rulebook.rules if known.id == item.hit.rule), None)
    nothing = Proposal(rule=item.hit.rule, folder=Path.cwd())
    if rule is None:
        return replace(
            nothing, unusable=f"The rule {item.hit.rule} is not in {settings.rules} any more"
        )
    if rule.correlate is not None:
        why = f"{rule.id} counts the hits of other rules: dismiss one of those"
        return replace(nothing, unusable=why)
    return _Proposer(settings, store, rulebook, rule, item).proposal()


def _rulebook(settings: Settings, id: str) -> Rulebook:
    """Return the rules as they are now; UsageError when this one may be one with an error."""
    rulebook = open_usable_rules(settings)
    if rulebook.errors and all(known.id != id for known in rulebook.rules):
        raise UsageError(
            f"{settings.rules} has errors, so no patch can be made: `monitor check` shows them"
        )
    return rulebook


class _Proposer:
    def __init__(
        self, settings: Settings, store: SqlStore, rulebook: Rulebook, rule: Rule, item: AlertItem
    ) -> None:
        self._settings = settings
        self._store = store
        self._rulebook = rulebook
        self._rule = rule
        self._hit = item.hit
        self._article = item.article.article
        self._file = Path(rule.location.file)
        self._folder, self._name = _applied_from(self._file, settings.rules)

    def proposal(self) -> Proposal:
        mended = not compile_rules([self._rule]).match(self._article, self._hit.at)
        sample, candidates = (self._former_sample(), []) if mended else self._sample()
        known = sample is not None and sample in self._rule.miss_samples
        others: list[int] = []
        exclusion = None
        if candidates:
            others = self._others()
            exclusion = self._exclusion(candidates, others)
        proposal = Proposal(
            rule=self._rule.id,
            folder=self._folder,
            sample=sample,
            sample_known=known,
            exclusion=exclusion,
            others=len(others),
            mended=mended,
        )
        new = None if known else sample
        if mended and new is None:
            why = (
                "The rule as it is now does not hit this article, and its tests have the sample"
                if known
                else "The rule as it is now does not hit this article"
            )
            return replace(proposal, unusable=why)
        if not mended and exclusion is None:
            why = "No phrase of the passage could exclude it"
            return replace(
                proposal,
                unusable=why,
                by_hand=(
                    "Make the rule's match narrower, so that it misses such texts.",
                    *_to_add(new),
                ),
            )
        return self._patched(proposal, new)

    def _patched(self, proposal: Proposal, new: Sample | None) -> Proposal:
        """Return the proposal with its patch, or with what to do by hand."""
        before = self._file.read_bytes()
        phrase = None if proposal.exclusion is None else proposal.exclusion.phrase
        try:
            text = before.decode("utf-8")
        except UnicodeDecodeError:
            # A rule file that can be read is in UTF-8 or UTF-16.
            how = (
                f"Save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`), and dismiss {self._hit.id} again."
            )
            why = f"{self._file} is in UTF-16, which `patch` cannot read"
            return replace(proposal, unusable=why, by_hand=(how,))
        bare = text.removeprefix(_BOM)
        mark = text[: -len(bare)]
        found: list[Rule] = []

        def sound(amended: Amended) -> bool:
            edited = {self._file: (mark + amended.text).encode()}
            after = open_usable_rules(self._settings, edited=edited)
            if not is_kept_from(
                self._article,
                self._hit.at,
                self._rule.id,
                before=self._rulebook,
                after=after,
                sample=new if amended.sampled else None,
            ):
                return False
            found[:] = [rule for rule in after.rules if rule.id == self._rule.id]
            return True

        miss = None if new is None else written(new)
        file = str(self._file)
        amended = amend(bare, file, self._rule.id, miss=miss, exclude=phrase, sound=sound)
        if amended is None:
            advice = advise(bare, file, self._rule.id, miss=miss, exclude=phrase)
            return replace(proposal, unusable=advice.why, by_hand=advice.steps)
        breaks = broken_samples(self._rule, found[0], self._hit.at)
        exclusion = proposal.exclusion and replace(proposal.exclusion, breaks=breaks)
        return replace(
            proposal,
            exclusion=exclusion,
            sample_placed=amended.sampled,
            patch=patch(text, mark + amended.text, self._name),
        )

    def _sample(self) -> tuple[Sample | None, list[Phrase]]:
        """Return the smallest sample that hits and has phrases to exclude, and these."""
        smallest: Sample | None = None
        for sample in self._resembling(self._rule):
            smallest = smallest or sample
            candidates = self._phrases(sample.body, sample.title)
            if candidates:
                return sample, candidates
        if smallest is not None:
            return smallest, []
        first = next(passages(self._article, self._hit.evidence), None)
        return None, [] if first is None else self._phrases(first.text, first.title)

    def _phrases(self, *texts: str) -> list[Phrase]:
        """Return the phrases of texts of the article, the most telling of it first."""
        words = {word for text in texts for word in tokenize(text).words}
        weights = weigh(words, self._article, self._store.rarity)
        return phrases(texts, [found.text for found in self._hit.evidence], weights)

    def _resembling(self, rule: Rule) -> Iterator[Sample]:
        """Yield samples of the article that a version of the rule hits, the smallest first."""
        evidence, tags = self._hit.evidence, self._settings.source_tags
        return islice(resembling(rule, self._article, evidence, self._hit.at, tags), _TRIED)

    def _former_sample(self) -> Sample | None:
        """Return the smallest sample that the rule hit before it was mended, and misses now."""
        versions = self._store.rule_versions(self._rule.id)
        text = next((it.text for it in versions if it.version == self._hit.version), None)
        try:
            former = None if text is None else parse_rule(text, self._rule.id)
        except InvalidInput:
            return None
        if former is None:
            return None
        ruleset = compile_rules([self._rule])
        samples = self._resembling(former)
        moment = self._hit.at
        return next((it for it in samples if not hits_text(self._rule, it, ruleset, moment)), None)

    def _others(self) -> list[int]:
        """Return the rule's other hits of the last 90 days that nobody dismissed."""
        wanted = HitFilter(
            rules=(self._rule.id,),
            since=now() - _PAST,
            reviews=(Review.OPEN, Review.ACKNOWLEDGED),
        )
        entries = self._store.all_hits(wanted)
        return [entry.hit.id for entry in entries if entry.hit.id != self._hit.id]

    def _exclusion(self, candidates: list[Phrase], others: list[int]) -> Exclusion | None:
        with progress("Trying exclusions", len(others), alone=True) as advance:

            def articles() -> Iterator[tuple[int, Article]]:
                for id, stored in self._store.hit_articles(others):
                    yield id, stored.article
                    advance(1)

            return propose(candidates, articles(), now(), samples=_hit_texts(self._rule))


def _to_add(sample: Sample | None) -> tuple[str, ...]:
    if sample is None:
        return ()
    return (f"Add this to the `miss` of its tests: {written(sample)}",)


def _hit_texts(rule: Rule) -> Iterator[Article]:
    """Yield the texts that the rule's own tests want it to hit."""
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
