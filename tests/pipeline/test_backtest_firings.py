"""Correlations tried on the past: the firings of the live code, and how an edit changes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.model.condition import Exact, Phrase
from monitor.model.firing import HitFacts
from monitor.model.rule import Correlation, Distinct, Level, Rule
from monitor.pipeline.backtest import Looked, Outcome, Tally, Trial
from monitor.pipeline.backtest_firings import NAMED, FiringTally, correlation_trial, counting
from monitor.policy.correlation import correlate_rule

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def text_rule(id: str, word: str = "", **values: object) -> Rule:
    word = word or id
    match = Phrase((Exact(word),), source=word)
    return replace(Rule(id=id, version=word, title=id, match=match), **values)  # type: ignore[arg-type] # a test names real fields


def correlation(at_least: int = 2, version: str = "1", **values: object) -> Rule:
    given = {
        "rules": ("a", "b"), "within": HOUR, "distinct": Distinct.ARTICLES, "at_least": at_least,
    }  # fmt: skip
    counts = Correlation(**{**given, **values})  # type: ignore[arg-type] # a test names real fields
    return Rule(id="x", version=version, title="x", correlate=counts)


def by_id(*rules: Rule) -> dict[str, Rule]:
    return {rule.id: rule for rule in rules}


PLAIN = by_id(text_rule("a"), text_rule("b"))


def looked(number: int, text: str = "a", hours: float = 0, **facts: object) -> Looked:
    story = facts.pop("story", None)
    made = Article(title=f"{text} {number}", body=f"{text} is told.", source="s", lang="en")
    article = replace(made, **facts)  # type: ignore[arg-type] # a test names real fields
    assert story is None or isinstance(story, int)
    at = NOW + hours * HOUR
    return Looked(article, f"{number:03}", at, at, story)


def tally_of(
    rule: Rule,
    articles: list[Looked],
    *,
    former: Rule | None = None,
    rules: dict[str, Rule] = PLAIN,
    running: dict[str, Rule] = PLAIN,
    on_trial: tuple[Rule, ...] = (),
) -> FiringTally:
    counted = counting([rule], by_id(former) if former else {}, rules, running)
    edited = {id: it for id, it in running.items() if rules.get(id) != it}
    tally = Tally(Trial(on_trial, edited, (), counted))
    outcome = Outcome(read=len(articles))
    outcome.found += Trial(on_trial, edited, (), counted).run(articles)
    tally.add(outcome)
    (found,) = tally.firings()
    return found


def referred(tally: FiringTally, of: str = "firings") -> list[list[object]]:
    return [[one.article for one in it.counted] for it in tally.past.shown(getattr(tally, of))]


# what is compared


def test_a_correlation_that_does_not_run_yet_is_compared_with_nothing() -> None:
    trial = correlation_trial(correlation(), None, PLAIN, PLAIN)
    assert (trial.former, trial.names, trial.former_names) == (None, {"a", "b"}, frozenset())


def test_one_that_runs_as_it_is_is_compared_with_nothing() -> None:
    assert correlation_trial(correlation(), correlation(), PLAIN, PLAIN).former is None


def test_an_edit_of_it_or_of_what_it_counts_or_of_who_has_a_tag_is_compared() -> None:
    edited = correlation(3, version="2")
    assert correlation_trial(edited, correlation(), PLAIN, PLAIN).former == correlation()
    other = by_id(text_rule("a", "other"), text_rule("b"))
    assert correlation_trial(correlation(), correlation(), other, PLAIN).former is not None
    tagged = correlation(rules=("tag:t",))
    now = by_id(text_rule("a", tags=("t",)), text_rule("b", tags=("t",)))
    then = by_id(text_rule("a", tags=("t",)), text_rule("b"))
    trial = correlation_trial(tagged, tagged, now, then)
    assert (trial.names, trial.former_names) == ({"a", "b"}, {"a"})


# firings


def test_it_fires_by_the_time_of_the_articles_and_names_what_it_counted() -> None:
    articles = [looked(3, "b", 2.5), looked(1, "a", 0), looked(2, "b", 2), looked(4, "c", 2)]
    tally = tally_of(correlation(), articles)
    assert referred(tally) == [["002", "003"]]
    assert tally.counted == {"b": 2, "a": 1}
    assert tally.by_day == {NOW.date(): 1}
    ((first, second),) = (it.counted for it in tally.first(3))
    assert (first.rule, first.title, first.source, first.at) == ("b", "b 2", "s", NOW + 2 * HOUR)
    assert (first.hit, second.article) == (None, "003")


def test_sources_languages_and_stories_are_counted_as_live() -> None:
    articles = [
        looked(1, source="x", lang="en", story=7),
        looked(2, source="y", lang="ru", story=7),
        looked(3, source="y", lang="en", story=8),
    ]
    assert referred(tally_of(correlation(distinct=Distinct.SOURCES), articles)) == [["001", "003"]]
    by_lang = tally_of(correlation(group_by=("lang",)), articles)
    assert [firing.group for firing in by_lang.firings] == ["lang=en"]
    stories = tally_of(correlation(distinct=Distinct.STORIES), articles)
    assert stories.firings[0].things == ("story:7", "story:8")


def test_the_best_are_those_that_counted_most() -> None:
    articles = [looked(n, "a", n * 0.1) for n in range(2)]
    articles += [looked(10 + n, "a", 5, source=f"s{n}") for n in range(4)]
    tally = tally_of(correlation(), articles)
    assert [len(firing.things) for firing in tally.firings] == [2, 4]
    assert [len(fired.counted) for fired in tally.best(1)] == [4]


def test_of_very_many_counted_hits_the_first_are_named() -> None:
    articles = [looked(n) for n in range(NAMED + 5)]
    (fired,) = tally_of(correlation(), articles).first(1)
    assert (len(fired.counted), fired.more) == (NAMED, 5)


def test_rules_on_trial_beside_it_are_tallied_like_any_other() -> None:
    counted = counting([correlation()], {}, PLAIN, {})
    trial = Trial([PLAIN["a"], text_rule("d")], {}, [text_rule("c")], counted)
    tally = Tally(trial)
    texts = ["a c", "b c", "a b", "d"]
    found = list(trial.run([looked(number, text) for number, text in enumerate(texts)]))
    tally.add(Outcome(read=4, found=found))
    assert tally.rules.keys() == {"a", "d"}
    assert (tally.rules["a"].hits, tally.rules["a"].overlap) == (2, {"b": 1, "c": 1})
    assert tally.hit_articles == 4
    (firings,) = tally.firings()
    assert firings.counted == {"a": 2, "b": 2}


# gains and losses


def test_a_lower_threshold_tells_the_same_event_earlier_and_others_besides() -> None:
    articles = [looked(n, "a", n * 0.1) for n in range(3)]
    articles += [looked(10 + n, "a", 5 + n * 0.1) for n in range(2)]
    lower = tally_of(correlation(2, version="2"), articles, former=correlation(3))
    assert [len(firing.hits) for firing in lower.firings] == [2, 2]
    assert (referred(lower, "gained"), lower.lost) == ([["010", "011"]], ())
    higher = tally_of(correlation(3, version="2"), articles, former=correlation(2))
    assert (higher.gained, referred(higher, "lost")) == ((), [["010", "011"]])


def test_a_firing_is_set_against_one_alone() -> None:
    """Two firings in the place of one are a gain, though both share hits with it."""
    articles = [looked(n, "a", n * 0.1) for n in range(4)]
    tally = tally_of(correlation(2, version="2"), articles, former=correlation(4))
    assert (len(tally.firings), referred(tally, "gained"), tally.lost) == (
        2, [["002", "003"]], (),
    )  # fmt: skip


def test_firings_of_different_groups_are_different_unless_the_grouping_changed() -> None:
    twice = [looked(n, source_tags=("t", "u")) for n in range(2)]
    grouped = correlation(group_by=("source_tag",), version="2")
    same = tally_of(grouped, twice, former=correlation(3, group_by=("source_tag",)))
    assert [firing.group for firing in same.gained] == ["source_tag=t", "source_tag=u"]
    changed = tally_of(grouped, twice, former=correlation())
    assert [firing.group for firing in changed.gained] == ["source_tag=u"]


def test_an_edit_of_a_counted_rule_changes_what_there_is_to_count() -> None:
    articles = [looked(1, "a"), looked(2, "b"), looked(3, "b wide", 3), looked(4, "wide", 3)]
    rules = by_id(text_rule("a", "wide"), text_rule("b"))
    tally = tally_of(correlation(), articles, former=correlation(), rules=rules)
    assert referred(tally) == [["003", "004"]]
    assert referred(tally, "lost") == [["001", "002"]]
    assert len(tally.gained) == 1


def test_levels_and_tags_of_the_running_rules_group_its_firings() -> None:
    rules = by_id(text_rule("a", "a", level=Level.HIGH), text_rule("b"))
    running = by_id(text_rule("a", "a", level=Level.LOW, version="0"), text_rule("b"))
    by_level = correlation(1, group_by=("level",))
    tally = tally_of(by_level, [looked(1)], former=by_level, rules=rules, running=running)
    assert [firing.group for firing in tally.gained] == ["level=high"]
    assert [firing.group for firing in tally.lost] == ["level=low"]


# agreement

ARTICLES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "a b", "c"]),
        st.integers(0, 40),
        st.sampled_from(["s", "t", "u"]),
    ),
    max_size=25,
)
CORRELATIONS = st.builds(
    correlation,
    at_least=st.integers(1, 4),
    distinct=st.sampled_from(Distinct),
    group_by=st.sampled_from([(), ("source",), ("rule",)]),
    burst=st.sampled_from([None, 2.0]),
)


@given(rule=CORRELATIONS, told=ARTICLES, seed=st.integers())
def test_a_trial_fires_as_the_live_code_does_in_whatever_order_articles_come(
    rule: Rule, told: list[tuple[str, int, str]], seed: int
) -> None:
    articles = [
        looked(number, text, tenths / 10, source=source)
        for number, (text, tenths, source) in enumerate(told)
    ]
    hits = [
        HitFacts(
            hit=place * 2 + (id == "b"),
            rule=id,
            level=Level.MEDIUM,
            tags=(),
            article=int(each.reference),
            source=each.article.source or "",
            source_tags=(),
            lang="en",
            story=None,
            at=each.at,
        )
        for place, each in enumerate(sorted(articles, key=lambda each: (each.at, each.reference)))
        for id in ("a", "b")
        if id in each.article.body.split()
    ]
    live = correlate_rule(rule, {"a", "b"}, hits, ())
    Random(seed).shuffle(articles)
    tally = tally_of(rule, articles)
    wanted = sorted((it.at, it.group, it.detail, len(it.hits)) for it in live)
    assert sorted((it.at, it.group, it.detail, len(it.hits)) for it in tally.firings) == wanted
