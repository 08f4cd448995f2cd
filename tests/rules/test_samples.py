"""A rule's own tests: what is tried, and how it came out."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.matching import compile_rules
from monitor.rules import SampleResult, run_samples
from tests.rules.writing import book

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(tmp_path: Path, text: str) -> list[SampleResult]:
    return list(run_samples(book(tmp_path, text).rules, None, NOW))


def tried(tmp_path: Path, condition: str, tests: str, more: str = "") -> list[bool]:
    """Return which samples passed, of a rule with this match."""
    text = f"rules:\n  - id: rule\n    match: {condition}\n    {more}\n    tests: {tests}\n"
    return [result.passed for result in run(tmp_path, text)]


def test_hits_must_hit_and_misses_must_miss(tmp_path: Path) -> None:
    text = """\
rules:
  - id: curfew
    match: curfew NEAR/5 Almaty
    tests:
      hit: [A curfew in Almaty., A curfew in Minsk.]
      miss: [Nothing., A curfew in Almaty.]
"""
    hit, missed, clean, wrong = run(tmp_path, text)
    assert (hit.passed, hit.hit, hit.reason, hit.problem) == (True, True, "", None)
    assert [evidence.text for evidence in hit.evidence] == ["curfew", "Almaty"]
    assert (missed.passed, missed.hit, missed.evidence) == (False, True, ())
    assert (clean.passed, clean.hit) == (True, False)
    assert (wrong.passed, wrong.hit) == (False, False)
    assert missed.problem is not None
    assert wrong.problem is not None
    assert str(missed.problem) == (
        f"{tmp_path}/r.yaml:5:34: error: the test of 'curfew' fails: it should hit this, and does"
        " not (change the rule, or the sample)"
    )
    assert "it should miss this, and hits by 'curfew', 'Almaty'" in wrong.problem.message


def test_a_miss_that_hits_without_evidence_says_so_too(tmp_path: Path) -> None:
    text = "rules:\n  - {id: r, match: '*', only: {lang: en}, tests: {miss: [x]}}\n"
    [result] = run(tmp_path, text)
    assert result.reason == "it should miss this, and hits"


def test_rules_are_tried_in_order_and_correlations_not_at_all(tmp_path: Path) -> None:
    text = """\
rules:
  - {id: b, match: x, tests: {hit: [x]}}
  - {id: c, correlate: {rules: [a, b], within: 1h, at_least: 2}}
  - {id: a, match: x, tests: {hit: [x, y], miss: [x]}}
