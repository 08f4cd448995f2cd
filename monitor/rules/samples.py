"""Rule tests: texts that a rule must hit or must miss, as written and as run."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor.articles.documents import MAX_DOCUMENT, read_document
from monitor.articles.language import detect_language
from monitor.errors import Problem
from monitor.matching import RuleSet, compile_rules
from monitor.model.article import Article
from monitor.model.condition import Condition, Number, Phrase, Property, PropertyKind, Stem
from monitor.model.hit import Evidence
from monitor.model.rule import Rule, Sample
from monitor.model.source import Refusal
from monitor.rules.walk import leaves
from monitor.yaml12 import Fields, Node, Reader, Scalar, suggest
from monitor.yaml12 import Mapping as YamlMapping

_SHOWN = 60
"""Characters of a sample that a message repeats."""
KEYS = ("title", "text", "file", "lang", "source", "url", "author", "tags")


def read_samples(
    fields: Fields, folder: Path, sources: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Return a rule's `tests`: what it must hit, and what it must miss.

    `file:` is a path from `folder`; a sample with a known `source` gets the source's tags.
    """
    tests = fields.mapping("tests", ("hit", "miss"))
    if tests is None:
        return (), ()
    reader = fields.reader
    hits, misses = (
        [_read_sample(reader, node, folder, sources) for node in tests.items(key)]
        for key in ("hit", "miss")
    )
    return tuple(filter(None, hits)), tuple(filter(None, misses))


def _read_sample(
    reader: Reader, node: Node, folder: Path, sources: Mapping[str, tuple[str, ...]]
) -> Sample | None:
    if isinstance(node, Scalar):
        if not node.raw.strip() or node.null:
            reader.report("empty", "a sample is empty", node, "say what is to be tried")
            return None
        return Sample(body=node.raw, location=node.location)
    if text := _split_by_yaml(node):
        message = "this is a mapping to YAML, because of the colon"
        hint = f"put the sample in single quotes: {text}"
        reader.report("space-after-colon", message, node, hint)
        return None
    fields = reader.mapping(node, "a sample", KEYS)
    if fields is None:
        return None
    file = fields.text("file")
    if not file and not fields.text("text") and not fields.text("title"):
        message = "a sample needs `text`, `title` or `file`"
        reader.report("missing-key", message, node, "say what is to be tried")
    if file and ("text" in fields or "title" in fields):
        message = "a sample has either `file` or its own text"
        reader.report("two-texts", message, node, "make two samples of it")
    source = fields.text("source") or None
    return Sample(
        body=fields.text("text"),
        title=fields.text("title"),
        lang=fields.text("lang").lower() or None,
        source=source,
        source_tags=sources.get(source, ()) if source else (),
        url=fields.text("url") or None,
        author=fields.text("author"),
        tags=fields.texts("tags"),
        file=str(folder / file) if file else None,
        location=node.location,
    )


def _split_by_yaml(node: Node) -> str | None:
    """Return the text, quoted, that YAML took for a mapping (`- Almaty: a curfew.`), if it did."""
    if not isinstance(node, YamlMapping) or len(node.entries) != 1:
        return None
    [(name, value)] = node.entries.items()
    if not isinstance(value, Scalar) or suggest(name, KEYS):
        return None
    text = f"{name}: {value.raw}".replace("'", "''")
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}…'"


@dataclass(frozen=True, slots=True)
class SampleResult:
    """How one sample of one rule came out.

    `hit` says what was wanted, `passed` whether it was so, `evidence` what matched (of the first
    article that did), `reason` in words why it failed.
    """

    rule: str
    sample: Sample
    hit: bool
    passed: bool
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""

    @property
    def problem(self) -> Problem | None:
        """What to tell of a sample that failed; None if it passed."""
        if self.passed:
            return None
        message = f"the test of {self.rule!r} fails: {self.reason}"
        hint = "change the rule, or the sample"
        return Problem("test-failed", message, self.sample.location, hint)


def run_samples(
    rules: Iterable[Rule], ruleset: RuleSet | None, now: datetime
) -> tuple[SampleResult, ...]:
    """Try each rule on its own samples, in the order of the rules; None compiles the rules here.

    Disabled and expired rules are tried, too. What a sample leaves open (language, source, its
    tags) is taken to fit the rule's `only`, and dates do not count, so that a test that passes
    today passes in a year.
    """
    tried = [rule for rule in rules if rule.match is not None]
    compiled = compile_rules(tried) if ruleset is None else ruleset
    return tuple(result for rule in tried for result in _run(rule, compiled, now))


