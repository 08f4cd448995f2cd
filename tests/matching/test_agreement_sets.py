"""A rule set says the same however it came about, whatever it has read, and to whom."""

from __future__ import annotations

import random
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import RuleSet, compile_rules
from monitor.matching import batch as batch_room
from monitor.matching.vocabulary import LARGEST
from monitor.model.article import Article
from monitor.model.condition import Exact, Fuzzy, Or, Phrase, Stem, Wildcard
from monitor.model.hit import Match
from monitor.model.rule import Only, Rule
from tests.matching.reference.budget import briefly
from tests.matching.reference.evaluator import evaluate
from tests.matching.reference.strategies import NOW, Scene, scenes

SIZE = 8

scene_and_changes = st.tuples(
    scenes(rules=2 * SIZE, articles=4),
    st.lists(st.integers(0, SIZE - 1), unique=True, max_size=SIZE),
    st.lists(st.integers(0, SIZE - 1), unique=True, max_size=SIZE),
)


def verdicts(ruleset: RuleSet, articles: tuple[Article, ...]) -> list[tuple[Match, ...]]:
    return [ruleset.match(article, NOW) for article in articles]


def expected(rules: list[Rule], articles: tuple[Article, ...]) -> list[dict[str, object]]:
    return [
        {
            rule.id: evidence
            for rule in rules
            if (evidence := evaluate(rule, article, NOW)) is not None
        }
        for article in articles
    ]


@briefly
@given(scene_and_changes)
def test_a_set_with_rules_replaced_says_what_a_fresh_one_says(
    drawn: tuple[Scene, list[int], list[int]],
) -> None:
    scene, to_change, to_remove = drawn
    old = list(scene.rules[:SIZE])
    new = [replace(scene.rules[SIZE + at], id=old[at].id, version="new") for at in to_change]
    added = replace(scene.rules[-1], id="added")
    removed = [old[at].id for at in to_remove if at not in to_change]
    ruleset = compile_rules(old)
    before = verdicts(ruleset, scene.articles)

    changed = ruleset.replace([*new, added], removed)

    now_there = {rule.id: rule for rule in [*old, *new, added] if rule.id not in removed}
    fresh = compile_rules(now_there.values())
    assert verdicts(fresh, scene.articles) == verdicts(changed, scene.articles)
    assert dict(fresh.rules) == dict(changed.rules)
    assert fresh.unindexed == changed.unindexed
    assert before == verdicts(ruleset, scene.articles), "the old set stays as it is"
    back = changed.replace(old, ["added"])
    assert before == verdicts(back, scene.articles)


@briefly
@given(scenes(rules=6, articles=12))
def test_threads_that_share_a_set_are_told_the_same(scene: Scene) -> None:
    alone = verdicts(compile_rules(scene.rules), scene.articles)
    shared = compile_rules(scene.rules)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda article: shared.match(article, NOW), scene.articles))
    assert alone == together


@briefly
@given(scenes(rules=6, articles=9), st.integers(1, 4), st.integers(1, 20))
def test_many_articles_at_once_are_told_what_each_is_told_alone(
    scene: Scene, most: int, width: int
) -> None:
    """Phrases do not reach from one article into the next; a batch is as large as there is room."""
    wanted = verdicts(compile_rules(scene.rules), scene.articles)
    ruleset = compile_rules(scene.rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_room, "MOST", most)
        patch.setattr(batch_room, "_ROOM", 10 * width)
        patch.setattr(batch_room, "_TEXT", 5 * width)
        few = list(ruleset.match_all((article, NOW) for article in scene.articles))
    all_at_once = list(ruleset.match_all((article, NOW) for article in scene.articles))
    assert wanted == few == all_at_once


@briefly
@given(scenes(rules=6, articles=8), st.randoms(use_true_random=False))
def test_what_was_read_before_changes_nothing(scene: Scene, dice: random.Random) -> None:
    ruleset = compile_rules(scene.rules)
    in_order = dict(zip(scene.articles, verdicts(ruleset, scene.articles), strict=True))
    shuffled = list(scene.articles)
    dice.shuffle(shuffled)
    other = compile_rules(reversed(scene.rules))
    for article in (*shuffled, *shuffled):
        assert in_order[article] == other.match(article, NOW)


def a_rule(id: str, *patterns: Exact | Fuzzy | Stem | Wildcard) -> Rule:
    leaves = tuple(Phrase((pattern,), source=str(pattern)) for pattern in patterns)
    return Rule(id=id, version="v", title="", match=Or(leaves))


LANGUAGES = ("ar", "da", "de", "en", "es", "fi", "fr", "it", "nl", "pt", "ru", "tr", "kk", "xx")

VOCABULARY_RULES = [
    a_rule("exact", Exact("curfew"), Exact("Curfew", case=True)),
    a_rule("wildcard", Wildcard("curf?w*"), Wildcard("*zzq")),
    a_rule("fuzzy", Fuzzy("curfwe", 2), Fuzzy("a" * 70, 1)),
    a_rule("stem", Stem("curfews"), Stem("ausgangssperren")),
]


def test_more_words_than_are_kept_change_no_verdict() -> None:
    words = map("".join, product(string.ascii_lowercase, repeat=5))
    articles = (
        Article(title="Curfew", body="the curfews " + "a" * 69),
        Article(title="", body="curfzzq kurfew curfwew"),
        Article(title="", body="no such thing"),
    )
    told = expected(VOCABULARY_RULES, articles)
    ruleset = compile_rules(VOCABULARY_RULES)
    for flood in ("", *(" ".join(islice(words, LARGEST + 1)) for _ in range(2))):
        ruleset.match(Article(title="", body=flood), NOW)
        found = [{match.rule: match.evidence for match in ruleset.match(a, NOW)} for a in articles]
        assert told == found


def test_more_languages_than_are_kept_change_no_verdict() -> None:
    languages = (None, "en-GB", "DE-at", *LANGUAGES)
    articles = tuple(
        Article(title="", body="Curfews, curfew; Ausgangssperre", lang=lang) for lang in languages
    )
    known = [article for article in articles if article.lang in {None, "de", "en", "kk", "en-GB"}]
    rules = [*VOCABULARY_RULES, replace(VOCABULARY_RULES[3], id="german", only=Only(lang=("de",)))]
    ruleset = compile_rules(rules)
    first = verdicts(ruleset, articles)
    assert first == verdicts(ruleset, articles)
    assert expected(rules, tuple(known)) == [
        {match.rule: match.evidence for match in found}
        for article, found in zip(articles, first, strict=True)
        if article in known
    ]
