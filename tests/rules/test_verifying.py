"""An edit that keeps a rule from a text changes nothing else, and leaves no test that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.model.article import Article
from monitor.model.rule import Sample
from monitor.rules import load_usable
from monitor.rules.verifying import broken_samples, is_kept_from
from tests.conformance.making import NOW

ARTICLE = Article(title="City", body="The curfew was lifted.", lang="en")
SAMPLE = Sample(body="The curfew was lifted.")
BEFORE = """\
rules:
  - {id: a, match: &m {any: [curfew]}, tests: {hit: [A curfew was on.], miss: [x]}}
  - {id: b, match: lifted, tests: &t {hit: [lifted]}}
  - {id: c, match: was, tests: {miss: [was]}}
"""
NONE = "{any: [curfew], none: [lifted]}"


def kept(tmp_path: Path, *edits: tuple[str, str], sample: Sample | None = SAMPLE) -> bool:
    text = BEFORE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "rules.yaml"
    file.write_text(BEFORE)
    before = load_usable(tmp_path)
    after = load_usable(tmp_path, edited={file: text.encode()})
    return is_kept_from(ARTICLE, NOW, "a", before=before, after=after, sample=sample)


EXCLUDED = ("&m {any: [curfew]}", NONE)
SAMPLED = ("miss: [x]", "miss: [x, The curfew was lifted.]")


def test_the_exclusion_with_its_sample_does(tmp_path: Path) -> None:
    assert kept(tmp_path, EXCLUDED, SAMPLED)
    assert kept(tmp_path, EXCLUDED, sample=None)


def test_the_article_is_tried_as_well_as_the_sample(tmp_path: Path) -> None:
    assert not kept(tmp_path, ("&m {any: [curfew]}", "{any: [curfew], none: [snow]}"), sample=None)


@pytest.mark.parametrize(
    "edits",
    [
        (SAMPLED,),  # it still hits
        (EXCLUDED,),  # without the sample
        (("&m {any: [curfew]}", "{any: [curfew], none: [nothing]}"), SAMPLED),
        (EXCLUDED, SAMPLED, ("match: lifted", "match: x")),  # another rule means something else
        (EXCLUDED, SAMPLED, ("id: b", "id: d")),
        (EXCLUDED, SAMPLED, ("match: was", "match: (was")),
        (EXCLUDED, SAMPLED, ("match: was,", "match: was or is,")),  # a warning
        (EXCLUDED, SAMPLED, ("{hit: [lifted]}", "{hit: [lifted], miss: [lifted now]}")),
        (EXCLUDED, ("miss: [x]", "miss: [x, The curfew was lifted., A curfew.]")),
    ],
)
def test_what_does_less_or_more_does_not(tmp_path: Path, edits: list[tuple[str, str]]) -> None:
    assert not kept(tmp_path, *edits)


def test_tests_that_failed_before_may_go_on_failing(tmp_path: Path) -> None:
    assert kept(tmp_path, EXCLUDED, SAMPLED, ("miss: [was]", "miss: [was, y]"))


def test_its_own_hit_samples_may_fail_and_are_counted(tmp_path: Path) -> None:
    excluded = ("&m {any: [curfew]}", "{any: [curfew], none: [was]}")
    assert kept(tmp_path, excluded, SAMPLED)
    before = load_usable(tmp_path)
    text = BEFORE.replace(*excluded).replace("hit: [A", "hit: [Snow., A")
    after = load_usable(tmp_path, edited={tmp_path / "rules.yaml": text.encode()})
    assert broken_samples(before.rules[0], after.rules[0], NOW) == 2
    assert broken_samples(after.rules[0], after.rules[0], NOW) == 0