def _run(rule: Rule, ruleset: RuleSet, now: datetime) -> Iterator[SampleResult]:
    samples = [(True, sample) for sample in rule.hit_samples]
    samples += [(False, sample) for sample in rule.miss_samples]
    for hit, sample in samples:
        articles = _articles(sample)
        if isinstance(articles, str):
            yield SampleResult(rule.id, sample, hit, passed=False, reason=articles)
            continue
        found = next(
            (it for article in articles if (it := _found(rule, article, ruleset, now)) is not None),
            None,
        )
        passed = (found is not None) == hit
        reason = "" if passed else _reason(found)
        yield SampleResult(rule.id, sample, hit, passed, found or (), reason)


def hits_text(rule: Rule, sample: Sample, ruleset: RuleSet, now: datetime) -> bool:
    """Tell whether a rule hits a sample that has its text in it, as its tests would be run."""
    return _found(rule, _article(sample), ruleset, now) is not None


def _found(
    rule: Rule, article: Article, ruleset: RuleSet, now: datetime
) -> tuple[Evidence, ...] | None:
    matches = ruleset.match(_fit(article, rule), now)
    return next((match.evidence for match in matches if match.rule == rule.id), None)


def _reason(found: tuple[Evidence, ...] | None) -> str:
    if found is None:
        return "it should hit this, and does not"
    words = ", ".join(dict.fromkeys(repr(evidence.text) for evidence in found[:5]))
    return f"it should miss this, and hits{f' by {words}' if words else ''}"


def _articles(sample: Sample) -> list[Article] | str:
    """Return the articles of a sample, or why there are none."""
    if sample.file is None:
        return [_article(sample)]
    data = _read_file(Path(sample.file))
    if isinstance(data, str):
        return f"{sample.file}: {data}"
    found = list(read_document(data, sample.file, lang=sample.lang))
    refused = [item for item in found if isinstance(item, Refusal)]
    if refused:
        return f"{refused[0].where}: {refused[0].reason}"
    return [_described(item, sample) for item in found if isinstance(item, Article)]


def _article(sample: Sample) -> Article:
    return Article(
        title=sample.title,
        body=sample.body,
        lang=sample.lang,
        source=sample.source,
        source_tags=sample.source_tags,
        url=sample.url,
        author=sample.author,
        tags=sample.tags,
    )


def _read_file(path: Path) -> bytes | str:
    """Return a file's bytes, unpacked, or what is wrong with it."""
    try:
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as packed:
            reader = packed if path.suffix.lower() == ".gz" else file
            data = reader.read(MAX_DOCUMENT + 1)
    except FileNotFoundError:
        return "no such file"
    except (OSError, EOFError, zlib.error) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    return data if len(data) <= MAX_DOCUMENT else f"has more than {MAX_DOCUMENT:,} bytes"


def _described(article: Article, sample: Sample) -> Article:
    """Return the article of a file with what the sample says beside it."""
    return replace(
        article,
        source=sample.source or article.source,
        source_tags=sample.source_tags or article.source_tags,
        url=sample.url or article.url,
        author=sample.author or article.author,
        tags=sample.tags or article.tags,
        lang=sample.lang or article.lang,
    )


def _fit(article: Article, rule: Rule) -> Article:
    """Return the article with what it leaves open filled in to fit the rule's scope."""
    lang = article.lang
    if lang is None and (rule.only.lang or _asks_language(rule.match)):
        lang = detect_language(f"{article.title}\n{article.body}")
        if rule.only.lang and lang not in rule.only.lang:
            lang = rule.only.lang[0]
    return replace(
        article,
        lang=lang,
        source=article.source or next(iter(rule.only.source), None),
        source_tags=article.source_tags or rule.only.source_tag,
        published=None,
    )


def _asks_language(condition: Condition | None) -> bool:
    """Whether a verdict can depend on the article's language."""
    for leaf in leaves(condition) if condition is not None else ():
        if isinstance(leaf, Phrase):
            if any(isinstance(word, Stem) for word in leaf.words):
                return True
        elif isinstance(leaf, Number) or (
            isinstance(leaf, Property) and leaf.kind is PropertyKind.LANG
        ):
            return True
    return False
