"""The rule set as a whole: scope, order, replacing, both index layouts, explanations, bounds."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import Location
from monitor.matching import compile_rules, explain
from monitor.matching import vocabulary as vocabulary_room
from monitor.matching.atoms import ALWAYS
from monitor.matching.batch import read
from monitor.matching.compile import Compiler
from monitor.matching.fuzzy import FuzzyTerms
from monitor.matching.index import Index
from monitor.matching.rarity import guess
from monitor.matching.terms import Terms
from monitor.matching.vocabulary import Vocabulary
from monitor.matching.wildcards import WildcardTerms, expression
from monitor.model.article import Article
from monitor.model.condition import And, AnyWord, Condition, Exact, Near, Not, Or, Phrase, Some
from monitor.model.hit import Match
from monitor.model.rule import Correlation, Distinct, Only, Rule
from monitor.query import parse

NOW = datetime(2022, 1, 6, 12, tzinfo=UTC)
NAUGHTY = Path(__file__).parents[3] / "shared/data/adversarial/blns.json"

LIST = " OR ".join(f"t{number}" for number in range(300))


def query(text: str) -> Condition:
    return parse(text, at=lambda n: Location("q", 1, n + 1), lists={}).condition


ANYWHERE = Only()


def rule(id: str, match: str | Condition, only: Only = ANYWHERE) -> Rule:
    condition = query(match) if isinstance(match, str) else match
    return Rule(id=id, version="1", title=id, match=condition, only=only)


def hits(match: str | Condition, body: str, title: str = "", **more: object) -> list[str] | None:
    """Return the texts that prove a match, None if there is none."""
    article = Article(title=title, body=body, **more)  # type: ignore[arg-type]  # any field
    found = compile_rules([rule("r", match)]).match(article, NOW)
    return [evidence.text for evidence in found[0].evidence] if found else None


# --- verdicts that the agreement with the reference hardly meets ----------------------------------


@pytest.mark.parametrize(
    ("match", "body", "wanted"),
    [
        ("ANY/2 (a, b, c)", "c a", ["c", "a"]),
        ("ANY/2 (a, a, b)", "a", None),
        ("case:US*", "US USA us", ["US", "USA"]),
        ("case:stra?e", "straße Strasse", ["straße"]),
        ("NOT case:WHO OR x", "who x", ["x"]),
        ("* president said", "The president said", ["The president said"]),
        ("president~ *", "presidnt Biden", ["presidnt Biden"]),
        (
            "protest* leader NEAR/3 arrested",
            "Protest leader arrested",
            ["Protest leader", "arrested"],
        ),
        ("(#>=10 OR dozens) NEAR/2 dead", "10 dead", ["10", "dead"]),
        ("/[!?]{3}/", "what?!?", ["?!?"]),
        ("/x./", "a\ud800 xy", ["xy"]),
        ("ATLEAST/2 /a./", "ab ac", ["ab", "ac"]),
        ("lead:/c./", "ab\n\nac\n\ncd", None),
        ("stem:protest", "protesting", ["protesting"]),
        ("body:(a NEAR/2 b)", "a b", ["a", "b"]),
        ("(a OR b c) BEFORE/P d", "b c x x d\n\na", ["b c", "d"]),
        ("a NEAR/9 b NEAR/1 c", "a x x b c", ["a", "b", "c"]),
    ],
)
def test_a_query_finds(match: str, body: str, wanted: list[str] | None) -> None:
    assert wanted == hits(match, body)


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ("lead:troops", ["troops", "Troops", "troops"]),
        ("lead:(troops NEAR/2 left)", ["troops", "left"]),
        ("lead:gone", None),
        ("lead:/t..ops/i", ["troops", "Troops", "troops"]),
        ("lead:title:troops", ["troops"]),
        ("case:WHO", ["WHO"]),
        ("case:UN", None),
        ("title:case:said", ["said"]),
        ("#=12 NEAR/3 said", ["said", "12"]),
        ("#>12 OR #<12", None),
        ("troops NEAR/S left", ["troops", "left"]),
        ("came NEAR/S left", None),
        ("said NEAR/50 came", None),
        ("title:#=12", ["12"]),
        ("troops AND came AND then AND left AND gone AND twelve AND now AND who", None),
        ("troops AND came AND then AND left AND gone AND now AND who", 10),
    ],
)
def test_places(match: str, wanted: list[str] | int | None) -> None:
    body = "Troops came.\n\nThen troops left. WHO\n\nUN TROOPS GONE NOW."
    found = hits(match, body, "He said 12 troops")
    assert wanted == (len(found) if found and isinstance(wanted, int) else found)


def test_one_list_serves_many_rules() -> None:
    words = query(" OR ".join(f"word{number}" for number in range(20)))
    ruleset = compile_rules([rule("a", words), rule("b", And((words, query("x"))))])
    assert [m.rule for m in ruleset.match(Article(title="", body="word3 x"), NOW)] == ["a", "b"]


def test_evidence_is_capped_for_each_term() -> None:
    body = "a b " * 2_000
    assert len(hits("a", body) or []) == 50
    assert len(hits("a NEAR/1 b", body) or []) == 100
    assert len(hits("ATLEAST/9 (a OR b)", body) or []) == 100


def test_long_lists_are_asked_what_the_article_has() -> None:
    words = " OR ".join(["alpha", "beta gamma", *(f"word{number}" for number in range(40))])
    assert hits(words, "beta gamma") == ["beta gamma"]
    assert hits(f"({words}) NEAR/2 near", "word7 near") == ["word7", "near"]
    assert hits(f"title:({words})", "word8", "word7") == ["word7"]
    assert hits(f"title:({words})", "word8") is None
    assert hits(f"x NOT ({words} OR case:Y)", "x y") == ["x"]
    assert hits(f"({words} OR title:x OR site:x.org)", "", "x") == ["x"]


def test_properties() -> None:
    url = "https://News.Example.org/World/1"
    assert hits("site:example.org", "", url=url) == []
    assert hits("site:ample.org", "", url=url) is None
    assert hits("site:example.org", "", url="http://[") is None
    assert hits("url:/world/", "", url=url) == []
    assert hits("tag:Politics", "", source_tags=("POLITICS",)) == []
    assert hits("source:bbc", "", source="bbc") == []
    assert hits("lang:en", "", lang="en-GB") == []
    assert hits('author:"jane doe"', "", author="By Jane Doe") == []
    assert hits('author:"jane doe"', "", author="Janet Doe") is None


@pytest.mark.parametrize(
    ("only", "fits"),
    [
        (Only(lang=("en", "ru")), True),
        (Only(lang=("ru",)), False),
        (Only(source=("bbc",)), True),
        (Only(source=("tass",)), False),
        (Only(source_tag=("wire",)), True),
        (Only(source_tag=("blog",)), False),
        (Only(max_age=timedelta(days=3)), True),
        (Only(max_age=timedelta(hours=3)), False),
    ],
)
def test_scope_is_looked_at(only: Only, fits: bool) -> None:
    article = Article(
        title="",
        body="x",
        lang="en-GB",
        source="bbc",
        source_tags=("wire",),
        published=NOW - timedelta(days=1),
    )
    ruleset = compile_rules([rule("r", "x", only), rule("all", "*", only)])
    assert (["all", "r"] if fits else []) == [match.rule for match in ruleset.match(article, NOW)]
    explanation = explain(rule("r", "x", only), article, NOW)
    assert fits == explanation.matched
    assert [fits] == [part.matched for part in explanation.scope]


def test_an_article_without_a_date_is_of_any_age() -> None:
    scoped = rule("r", "x", Only(max_age=timedelta(1)))
    assert compile_rules([scoped]).match(Article(title="", body="x"), NOW)
    assert explain(scoped, Article(title="", body="x"), NOW).scope[0].found == "no date"


# --- rule sets ------------------------------------------------------------------------------------


def test_rules_are_sorted_and_what_cannot_be_indexed_is_told() -> None:
    ruleset = compile_rules(
        [
            rule("c", "x"),
            rule("b", "/x/"),
            rule("a", "#>1"),
            rule("e", "*"),
            rule("d", Some(3, (query("x"),))),
        ]
    )
    assert ruleset.unindexed == ("a", "b", "d")
    assert [m.rule for m in ruleset.match(Article(title="", body="x"), NOW)] == ["b", "c", "e"]
    assert {"a", "b", "c", "d", "e"} == set(ruleset.rules)


def test_correlations_are_kept_and_never_match() -> None:
    about = Correlation(("x",), timedelta(1), Distinct.RULES, 2)
    correlation = Rule(id="k", version="1", title="", correlate=about)
    ruleset = compile_rules([correlation])
    assert ruleset.match(Article(title="", body="x"), NOW) == ()
    assert {"k"} == set(ruleset.rules)
    explanation = explain(correlation, Article(title="", body=""), NOW)
    assert (explanation.matched, explanation.tree) == (False, None)


@pytest.mark.parametrize("count", [5, 2_000])
def test_replacing_is_like_compiling_anew_and_leaves_the_former_set_alone(count: int) -> None:
    rules = [rule(f"r{at}", f"word{at} AND (all* OR w{at}~ OR stem:w{at})") for at in range(count)]
    article = Article(title="", body="word1 word2 word3 all others protesting, some people")
    former = compile_rules(rules)
    before = former.match(article, NOW)
    assert [match.rule for match in before] == ["r1", "r2", "r3"]
    changed = [rule("r2", "stem:protest AND oth*"), rule("new", "(some people OR x y) NOT peple~1")]
    after = former.replace(changed, ["r3", "not there"])
    assert [match.rule for match in after.match(article, NOW)] == ["r1", "r2"]
    kept = [each for each in rules if each.id not in {"r2", "r3"}]
    assert compile_rules([*kept, *changed]).match(article, NOW) == after.match(article, NOW)
    assert before == former.match(article, NOW)
    assert after.replace([], after.rules).match(article, NOW) == ()


ATOMS = st.integers(2, 13)
CLAUSES = st.lists(st.lists(ATOMS, min_size=1, max_size=4, unique=True).map(tuple), max_size=4)


def candidates(index: Index, articles: list[set[int]], count: int) -> list[list[int]]:
    """The candidates of articles with some atoms, of so many."""
    presence = np.zeros((len(articles), count), np.bool_)
    for row, atoms in zip(presence, articles, strict=True):
        row[[ALWAYS, *atoms]] = True
    flat = presence.ravel()
    found = index.candidates(flat.nonzero()[0], flat)
    return [sorted(found.get(row, ())) for row in range(len(articles))]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(CLAUSES, max_size=8),
    st.lists(st.sets(ATOMS), min_size=1, max_size=5),
    st.sampled_from([1, 500]),
)
def test_the_index_finds_every_rule_that_lacks_no_clause_and_no_other(
    some: list[list[tuple[int, ...]]], articles: list[set[int]], copies: int
) -> None:
    rules = some * copies
    index = Index(rules, [0.0, 1.0] + [0.1] * 12)
    wanted = [
        [
            number
            for number, clauses in enumerate(rules)
            if clauses and all(present.intersection(clause) for clause in clauses)
        ]
        for present in articles
    ]
    assert wanted == candidates(index, articles, 14)
    assert wanted == [found for one in articles for found in candidates(index, [one], 14)]


@pytest.mark.parametrize("together", [1, 50])
def test_the_index_learns_what_is_rare(together: int) -> None:
    index = Index([[(2,), (3,)], [(4,)]], [0.0, 1.0, 0.01, 0.5, 0.5])
    for _ in range(400 // together):
        candidates(index, [{2}] * together, 5)
    chances = index.chances()
    assert chances[2] > 0.9
    assert chances[3] < 0.1
    assert candidates(index, [{2, 3}], 5) == [[0]]
    for _ in range(30_000 // together):
        candidates(index, [{2}] * together, 5)
    learned = index.chances()
    candidates(index, [{3}], 5)  # it has seen enough by now
    assert index.chances() == learned
    assert candidates(index, [{2, 3}], 5) == [[0]]


def test_threads_share_a_rule_set() -> None:
    ruleset = compile_rules([rule(f"r{at}", f"word{at} NEAR/3 (xy* OR y)") for at in range(50)])
    articles = [Article(title="", body=f"word{at} so xyz word{at + 1} y") for at in range(40)]
    wanted = [compile_rules(ruleset.rules.values()).match(article, NOW) for article in articles]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            assert wanted == list(pool.map(lambda each: ruleset.match(each, NOW), articles))


def test_many_phrases_are_found_as_few_are() -> None:
    rules = [
        rule(f"r{at:04}", f"first{at} second{at} third OR first{at} last") for at in range(600)
    ]
    article = Article(
        title="first7 last", body="first8\n\nlast. First9 second9 third. First10 second10"
    )
    many = compile_rules(rules).match(article, NOW)
    few = compile_rules(rules[5:12]).match(article, NOW)
    assert [match.rule for match in many] == ["r0007", "r0009"]
    assert many == few


# --- words ----------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.text("abc*?", min_size=1, max_size=6), st.text("abc", min_size=1, max_size=6))
def test_wildcards_fit_by_table_and_by_expression_alike(pattern: str, word: str) -> None:
    fits = expression(pattern).fullmatch(word) is not None
    assert ([1] if fits else []) == WildcardTerms([(pattern, 1)]).matching(word)


def test_hostile_wildcards_take_time_in_proportion() -> None:
    assert expression("*a" * 60 + "b*").fullmatch("a" * 5_000) is None


def test_fuzzy_terms_of_every_length() -> None:
    terms = FuzzyTerms([("kyiv", 2, 1), ("tokayev", 1, 2), ("2021", 1, 3), ("ab", 0, 4)])
    assert terms.matching("kiev") == [1]
    assert terms.matching("tokaev") == [2]
    assert terms.matching("2022") == []
    assert terms.matching("ab") == [4]
    assert terms.matching("x" * 30) == []
    assert len(FuzzyTerms([])) == 0


def test_the_vocabulary_is_bounded_and_remembers_what_is_in_use() -> None:
    rules = Terms()
    for text in ("wide*", "*ly", "wid~1", "wider"):
        condition = query(text)
        assert isinstance(condition, Phrase)
        rules.atom(condition.words[0], None)  # type: ignore[arg-type]  # no AnyWord
    vocabulary = Vocabulary(rules)
    first = vocabulary.words(None)
    several = [first[word] for word in ("wide", "wider", "other")]
    assert [several[0] < -1, several[1] < -1, several[2]] == [True, True, -1]
    for number in range(2 * vocabulary_room.LARGEST):
        first[f"w{number}"]
    assert len(first) == 2 * vocabulary_room.LARGEST
    assert first["new"] == first["x" * 100] == -1
    assert "new" not in first
    assert first["widely"] == first["widesomely"] < -1
    second = vocabulary.words(None)
    assert second is vocabulary.words(None) is not first
    assert len(second) == 0
    assert [first.together[code] for code in several[:2]] == [
        second.together[second[word]] for word in ("wide", "wider")
    ]
    assert second["other"] == -1


def test_the_vocabulary_keeps_some_languages() -> None:
    terms = Terms()
    compiler = Compiler(terms)
    compiler.node(query("stem:protest"), None)
    several = Vocabulary(terms)
    for lang in ("en", "ru", "fr", "de", "es", "it", "pt", "nl", "sv", "kk", "xx", None):
        several.words(lang)
    assert several.words("kk") is several.words("xx")
    assert several.words("en")["protesting"] != -1


def test_stems_follow_the_article_then_the_rule_then_the_script() -> None:
    assert hits("stem:протест", "протестами") == ["протестами"]
    assert hits("stem:протест", "протестами", lang="ru") == ["протестами"]
    assert hits("stem:protest", "protesting", lang="kk") is None
    scoped = rule("r", "stem:maison", Only(lang=("fr",)))
    assert explain(scoped, Article(title="", body="maisons"), NOW).tree


def test_rarity_is_a_chance() -> None:
    for text in ("a", "ab*", "Tokayev~", "stem:protest", "case:WHO", "a b"):
        condition = query(text if "*" not in text else "abc*")
        assert isinstance(condition, Phrase)
        assert all(0 < guess(word) <= 1 for word in condition.words)
    assert guess(AnyWord()) == 1


def test_conditions_without_a_place_are_no_operands() -> None:
    wrong = Near((And((query("a"), query("b"))), query("c")), 3)
    with pytest.raises(TypeError, match="no operand of NEAR"):
        compile_rules([rule("r", wrong)]).match(Article(title="", body="a b c"), NOW)


# --- explanations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "labels"),
    [
        ("a AND b", ["all of", "a", "b"]),
        ("a OR NOT b", ["any of", "a", "not", "b"]),
        ("ANY/2 (a, b)", ["at least 2 different ones of 2", "a", "b"]),
        ("title:a", ["in the title", "a"]),
        ("*", ["*"]),
        ("a NEAR/3 b", ["a NEAR/3 b", "a", "b"]),
        ("ATLEAST/2 a", ["ATLEAST/2 a", "a"]),
        (Near((Phrase((Exact("a"),), "a"),), 3), ["within 3 words of each other", "a"]),
    ],
)
def test_an_explanation_names_every_node(match: str | Condition, labels: list[str]) -> None:
    explanation = explain(rule("r", match), Article(title="", body="a b"), NOW)
    waiting = [explanation.tree]
    found = []
    while waiting:
        part = waiting.pop()
        assert part
        found.append(part.label)
        waiting += reversed(part.children)
    assert labels == found


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(seconds=40), "40s"),
        (timedelta(minutes=100), "100m"),
        (timedelta(hours=13, minutes=17, seconds=45), "13h"),
        (timedelta(days=5, hours=2), "5d"),
    ],
)
def test_an_age_is_told_as_durations_are_written(age: timedelta, told: str) -> None:
    article = Article(title="", body="x", published=NOW - age)
    [part] = explain(rule("r", "x", Only(max_age=timedelta(days=3))), article, NOW).scope
    assert (part.label, part.wanted, part.found) == ("max_age", "3d", told)


def test_unwritten_proximity_is_told_in_words() -> None:
    for text, label in (
        ("a NEAR/S b", "in one sentence"),
        ("a BEFORE/P b", "in one paragraph in this order"),
        ("ATLEAST/2 a", "at least 2 times"),
    ):
        condition = query(text)
        assert not isinstance(condition, Or)
        bare = replace(condition, source="")  # type: ignore[call-arg]  # Near and AtLeast have one
        tree = explain(rule("r", bare), Article(title="", body=""), NOW).tree
        assert tree
        assert label == tree.label


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["a", "a b", "a NEAR/2 b", "NOT a", "a OR c", "ATLEAST/2 b", "title:a", "a*b"]),
    st.sampled_from(["b", "b c", "b BEFORE/3 c", "c NOT a", "case:B", "bc~"]),
    st.lists(st.sampled_from(["a", "b", "c", "B", ".", "\n\n", "abc"]), max_size=8).map(" ".join),
)
def test_logic_holds(left: str, right: str, body: str) -> None:
    one, other = (query(text if text != "a*b" else "abc*") for text in (left, right))
    named = {
        "one": one,
        "other": other,
        "and": And((one, other)),
        "or": Or((one, other)),
        "neither": query("NOT zz"),
    }
    named["not-and"] = Not(And((one, other)))
    named["or-not"] = Or((Not(one), Not(other)))
    named["not-or"] = Not(Or((one, other)))
    named["and-not"] = And((Not(one), Not(other)))
    ruleset = compile_rules([rule(id, condition) for id, condition in named.items()])
    article = Article(title="a", body=body)
    found: dict[str, Match] = {match.rule: match for match in ruleset.match(article, NOW)}
    assert ("and" in found) == ("one" in found and "other" in found)
    assert ("or" in found) == ("one" in found or "other" in found)
    assert ("not-and" in found) == ("or-not" in found)
    assert ("not-or" in found) == ("and-not" in found)
    for match in found.values():
        for piece in match.evidence:
            text = article.title if piece.field == "title" else article.body
            assert text[piece.start : piece.end] == piece.text


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", ".", "\n\n"]), max_size=12).map(" ".join))
def test_a_phrase_is_a_near_and_a_near_is_a_wider_near(body: str) -> None:
    queries = ["a b", "a BEFORE/1 b", "a NEAR/1 b", "a NEAR/2 b", "a NEAR/3 b", "a AND b"]
    found = [hits(text, body) is not None for text in queries]
    assert found == sorted(found)


@pytest.mark.skipif(not NAUGHTY.exists(), reason="needs the shared data")
def test_naughty_texts_get_a_verdict() -> None:
    ruleset = compile_rules(
        [
            rule("a", "test* OR admin~"),
            rule("b", "/[<>]script/"),
            rule("c", "#>0 NEAR/5 (a OR the)"),
        ]
    )
    for text in json.loads(NAUGHTY.read_text("utf-8")):
        for match in ruleset.match(Article(title=text, body=f"{text}\n\n{text}"), NOW):
            assert match.evidence


def test_a_monstrous_article_gets_a_verdict() -> None:
    body = "the curfew protest " * 60_000
    found = hits("the NEAR/5 curfew NEAR/1000 (protest OR curfew protest)", body)
    assert found
    assert len(found) <= 200


@pytest.mark.parametrize(
    "match",
    [
        "/a/ NEAR/2 /b/",
        "body:(/a/ BEFORE/2 #>1)",
        f"({LIST}) NEAR/5 ({LIST})",
        f"body:(({LIST}) NEAR/S ({LIST}))",
        f"(({LIST}) NEAR/50 ({LIST}) NEAR/50 ({LIST}))",
    ],
    ids=["regex", "number", "list", "list-in-sentence", "three-lists"],
)
def test_evidence_of_dense_text_takes_time_in_proportion(match: str) -> None:
    """With time that grows with the square, each of these would not end before its time limit."""
    body = "".join(f"ab {at} t{at % 300} ba t{at % 299}. " for at in range(10_000))
    found = hits(match, body)
    assert found
    assert len(found) <= 300 * 50


@pytest.mark.parametrize("tail", ["", "é"])
def test_a_reading_places_words_whether_few_or_many_are_asked_for(tail: str) -> None:
    terms = Terms()
    names = [f"w{number}" for number in range(15)]
    atoms = [terms.atom(Exact(name), None) for name in names]
    article = Article(title="w3 w4's", body=f"w4 {' '.join(names)}. w14 {tail}")
    reading = read(article, Vocabulary(terms))
    wanted = [[at + 3] for at in range(15)]
    wanted[3], wanted[4], wanted[14] = [0, 6], [1, 2, 7], [17, 18]
    assert [list(reading.positions(atom)) for atom in atoms] == wanted
    assert list(reading.positions(terms.atom(Exact("zz"), None))) == []
    assert len(reading) == 19 + len(tail)


def test_signs_alone_are_near_nothing() -> None:
    assert hits("/[!?]{3}/ NEAR/2 what", "what ?!?") is None
    assert hits("lead:/a./", "ab") == ["ab"]
    assert hits("title:case:US OR case:US", "US x", "US") == ["US", "US"]
    assert hits("case:US", "x", "US TROOPS") is None
