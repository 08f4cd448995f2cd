"""What each key of a rule means."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.model.condition import Exact, Or, Phrase
from monitor.model.rule import Correlation, Distinct, Level, OnEdit, Only
from monitor.rules import load_rules
from tests.rules.writing import book, folder, problems, rule


def test_a_rule_needs_an_id_and_a_condition_alone(tmp_path: Path) -> None:
    found = rule(tmp_path, "match: curfew")
    assert (found.id, found.title, found.level) == ("rule", "rule", Level.MEDIUM)
    assert (found.description, found.tags, found.notify) == ("", (), ())
    assert (found.enabled, found.expires, found.catch_up) == (True, None, None)
    assert (found.only, found.on_edit, found.correlate) == (Only(), OnEdit.ALERT, None)
    assert found.match == Phrase((Exact("curfew"),))
    assert (found.hit_samples, found.miss_samples) == ((), ())


def test_every_key_is_read(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        """\
title: A curfew
description: |
  What it is.
level: critical
tags: [security, security, ' night ']
enabled: false
expires: 2027-01-01
only: {lang: [EN, ru], source: bbc-world, source_tag: [wire], max_age: 3d}
notify: [desk]
on_edit: ignore
catch_up: 2d
match: curfew""",
    )
    assert (found.title, found.description) == ("A curfew", "What it is.")
    assert (found.level, found.tags) == (Level.CRITICAL, ("security", "night"))
    assert (found.enabled, found.expires) == (False, date(2027, 1, 1))
    assert found.only == Only(("en", "ru"), ("bbc-world",), ("wire",), timedelta(days=3))
    assert (found.notify, found.on_edit) == (("desk",), OnEdit.IGNORE)
    assert found.catch_up == timedelta(days=2)


def test_ids_and_titles_that_look_like_numbers_are_text(tmp_path: Path) -> None:
    [found] = book(tmp_path, "rules:\n  - {id: 012, title: 1.50, tags: [NO], match: on}\n").rules
    assert (found.id, found.title, found.tags) == ("012", "1.50", ("NO",))
    assert found.match == Phrase((Exact("on"),))


def test_defaults_hold_for_their_file_alone_and_yield_to_the_rule(tmp_path: Path) -> None:
    defaults = """\
defaults:
  level: high
  tags: [a]
  enabled: false
  expires: 2030-01-01
  only: {lang: en, max_age: 1d}
  notify: [desk]
  on_edit: ignore
  catch_up: 1d
rules:
  - {id: plain, match: x}
  - {id: own, match: x, level: low, tags: [b, a], enabled: true, expires: 2031-01-01,
     only: {lang: ru, max_age: none}, notify: [duty], on_edit: alert, catch_up: 2d}
"""
    plain, own, other = book(tmp_path, a=defaults, b="rules:\n  - {id: other, match: x}").rules
    assert (plain.level, plain.tags, plain.enabled) == (Level.HIGH, ("a",), False)
    assert (plain.expires, plain.notify) == (date(2030, 1, 1), ("desk",))
    assert plain.only == Only(lang=("en",), max_age=timedelta(days=1))
    assert (plain.on_edit, plain.catch_up) == (OnEdit.IGNORE, timedelta(days=1))
    assert (own.level, own.tags, own.enabled) == (Level.LOW, ("a", "b"), True)
    assert (own.expires, own.notify) == (date(2031, 1, 1), ("duty",))
    assert own.only == Only(lang=("ru",))
    assert (own.on_edit, own.catch_up) == (OnEdit.ALERT, timedelta(days=2))
    assert (other.level, other.tags, other.only) == (Level.MEDIUM, (), Only())


def test_correlations_are_read_with_their_defaults(tmp_path: Path) -> None:
    text = """\
