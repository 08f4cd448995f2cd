"""What is said to be contained is: no text that the inner condition matches escapes the outer."""

from datetime import UTC, datetime

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.condition import And, Condition, Exact, Near, Not, Or, Phrase
from monitor.model.rule import Rule
from monitor.rules.containment import contained
from monitor.rules.implication import Implication
from tests.matching.reference.conditions import conditions
from tests.matching.reference.strategies import articles_of

WORDS = ("protest", "protests", "curfew", "the", "WHO", "internet", "blackout", "troops")
NOW = datetime(2022, 1, 6, tzinfo=UTC)


def rule(id: str, match: Condition) -> Rule:
    return Rule(id=id, version=id, title=id, match=match)


def widened(draw: st.DrawFn, condition: Condition) -> Condition:
    """Return something that matches at least where the condition does."""
    if draw(st.booleans()) and isinstance(condition, And):
        return draw(st.sampled_from(condition.operands))
    return Or((draw(conditions(WORDS, 1)), condition))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Condition, Condition]:
    """Give two conditions, often one inside the other."""
    condition = draw(conditions(WORDS, 1))
    way = draw(st.integers(0, 4))
    if way == 0:
        return condition, draw(conditions(WORDS, 1))
    if way == 1:
        return And((condition, draw(conditions(WORDS, 1)))), widened(draw, condition)
    if way == 2:
        return condition, widened(draw, condition)
    if way == 3:
        return widened(draw, condition), condition
    return Not(widened(draw, condition)), Not(condition)


@settings(max_examples=150, deadline=None)
@given(pairs(), st.lists(articles_of(WORDS), min_size=1, max_size=6))
def test_what_is_implied_matches_too(
    pair: tuple[Condition, Condition], articles: list[Article]
) -> None:
    inner, outer = pair
    assume(Implication().holds(inner, outer))
    compiled = compile_rules([rule("inner", inner), rule("outer", outer)])
    for article in articles:
        found = {match.rule for match in compiled.match(article, NOW)}
        assert not ("inner" in found and "outer" not in found)


@settings(deadline=None)
@given(conditions(WORDS))
def test_everything_implies_itself(condition: Condition) -> None:
    assert Implication().holds(condition, condition)


@settings(deadline=None)
@given(st.lists(conditions(WORDS, 1), min_size=2, max_size=4))
def test_only_rules_that_imply_another_are_told(matches: list[Condition]) -> None:
    rules = [rule(f"r{number}", match) for number, match in enumerate(matches)]
    told = {problem.message.split("'")[1] for problem in contained(rules)}
    implication = Implication()
    for one in rules:
        others = [it for it in rules if it is not one]
        if one.id in told:
            assert any(_either_way(implication, one, other) for other in others)


def _either_way(implication: Implication, one: Rule, other: Rule) -> bool:
    assert one.match is not None
    assert other.match is not None
    return implication.holds(one.match, other.match) or implication.holds(other.match, one.match)


def test_what_takes_too_long_to_find_out_is_not_said() -> None:
    """Two chains of many different conditions: bounded, and no claim."""
    wide = And(
        tuple(Or((_word(f"a{n}"), Near((_word(f"b{n}"), _word("c")), 3))) for n in range(300))
    )
    narrow = And(tuple(Near((_word(f"b{n}"), _word("c")), 2) for n in range(300)))
    assert not Implication().holds(narrow, wide)
    few = And(wide.operands[:20])
    assert Implication().holds(And(narrow.operands[:20]), few)


def _word(text: str) -> Phrase:
    return Phrase((Exact(text),))
