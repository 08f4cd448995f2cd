"""Rules compiled for matching."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from monitor.matching.atoms import Atom
from monitor.matching.batch import Batch, batches, portions
from monitor.matching.compile import Compiler, settled_pairs
from monitor.matching.index import Index
from monitor.matching.necessary import Deriver, Necessary
from monitor.matching.nodes import Lacks, Node
from monitor.matching.placed import MOST_PAIRS
from monitor.matching.properties import within_scope
from monitor.matching.reading import WHOLE, Proofs, Reading, in_order
from monitor.matching.terms import Terms, primary
from monitor.matching.vocabulary import Vocabulary
from monitor.model.article import Article
from monitor.model.condition import And, Everything
from monitor.model.hit import Evidence, Match
from monitor.model.rule import Only, Rule

_ANYWHERE = Only()


class _Program:
    """A rule ready to be verified: what the index left open, and what its evidence is made of."""

    __slots__ = ("atoms", "checks", "head", "only", "proofs", "proving")

    def __init__(self, rule: Rule, nodes: Sequence[Node], opened: int) -> None:
        self.only = None if rule.only == _ANYWHERE else rule.only
        self.head = rule.id, rule.version, rule.level, rule.tags
        """What a match says of the rule, beside its evidence."""
        self.checks = tuple(node for at, node in enumerate(nodes) if opened >> at & 1)
        pairs: list[tuple[Atom, Node]] = []
        proving: list[Node] = []
        for node in nodes:
            settled = settled_pairs(node)
            if settled and len(settled) <= MOST_PAIRS:
                pairs += settled
            elif not isinstance(node, Lacks):
                proving.append(node)
        # In an array, numbers are side by side in memory; as objects each would be somewhere.
        self.atoms = array("i", (atom for atom, _ in pairs))
        self.proofs = tuple(node for _, node in pairs)
        self.proving = tuple(proving)

    def holds(self, reading: Reading) -> bool:
        """Whether what the index left open is so."""
        for check in self.checks:  # noqa: SIM110 - `all` costs as much again as most checks
            if not check.holds(reading, WHOLE):
                return False
        return True

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        """Return the evidence of a rule that matches, sorted, each piece once."""
        proofs: Proofs = set()
        present = reading.present
        for at, atom in enumerate(self.atoms):
            if present[atom]:
                self.proofs[at].prove(reading, WHOLE, proofs)
        for node in self.proving:
            node.prove(reading, WHOLE, proofs)
        return in_order(proofs)


class RuleSet:
    """Rules, compiled once, for any number of articles and threads.

    A rule costs its share of the index when it is compiled, and its program when it first is a
    candidate.
    """

    def __init__(
        self, rules: Mapping[str, Rule], terms: Terms, necessary: Mapping[str, Necessary]
    ) -> None:
        self.rules: Mapping[str, Rule] = MappingProxyType(dict(rules))
        """All rules by id; those without a text condition (correlations) never match."""
        self._necessary = necessary
        self._terms = terms
        self._ordered = [rules[id] for id in sorted(necessary)]
        needed = [necessary[rule.id] for rule in self._ordered]
        self._index = Index([each.clauses for each in needed], terms.chances)
        self._always = [at for at, each in enumerate(needed) if not each.clauses]
        self._programs: list[_Program | None] = [None] * len(self._ordered)
        self._compiler = Compiler(terms)
        self._vocabulary = Vocabulary(terms)

    @property
    def unindexed(self) -> tuple[str, ...]:
        """The ids of the rules for which every article has to be read, `*` apart."""
        rules = (self._ordered[at] for at in self._always)
        return tuple(rule.id for rule in rules if not isinstance(rule.match, Everything))

    def match(self, article: Article, now: datetime) -> tuple[Match, ...]:
        """Return the rules that match an article, sorted by id, each with its evidence.

        `now` is for `only.max_age`. Rules match whether or not they are enabled: what is compiled
        is what runs.
        """
        batch = Batch([article], self._vocabulary.words(article.lang), self._terms)
        candidates = self._index.candidates(batch.places, batch.presence)
        return self._verified(batch.readings[0], candidates.get(0, ()), now)

    def match_all(
        self, articles: Iterable[tuple[Article, datetime]]
    ) -> Iterator[tuple[Match, ...]]:
        """Yield what `match` returns of each article and its `now`: quicker where they are many."""
        for some in portions(articles, self._terms):
            found: list[tuple[Match, ...]] = [()] * len(some)
            for numbers, batch in batches([article for article, _ in some], self._vocabulary):
                candidates = self._index.candidates(batch.places, batch.presence)
                for row, number in enumerate(numbers):
                    reading = batch.readings.popleft()  # each may go when it has been verified
                    rules = candidates.get(row, ())
                    found[number] = self._verified(reading, rules, some[number][1])
            yield from found

    def _verified(
        self, reading: Reading, candidates: Collection[int], now: datetime
    ) -> tuple[Match, ...]:
        found = []
        for number in sorted((*candidates, *self._always)):
            program = self._programs[number] or self._prepare(number)
            if program.only is not None and not within_scope(program.only, reading.article, now):
                continue
            if program.holds(reading):
                found.append(Match._make((*program.head, program.evidence(reading))))
        return tuple(found)

    def replace(self, changed: Iterable[Rule], removed: Iterable[str]) -> RuleSet:
        """Return a rule set with some rules changed or added, and some removed.

        Only these are compiled; this set stays as it is, and may go on matching meanwhile.
        """
        changed = tuple(changed)
        rules = dict(self.rules)
        necessary = dict(self._necessary)
        for id in (*removed, *(rule.id for rule in changed)):
            rules.pop(id, None)
            necessary.pop(id, None)
        terms = self._terms.copy()
        terms.chances = self._index.chances()
        return _compiled(rules, terms, necessary, changed)

    def _prepare(self, number: int) -> _Program:
        rule = self._ordered[number]
        assert rule.match is not None  # noqa: S101 - only rules with a condition have a number
        opened = self._necessary[rule.id].open
        lang = own_language(rule)
        conjuncts = rule.match.operands if isinstance(rule.match, And) else (rule.match,)
        nodes = [self._compiler.node(conjunct, lang) for conjunct in conjuncts]
        program = self._programs[number] = _Program(rule, nodes, opened)
        return program


def compile_rules(rules: Iterable[Rule]) -> RuleSet:
    """Return a rule set; of rules with the same id the last one counts."""
    return _compiled({}, Terms(), {}, tuple(rules))


def _compiled(
    rules: dict[str, Rule], terms: Terms, necessary: dict[str, Necessary], changed: Sequence[Rule]
) -> RuleSet:
    deriver = Deriver(terms)
    for rule in changed:
        rules[rule.id] = rule
        if rule.match is not None:
            necessary[rule.id] = deriver.of(rule.match, own_language(rule))
    return RuleSet(rules, terms, necessary)


def own_language(rule: Rule) -> str | None:
    """Return the language whose stems a rule means where an article has none: its only one."""
    return primary(rule.only.lang[0]) if len(rule.only.lang) == 1 else None
