"""A query string means what its parts mean: parser and engine against a tree made by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InvalidQuery, Location
from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.model.rule import Rule
from monitor.query import parse
from tests.matching.reference.budget import EXAMPLES, bounded
from tests.matching.reference.evaluator import evaluate
from tests.matching.reference.queries import ENTRIES, Written, written
from tests.matching.reference.strategies import NOW, articles_of

vocabularies = st.lists(st.sampled_from(ENTRIES), min_size=2, max_size=4, unique=True).map(tuple)


@st.composite
def meetings(draw: st.DrawFn) -> tuple[list[Written], list[Article]]:
    vocabulary = draw(vocabularies)
    return (
        draw(st.lists(written(vocabulary), min_size=6, max_size=6)),
        draw(st.lists(articles_of(vocabulary), min_size=6, max_size=6)),
    )


def spans(evidence: tuple[Evidence, ...] | None) -> set[tuple[str, int, int]] | None:
    return None if evidence is None else {(e.field, e.start, e.end) for e in evidence}


def test_what_is_written_is_what_is_meant() -> None:
    read = refused = 0

    @bounded
    @given(meetings())
    def agree(meeting: tuple[list[Written], list[Article]]) -> None:
        nonlocal read, refused
        queries, articles = meeting
        for query in queries:
            try:
                parsed = parse(query.text, at=lambda n: Location("q", 1, n + 1), lists={})
            except InvalidQuery:
                refused += 1
                continue
            read += 1
            rule = Rule(id="r", version="v", title="", match=parsed.condition)
            meant = Rule(id="r", version="v", title="", match=query.tree)
            ruleset = compile_rules([rule])
            for article in articles:
                matches = ruleset.match(article, NOW)
                found = matches[0].evidence if matches else None
                assert evaluate(rule, article, NOW) == found, (query.text, article)
                assert spans(evaluate(meant, article, NOW)) == spans(found), (query.text, article)

    agree()
    assert read >= EXAMPLES * 6 * 0.9
    assert refused <= read * 0.1
