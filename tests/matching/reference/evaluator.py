"""What a rule means, worked out the slow and obvious way: the measure that the engine is held to.

Written from the specification alone. It shares the condition tree and the tokenizer with the
engine, and nothing else: every occurrence is listed, every combination tried.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from monitor.model.article import Article
from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Everything,
    Field,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Property,
    PropertyKind,
    Regex,
    Some,
    Within,
)
from monitor.model.hit import Evidence
from monitor.model.rule import Only, Rule
from tests.matching.reference.occurrences import Place, Proof, inside, occurrences
from tests.matching.reference.proximity import Interval, combinations, hull, merged, minimal
from tests.matching.reference.reading import Text, read

CAP = 50
"""At most so many spans of evidence for each leaf of a rule."""


def evaluate(rule: Rule, article: Article, now: datetime) -> tuple[Evidence, ...] | None:
    """Return the evidence if the rule matches the article, else None."""
    if rule.match is None or not in_scope(rule.only, article, now):
        return None
    language = article.lang
    if language is None and len(rule.only.lang) == 1:
        language = rule.only.lang[0]
    proofs = Evaluation(article, language).prove(rule.match, (), ())
    return None if proofs is None else as_evidence(proofs)


def as_evidence(proofs: set[Proof]) -> tuple[Evidence, ...]:
    """Return the spans in order, the first `CAP` of each leaf, without duplicates."""
    spans = set()
    for place in {proof.place for proof in proofs}:
        of_leaf = {
            (proof.found.text.field != "title", proof.found.start, proof.found.end, proof.query)
            for proof in proofs
            if proof.place == place
        }
        spans.update(sorted(of_leaf)[:CAP])
    raw = {proof.found.text.field: proof.found.text.raw for proof in proofs}
    evidence = []
    for in_body, start, end, query in sorted(spans):
        field = "body" if in_body else "title"
        evidence.append(Evidence(field, start, end, raw[field][start:end], query))
    return tuple(evidence)


def in_scope(only: Only, article: Article, now: datetime) -> bool:
    """Return whether the article is within a rule's `only`."""
    return (
        (not only.lang or any(same_language(code, article.lang) for code in only.lang))
        and (not only.source or article.source in only.source)
        and (not only.source_tag or bool(set(only.source_tag) & set(article.source_tags)))
        and (
            only.max_age is None
            or article.published is None
            or now - article.published <= only.max_age
        )
    )


def same_language(wanted: str, given: str | None) -> bool:
    """Return whether two language codes have the same primary subtag."""
    return given is not None and primary(wanted) == primary(given)


def primary(code: str) -> str:
    """Return the language itself: `en` of `en-GB`."""
    return code.partition("-")[0].lower()


