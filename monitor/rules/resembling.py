"""Samples that a rule hits as it hit an article, the smallest first, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.model.rule import Rule, Sample
from monitor.rules.passages import passages
from monitor.rules.samples import KEYS, hits_text
from monitor.yaml12.editing import scalar

_FACTS = ("lang", "source", "url", "author", "tags")
_NONE = Sample(body="")


def resembling(
    rule: Rule,
    article: Article,
    evidence: Sequence[Evidence],
    now: datetime,
    sources: Mapping[str, tuple[str, ...]],
) -> Iterator[Sample]:
    """Yield samples made of an article that the rule hits when its tests are run.

    A sample says of the article's language, source and the like only what the rule asks for.
    `sources` are the known ones with their tags. Nothing is yielded if the rule does not hit the
    article.
    """
    ruleset = compile_rules([rule])
    whole = _with_facts(Sample(title=article.title, body=article.body), article, _FACTS, sources)
    if not hits_text(rule, whole, ruleset, now):
        return
    needed = list(_FACTS)
    for fact in _FACTS:
        left = [name for name in needed if name != fact]
        bare = _with_facts(Sample(title=article.title, body=article.body), article, left, sources)
        if hits_text(rule, bare, ruleset, now):
            needed = left
    # Of a short text the language is told less surely than of the whole.
    choices = [needed] if "lang" in needed else [needed, ["lang", *needed]]
    for passage in passages(article, evidence):
        text = Sample(title=passage.title, body=passage.text)
        for names in choices:
            sample = _with_facts(text, article, names, sources)
            if hits_text(rule, sample, ruleset, now):
                yield sample
                break


def written(sample: Sample) -> str:
    """Return a sample as it is written in one line of YAML: the text alone, if there is no more."""
    if sample.body and sample == replace(_NONE, body=sample.body):
        return scalar(sample.body)
    values = as_mapping(sample).items()
    return f"{{{', '.join(f'{key}: {_value(value)}' for key, value in values)}}}"


def as_mapping(sample: Sample) -> dict[str, str | list[str]]:
    """Return what a sample says, by the keys of a rule's `tests`."""
    said = {**{field.name: getattr(sample, field.name) for field in fields(sample)}}
    said["text"] = sample.body
    return {
        key: list(said[key]) if isinstance(said[key], tuple) else said[key]
        for key in KEYS
        if said[key]
    }


def _with_facts(
    sample: Sample,
    article: Article,
    names: Sequence[str],
    sources: Mapping[str, tuple[str, ...]],
) -> Sample:
    facts = {name: getattr(article, name) for name in names if getattr(article, name)}
    if "source" in facts:
        facts["source_tags"] = sources.get(facts["source"], ())
    return replace(sample, **facts)


def _value(value: str | list[str]) -> str:
    if isinstance(value, str):
        return scalar(value)
    return f"[{', '.join(map(scalar, value))}]"
