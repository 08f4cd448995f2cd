"""Samples hit the rule as its article did, and say no more than the rule asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.rule import Rule, Sample
from monitor.rules import load_rules, parse_rule, run_samples
from monitor.rules.resembling import as_mapping, resembling, written
from tests.conformance.making import NOW

ARTICLE = Article(
    title="City: news",
    body="A marathon starts. It rains. A road closure holds.\n\nPolice came. Over, all of it.",
    lang="en",
    source="desk",
    source_tags=("wire",),
    url="https://example.org/1",
    author="Jane Doe",
    tags=("sport", "run"),
)
TAGS = {"desk": ("wire",)}


def rule(match: str, only: str = "{}") -> Rule:
    return parse_rule(f"rules: [{{id: a, match: '{match}', only: {only}}}]", "rules.yaml")


def samples(given: Rule, article: Article = ARTICLE) -> list[Sample]:
    [match] = compile_rules([given]).match(article, NOW)
    return list(resembling(given, article, match.evidence, NOW, TAGS))


@pytest.mark.parametrize(
    ("match", "line"),
    [
        ("marathon", "A marathon starts."),
        ("marathon AND closure", "A marathon starts. It rains. A road closure holds."),
        ("marathon NEAR/P closure", "A marathon starts. It rains. A road closure holds."),
        ("ATLEAST/2 a", "A marathon starts. It rains. A road closure holds."),
        ("title:city AND body:police", '{title: "City: news", text: Police came.}'),
        ("title:city", '{title: "City: news"}'),
        ("closure AND police", '"A road closure holds.\\n\\nPolice came."'),
        ("police AND site:example.org", '{text: Police came., url: "https://example.org/1"}'),
        ("police AND author:jane", "{text: Police came., author: Jane Doe}"),
        ("police AND source:desk", "{text: Police came., source: desk}"),
        ("police AND tag:wire", "{text: Police came., source: desk}"),
        ("police AND tag:run", "{text: Police came., tags: [sport, run]}"),
        ("police AND lang:en", "{text: Police came., lang: en}"),
    ],
)
def test_the_smallest_passage_that_hits_comes_first(match: str, line: str, tmp_path: Path) -> None:
    given = rule(match)
    first = samples(given)[0]
    assert written(first) == line
    text = f"rules:\n  - {{id: a, match: '{match}', tests: {{hit: [{line}]}}}}\n"
    (tmp_path / "rules.yaml").write_text(text)
    rules = load_rules(tmp_path, sources=TAGS).rules
    assert rules[0].hit_samples == (first,)
    assert all(result.passed for result in run_samples(rules, None, NOW))


def test_every_sample_hits() -> None:
    given = rule("marathon OR closure OR title:city")
    found = samples(given)
    assert len(found) > 3
    results = run_samples([replace(given, hit_samples=tuple(found))], None, NOW)
    assert all(result.passed for result in results)


def test_an_article_that_does_not_hit_gives_none() -> None:
    assert list(resembling(rule("snow"), ARTICLE, [], NOW, TAGS)) == []


def test_the_language_is_said_where_the_text_alone_does_not_tell_it() -> None:
    article = Article(title="N", body="Протестов.", lang="ru")
    first = samples(rule("stem:протест", "{lang: [en, ru]}"), article)[0]
    assert as_mapping(first).get("lang") in {None, "ru"}
    article = Article(title="N", body="Protestas.", lang="lt")
    first = samples(rule("protestas AND lang:lt"), article)[0]
    assert as_mapping(first) == {"text": "Protestas.", "lang": "lt"}


def test_what_is_very_long_is_no_sample() -> None:
    body = f"cat {'word ' * 5000} dog"
    assert samples(rule("cat AND dog"), Article(title="", body=body)) == []
