"""Trying rules on the past: what each hits, what an edit changes, in whatever order it comes."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.model.article import Article, StoredArticle
from monitor.model.condition import Exact, Or, Phrase
from monitor.model.rule import Only, Rule
from monitor.model.source import Refusal
from monitor.pipeline.backtest import (
    CHANGES,
    REFUSALS,
    REPLAYED,
    SAMPLES,
    Looked,
    Outcome,
    Tally,
    Trial,
    Tried,
    event_time,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def word(text: str) -> Phrase:
    return Phrase((Exact(text),), source=text)


def rule(id: str, *words: str, version: str = "1", **values: object) -> Rule:
    match = word(words[0]) if len(words) == 1 else Or(tuple(map(word, words)))
    return replace(Rule(id=id, version=version, title=id, match=match), **values)  # type: ignore[arg-type] # a test names real fields


CURFEW = rule("curfew", "curfew", "lockdown")
NIGHT = rule("night", "night")


def article(text: str) -> Article:
    return Article(title="", body=text, lang="en")


def tried(trial: Trial, text: str, at: datetime = NOW, reference: str = "1") -> Tried | None:
    return next(trial.run([Looked(article(text), reference, at, at)]), None)


def tally_of(trial: Trial, *texts: str) -> Tally:
    tally = Tally(trial)
    outcome = Outcome()
    for number, text in enumerate(texts):
        outcome.read += 1
        found = tried(trial, text, NOW + number * DAY, str(number))
        if found is not None:
            outcome.found.append(found)
    tally.add(outcome)
    return tally


# one article


def test_an_article_that_no_version_hits_is_nothing() -> None:
    assert tried(Trial([CURFEW], {"curfew": rule("curfew", "night")}, []), "rain") is None


def test_an_article_says_which_rules_and_which_versions_hit_it_and_what_stands_beside() -> None:
    former = rule("curfew", "night", version="0")
    trial = Trial([CURFEW], {"curfew": former}, [NIGHT, rule("other", "other")])
    both = tried(trial, "a curfew by night")
    assert both is not None
    assert [match.rule for match in both.matches] == ["curfew"]
    assert both.matches[0].version == "1"
    assert (both.former, both.beside) == ({"curfew"}, {"night"})
    lost = tried(trial, "by night")
    assert lost is not None
    assert (lost.matches, lost.former, lost.beside) == ((), {"curfew"}, frozenset())
    gained = tried(trial, "a lockdown")
    assert gained is not None
    assert (len(gained.matches), gained.former) == (1, frozenset())


AT_BOTH_TIMES = (("then", NOW - 2 * DAY), ("later", NOW))


def test_the_age_of_an_article_counts_from_when_it_was_looked_at() -> None:
    young = Trial([rule("curfew", "curfew", only=Only(max_age=DAY))], {}, [])
    given = replace(article("a curfew"), published=NOW - 2 * DAY)
    then, later = (Looked(given, name, NOW - 2 * DAY, seen) for name, seen in AT_BOTH_TIMES)
    assert [found.reference for found in young.run([then, later])] == ["then"]


def test_a_trial_travels_to_another_process_and_is_the_same_there() -> None:
    trial = Trial([CURFEW], {"curfew": rule("curfew", "night")}, [NIGHT])
    assert tried(trial, "a curfew") is not None
    there = pickle.loads(pickle.dumps(trial))
    assert (there.rules, there.former, there.others) == (trial.rules, trial.former, trial.others)
    assert tried(there, "a curfew by night") == tried(trial, "a curfew by night")


def test_an_article_counts_at_its_own_date_else_when_it_was_first_seen() -> None:
    stored = StoredArticle(1, article("x"), NOW, 1, None)
    assert event_time(stored) == NOW
    dated = replace(stored, article=replace(stored.article, published=NOW - DAY))
    assert event_time(dated) == NOW - DAY


# many


def test_hits_are_counted_by_day() -> None:
    tally = tally_of(Trial([CURFEW, NIGHT], {}, []), "curfew", "rain", "night", "curfew night")
    assert (tally.articles, tally.hit_articles) == (4, 3)
    assert tally.rules["curfew"].hits == 2
    assert tally.rules["curfew"].by_day == {NOW.date(): 1, (NOW + 3 * DAY).date(): 1}
    assert tally.rules["night"].by_day == {(NOW + 2 * DAY).date(): 1, (NOW + 3 * DAY).date(): 1}


def test_gains_and_losses_are_counted_for_edited_rules_alone() -> None:
    trial = Trial([CURFEW, NIGHT], {"curfew": rule("curfew", "curfew", "night")}, [])
    tally = tally_of(trial, "curfew", "lockdown", "night", "night lockdown")
    curfew, night = tally.rules["curfew"], tally.rules["night"]
    assert (curfew.hits, curfew.gains, curfew.losses) == (3, 1, 1)
    assert [one.article.body for one in curfew.gained] == ["lockdown"]
    assert [one.article.body for one in curfew.lost] == ["night"]
    assert (night.hits, night.gains, night.losses) == (2, 0, 0)
    # What only the former version hit is nothing that an alert would come of.
    assert tally.hit_articles == 4
    assert [one.reference for one in tally.for_replay()] == ["0", "1", "2", "3"]


def test_an_article_that_only_the_former_version_hits_makes_no_alert() -> None:
    trial = Trial([CURFEW], {"curfew": rule("curfew", "night")}, [])
    tally = tally_of(trial, "night")
    assert (tally.hit_articles, list(tally.for_replay())) == (0, [])


def test_other_rules_on_the_same_articles_are_counted_the_most_first() -> None:
    others = [rule("b", "day"), rule("a", "day"), rule("c", "noon")]
    tally = tally_of(Trial([CURFEW], {}, others), "curfew day", "curfew noon day", "noon")
    assert list(tally.rules["curfew"].overlap.items()) == [("a", 2), ("b", 2), ("c", 1)]


def test_rules_on_trial_together_overlap_like_any_other() -> None:
    tally = tally_of(Trial([CURFEW, NIGHT], {}, [rule("a", "day")]), "curfew night day", "night")
    assert tally.rules["curfew"].overlap == {"a": 1, "night": 1}
    assert tally.rules["night"].overlap == {"a": 1, "curfew": 1}


def test_the_first_and_the_best_are_kept_whatever_the_order() -> None:
    trial = Trial([CURFEW], {}, [])
    found = []
    for number in range(10):
        text = "curfew and lockdown" if number in {4, 7} else "curfew"
        one = tried(trial, text, NOW + number * DAY, str(number))
        assert one is not None
        found.append(one)
    Random(3).shuffle(found)
    tally = Tally(trial)
    for one in found:
        tally.add(Outcome(read=1, found=[one]))
    curfew = tally.rules["curfew"]
    assert [shown.tried.reference for shown in curfew.first] == ["0", "1", "2"]
    assert [shown.tried.reference for shown in curfew.best] == ["4", "7", "0"]
    assert [shown.parts for shown in curfew.best] == [2, 2, 1]
    assert len(curfew.first) == SAMPLES


def test_changes_are_all_counted_and_as_many_kept_as_can_be_listed() -> None:
    trial = Trial([CURFEW], {"curfew": rule("curfew", "night")}, [])
    gained, lost = tried(trial, "curfew"), tried(trial, "night")
    assert gained is not None
    assert lost is not None
    tally = Tally(trial)
    tally.add(Outcome(read=0, found=[gained, lost] * (CHANGES + 5)))
    curfew = tally.rules["curfew"]
    assert (curfew.gains, curfew.losses) == (CHANGES + 5, CHANGES + 5)
    assert (len(curfew.gained), len(curfew.lost)) == (CHANGES, CHANGES)


def test_the_earliest_articles_are_kept_to_ask_the_policy_about() -> None:
    trial = Trial([CURFEW], {}, [])
    template = tried(trial, "curfew")
    assert template is not None
    numbers = list(range(2 * REPLAYED + 10))
    Random(5).shuffle(numbers)
    tally = Tally(trial)
    for number in numbers:
        one = replace(template, at=NOW + timedelta(minutes=number), reference=str(number))
        tally.add(Outcome(read=1, found=[one]))
    assert tally.hit_articles == 2 * REPLAYED + 10
    kept = [one.reference for one in tally.for_replay()]
    assert kept == [str(number) for number in range(REPLAYED)]


def test_what_cannot_be_read_is_counted_and_the_first_named() -> None:
    outcome = Outcome()
    for number in range(REFUSALS + 3):
        outcome.refuse(Refusal(str(number), "is no article"))
    assert (outcome.refused, len(outcome.refusals)) == (REFUSALS + 3, REFUSALS)
    tally = Tally(Trial([CURFEW], {}, []))
    tally.add(outcome)
    tally.add(outcome)
    assert tally.refused == 2 * (REFUSALS + 3)
    assert [refusal.where for refusal in tally.refusals] == [str(it) for it in range(REFUSALS)]


@pytest.mark.parametrize("others", [[], [rule("any", "curfew")]])
def test_without_others_nothing_stands_beside(others: list[Rule]) -> None:
    one = tried(Trial([CURFEW], {}, others), "curfew")
    assert one is not None
    assert one.beside == {other.id for other in others}