"""
    found = [(it.rule, it.hit, it.passed) for it in run(tmp_path, text)]
    assert found == [
        ("b", True, True), ("a", True, True), ("a", True, False), ("a", False, False),
    ]  # fmt: skip


def test_a_given_rule_set_is_used(tmp_path: Path) -> None:
    rules = book(tmp_path, "rules:\n  - {id: a, match: x, tests: {hit: [x]}}\n").rules
    empty = compile_rules([])
    assert [it.passed for it in run_samples(rules, empty, NOW)] == [False]
    assert [it.passed for it in run_samples(rules, compile_rules(rules), NOW)] == [True]


def test_disabled_and_expired_rules_are_tried(tmp_path: Path) -> None:
    more = "enabled: false\n    expires: 2000-01-01"
    assert tried(tmp_path, "x", "{hit: [x]}", more) == [True]


def test_what_a_sample_leaves_open_fits_the_scope(tmp_path: Path) -> None:
    more = "only: {lang: [ru, en], source: tass, source_tag: wire, max_age: 1d}"
    assert tried(tmp_path, "x", "{hit: [x]}", more) == [True]


@pytest.mark.parametrize(
    "sample", ["{text: x, lang: de}", "{text: x, source: bbc-world}", "{text: x, lang: kk}"]
)
def test_what_a_sample_says_counts(tmp_path: Path, sample: str) -> None:
    more = "only: {lang: [ru, en], source: tass}"
    assert tried(tmp_path, "x", f"{{miss: [{sample}]}}", more) == [True]


def test_a_known_source_brings_its_tags(tmp_path: Path) -> None:
    tests = "{hit: [{text: x, source: bbc-world}], miss: [{text: x, source: tass}]}"
    assert tried(tmp_path, "x", tests, "only: {source_tag: world}") == [True, True]


def test_properties_of_a_sample_are_matched(tmp_path: Path) -> None:
    tests = (
        "{hit: [{text: x, url: 'https://news.e.org/a', author: Jane Doe, tags: [Sport]}],"
        " miss: [x]}"
    )
    assert tried(tmp_path, "x AND site:e.org AND author:doe AND tag:sport", tests) == [True, True]


def test_the_language_of_a_sample_is_detected_where_it_matters(tmp_path: Path) -> None:
    russian = "Во время беспорядков в городе протестующие захватили здание городской администрации."
    tests = f"{{hit: [{russian}]}}"
    assert tried(tmp_path, "stem:протестующий", tests) == [True]
    assert tried(tmp_path, "беспорядков AND lang:ru", tests) == [True]
    assert tried(tmp_path, "беспорядков AND lang:en", tests) == [False]
    assert tried(tmp_path, "title:(stem:протест) OR беспорядков", tests) == [True]
    only = "only: {lang: [en, ru]}"
    assert tried(tmp_path, "беспорядков AND lang:ru", tests, only) == [True]
    assert tried(tmp_path, "'#>=1000'", "{hit: ['Es waren 1.000 Menschen auf den Straßen.']}") == [
        True
    ]


def test_a_file_is_read_like_an_article_of_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    text = "date 2001-01-01\ntitle: A curfew\n\nIn force in Almaty."
    (tmp_path / "seeds/a.txt").write_text(text)
    (tmp_path / "seeds/a.txt.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "seeds/a.md").write_text("# A curfew\n\nIn force in Almaty.")
    for name in ("a.txt", "a.txt.gz", "a.md"):
        tests = f"{{hit: [{{file: seeds/{name}}}]}}"
        more = "only: {max_age: 1d}"
        assert tried(tmp_path, "title:curfew AND body:Almaty", tests, more) == [True], name


def test_what_a_sample_says_beside_its_file_goes_before_it(tmp_path: Path) -> None:
    article = {"text": "x", "lang": "en", "url": "https://a.org/", "author": "A", "tags": ["t"]}
    (tmp_path / "a.json").write_text(json.dumps(article))
    condition = "x AND lang:de AND site:b.org AND author:B AND tag:u AND source:tass"
    sample = "{file: a.json, lang: de, url: 'https://b.org/', author: B, tags: [u], source: tass}"
    assert tried(tmp_path, condition, f"{{hit: [{sample}]}}") == [True]
    plain = "x AND lang:en AND site:a.org AND author:A AND tag:t"
    assert tried(tmp_path, plain, "{hit: [{file: a.json}]}") == [True]


def test_any_article_of_a_file_may_hit_and_none_of_a_miss(tmp_path: Path) -> None:
    lines = [{"text": "nothing"}, {"text": "a curfew"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    tests = "{hit: [{file: a.jsonl}], miss: [{file: a.jsonl}]}"
    assert tried(tmp_path, "curfew", tests) == [True, False]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.txt", None, "no such file"),
        ("empty.txt", b"", "holds no text"),
        ("noise.txt", bytes(range(256)) * 20, "is not text"),
        ("a.exe", b"MZ", "is no kind of file that is read here"),
        ("bad.txt.gz", b"\x1f\x8b\x08 not really", "cannot be read"),
        ("cut.txt.gz", gzip.compress(b"curfew " * 999, mtime=0)[:-12], "cannot be read"),
        ("big.txt.gz", gzip.compress(bytes(10_000_001), mtime=0), "has more than 10,000,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_tried_fails_both_ways_with_the_reason(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    sample = f"{{file: {name}}}"
    text = f"rules:\n  - {{id: r, match: x, tests: {{hit: [{sample}], miss: [{sample}]}}}}\n"
    for result in run(tmp_path, text):
        assert not result.passed
        assert reason in result.reason
        assert name in result.reason


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    text = "rules:\n  - {id: r, match: x, tests: {hit: [{file: a.txt}]}}\n"
    [result] = run(tmp_path, text)
    assert "cannot be read: Is a directory" in result.reason
