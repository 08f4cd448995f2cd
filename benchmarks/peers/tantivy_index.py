"""tantivy the other way round: index a batch of articles in memory, run every rule on it."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy

from benchmarks.peers.peer import Verdicts, joined
from benchmarks.watchlist import Clause, Kind, Term, Watch
from monitor.model.article import Article

FIELD = "text"


class Tantivy:
    """One segment a batch, so that a document's number is its article's; queries are built once."""

    name = "tantivy"
    cannot = "nothing of these"
    batched = True

    @staticmethod
    def can(watch: Watch) -> bool:
        return bool(watch.clauses)

    def __init__(self, watches: Sequence[Watch]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field(FIELD, stored=False, index_option="position")
        self.schema = builder.build()
        self.rules = [(watch.id, self._query(watch)) for watch in watches]

    def run(self, articles: Sequence[Article]) -> Verdicts:
        index = tantivy.Index(self.schema)
        writer = index.writer(heap_size=60_000_000, num_threads=1)
        for article in articles:
            writer.add_document(tantivy.Document(text=[joined(article)]))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        searcher = index.searcher()
        if searcher.num_segments != 1:
            raise RuntimeError("the batch did not fit one segment")
        verdicts: Verdicts = [set() for _ in articles]
        size = len(articles)
        for id, query in self.rules:
            for _, address in searcher.search(query, limit=size, count=False).hits:
                verdicts[address.doc].add(id)
        return verdicts

    def _query(self, watch: Watch) -> tantivy.Query:
        parts = [(tantivy.Occur.Must, self._clause(clause)) for clause in watch.clauses]
        parts += [(tantivy.Occur.MustNot, self._term(term)) for term in watch.unwanted]
        return tantivy.Query.const_score_query(tantivy.Query.boolean_query(parts), 1.0)

    def _clause(self, clause: Clause) -> tantivy.Query:
        if not clause.beside:
            return self._any([self._term(term) for term in clause.terms])
        slop = clause.distance - 1
        return self._any(
            [
                tantivy.Query.phrase_query(self.schema, FIELD, [*pair], slop)
                for left in clause.terms
                for right in clause.beside
                for pair in ((left.text, right.text), (right.text, left.text))
            ]
        )

    def _any(self, queries: list[tantivy.Query]) -> tantivy.Query:
        if len(queries) == 1:
            return queries[0]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])

    def _term(self, term: Term) -> tantivy.Query:
        match term.kind:
            case Kind.WORD:
                return tantivy.Query.term_query(self.schema, FIELD, term.text, "basic")
            case Kind.PHRASE:
                return tantivy.Query.phrase_query(self.schema, FIELD, [*term.text.split()])
            case Kind.WILDCARD:
                pattern = term.text.replace("*", ".*").replace("?", ".")
                return tantivy.Query.regex_query(self.schema, FIELD, pattern)
            case Kind.FUZZY:
                return tantivy.Query.fuzzy_term_query(
                    self.schema, FIELD, term.text, distance=term.edits
                )