class Evaluation:
    """One article, looked at for one rule."""

    def __init__(self, article: Article, language: str | None) -> None:
        self.article = article
        self.language = language
        self.texts = read(article)

    @property
    def title_is_from_body(self) -> bool:
        """Whether the title is the body's first sentence, or, shortened, how it begins."""
        title, text = self.article.title, self.texts[-1]
        if title[-1:] == "…":
            return title != "…" and text.raw.startswith(title[:-1])
        later = [word.start for word in text.words if word.sentence > text.words[0].sentence]
        first = text.raw[: min(later, default=len(text.raw))]
        rest = first[len(title) :]
        return title != "" and first.startswith(title) and re.search(r"[^\W_]", rest) is None

    # --- verdicts --------------------------------------------------------------------------

    def prove(  # noqa: PLR0911 - one for each kind of node
        self, node: Condition, place: Place, scope: tuple[Field, ...]
    ) -> set[Proof] | None:
        """Return what proves the node (perhaps nothing), or None if it does not hold."""
        match node:
            case And(operands):
                found = [self.prove(*step, scope) for step in steps(operands, place)]
                return None if None in found else union(found)
            case Or(operands):
                found = [self.prove(*step, scope) for step in steps(operands, place)]
                return None if found.count(None) == len(found) else union(found)
            case Some(count, operands):
                found = [self.prove(*step, scope) for step in steps(operands, place)]
                different = {
                    operand
                    for operand, proofs in zip(operands, found, strict=True)
                    if proofs is not None
                }
                return None if len(different) < count else union(found)
            case Not(operand):
                return set() if self.prove(operand, (*place, 0), scope) is None else None
            case Within(field, operand):
                return self.prove(operand, (*place, 0), (*scope, field))
            case Property():
                return set() if self.has(node) else None
            case Everything():
                return set()
            case AtLeast(count, operand):
                return self.prove_at_least(count, operand, (*place, 0), scope)
            case Near():
                return union([i.proofs for i in self.intervals(node, place, scope)]) or None
            case Phrase() | Number() | Regex():
                return self.proofs(node, place, scope) or None

    def prove_at_least(
        self, count: int, operand: Condition, place: Place, scope: tuple[Field, ...]
    ) -> set[Proof] | None:
        """Count what does not overlap, title and body together, a title taken from there once."""
        counted = 0
        intervals = self.intervals(operand, place, scope)
        for text in self.texts:
            if text.field == "title" and self.title_is_from_body and Field.TITLE not in scope:
                continue
            free_from = 0
            for interval in sorted(
                (i for i in intervals if i.text is text), key=lambda i: (i.last, i.first)
            ):
                if interval.first >= free_from:
                    counted += 1
                    free_from = interval.last + 1
        if counted < count:
            return None
        return self.every_occurrence(operand, place, scope)

    def every_occurrence(
        self, operand: Condition, place: Place, scope: tuple[Field, ...]
    ) -> set[Proof]:
        """Return all that an operand of ATLEAST is found by."""
        match operand:
            case Or(operands):
                return union([self.every_occurrence(*s, scope) for s in steps(operands, place)])
            case Phrase() | Number() | Regex():
                return self.proofs(operand, place, scope)
            case _:
                return union([i.proofs for i in self.intervals(operand, place, scope)])

    def has(self, node: Property) -> bool:
        """Return whether the article has a property."""
        article = self.article
        match node.kind:
            case PropertyKind.LANG:
                return same_language(node.value, article.lang)
            case PropertyKind.SOURCE:
                return article.source == node.value
            case PropertyKind.URL:
                return article.url is not None and node.value.lower() in article.url.lower()
            case PropertyKind.TAG:
                tags = (*article.tags, *article.source_tags)
                return node.value.casefold() in [tag.casefold() for tag in tags]
            case PropertyKind.SITE:
                host = (urlsplit(article.url or "").hostname or "").lower()
                return host == node.value or host.endswith("." + node.value)
            case PropertyKind.AUTHOR:
                words = [word.folded for word in Text.of("author", article.author, None).words]
                size = len(node.words)
                starts = range(len(words) - size + 1)
                return any(tuple(words[at : at + size]) == node.words for at in starts)

    # --- occurrences -----------------------------------------------------------------------

    def proofs(
        self, leaf: Phrase | Number | Regex, place: Place, scope: tuple[Field, ...]
    ) -> set[Proof]:
        """Return every occurrence of a leaf within the scope."""
        return {
            Proof(place, leaf.source, found)
            for text in self.texts
            for found in occurrences(leaf, text, self.language)
            if all(inside(found, field) for field in scope)
        }

    def intervals(self, node: Condition, place: Place, scope: tuple[Field, ...]) -> list[Interval]:
        """Return the intervals of words that an operand of NEAR or ATLEAST is found at."""
        match node:
            case Phrase() | Number() | Regex():
                return merged(
                    Interval(p.found.text, p.found.first, p.found.last, frozenset([p]))
                    for p in self.proofs(node, place, scope)
                    if p.found.first is not None and p.found.last is not None
                )
            case Or(operands):
                return merged(
                    interval
                    for step in steps(operands, place)
                    for interval in self.intervals(*step, scope)
                )
            case Near(operands):
                choices = [self.intervals(*step, scope) for step in steps(operands, place)]
                return minimal(merged(hull(chosen) for chosen in combinations(node, choices, [])))
            case _:
                raise AssertionError(f"not an operand of NEAR: {node}")


def steps(operands: tuple[Condition, ...], place: Place) -> list[tuple[Condition, Place]]:
    """Return each operand with its own place."""
    return [(operand, (*place, number)) for number, operand in enumerate(operands)]


def union(found: list[set[Proof]] | list[set[Proof] | None] | list[frozenset[Proof]]) -> set[Proof]:
    """Return everything that was found."""
    return {proof for proofs in found if proofs is not None for proof in proofs}