defaults: {only: {lang: en}, tags: [x]}
rules:
  - {id: a, match: a}
  - {id: b, match: b}
  - {id: few, correlate: {rules: [a, b, a], within: 24h, at_least: 2}}
  - id: all
    correlate:
      {rules: 'tag:X', within: 1h, distinct: sources, at_least: 5, group_by: [lang, lang], burst: 3}
"""
    _, _, few, every = book(tmp_path, text).rules
    assert few.correlate == Correlation(("a", "b"), timedelta(days=1), Distinct.ARTICLES, 2)
    assert (few.match, few.only) == (None, Only())
    assert every.correlate == Correlation(
        ("tag:X",), timedelta(hours=1), Distinct.SOURCES, 5, ("lang",), 3.0
    )


def test_a_tag_of_rules_may_count_more_rules_than_are_named(tmp_path: Path) -> None:
    text = (
        "rules:\n  - {id: a, match: a, tags: [t]}\n  - id: c\n"
        "    correlate: {rules: ['tag:t'], within: 1h, distinct: rules, at_least: 3}\n"
    )
    assert len(book(tmp_path, text).rules) == 2


def test_without_known_sources_and_channels_their_names_are_not_checked(tmp_path: Path) -> None:
    text = "rules:\n  - {id: a, match: a, notify: x, only: {source: y, source_tag: z}}\n"
    [found] = load_rules(folder(tmp_path, text)).rules
    assert found.only.source == ("y",)


def test_samples_are_texts_or_articles(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        """\
match: curfew
tests:
  hit:
    - A curfew.
    - {title: Curfew, text: In force., lang: EN, source: tass, url: 'https://e.org', author: J,
       tags: [x]}
    - {file: ../seeds/a.txt}
  miss: ['12']""",
    )
    text, article, file = found.hit_samples
    assert (text.body, text.lang, text.file) == ("A curfew.", None, None)
    assert (article.title, article.body, article.lang) == ("Curfew", "In force.", "en")
    assert (article.source, article.source_tags) == ("tass", ("wire",))
    assert (article.url, article.author, article.tags) == ("https://e.org", "J", ("x",))
    assert file.file == str(tmp_path / "../seeds/a.txt")
    assert text.location.line == 6
    assert [sample.body for sample in found.miss_samples] == ["12"]


def test_a_location_is_that_of_the_id(tmp_path: Path) -> None:
    assert str(rule(tmp_path, "match: a").location) == f"{tmp_path}/r.yaml:2:5"


@pytest.mark.parametrize("within", ["only: [en]", "tests: [a]", "only:", "correlate: x"])
def test_parts_of_the_wrong_type_are_told_and_the_rest_is_read(tmp_path: Path, within: str) -> None:
    condition = "" if within.startswith("correlate") else "match: (a, "
    text = f"rules:\n  - id: Rule\n    {condition}\n    {within}\n"
    codes = [problem.code for problem in problems(tmp_path, text)]
    assert "wrong-type" in codes
    assert "id" in codes
    assert ("comma" in codes or "open-parenthesis" in codes) == bool(condition)


@pytest.mark.parametrize("text", ["defaults: high", "defaults: [a]", "lists: [a]", "rules: a"])
def test_parts_of_a_file_of_the_wrong_type_are_told(tmp_path: Path, text: str) -> None:
    assert [problem.code for problem in problems(tmp_path, text)] == ["wrong-type"]


def test_a_sample_of_the_wrong_type_is_told(tmp_path: Path) -> None:
    text = "rules:\n  - {id: r, match: a, tests: {hit: [[a], {text: b}], miss: c}}\n"
    assert [problem.code for problem in problems(tmp_path, text)] == ["wrong-type"] * 2


def test_or_of_one_is_that_one(tmp_path: Path) -> None:
    assert rule(tmp_path, "match: [[a]]").match == Phrase((Exact("a"),))
    both = rule(tmp_path, "match: [a, [b]]").match
    assert both == Or((Phrase((Exact("a"),)), Phrase((Exact("b"),))))
