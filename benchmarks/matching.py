"""Matching: what an article costs at 100 to 100,000 rules, beside tokenising and beside peers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import corpus, report, timing, watchlist
from benchmarks.peers.fts5 import Fts5
from benchmarks.peers.hyperscan_database import Hyperscan
from benchmarks.peers.partial_ratio import PartialRatio
from benchmarks.peers.peer import Peer, Verdicts
from benchmarks.peers.regex_loop import RegexLoop, RegexRule
from benchmarks.peers.tantivy_index import Tantivy
from benchmarks.watchlist import Watch
from monitor.matching import RuleSet, compile_rules
from monitor.model.article import Article
from monitor.text import tokenize

WORD = re.compile(r"\w+")
NOW = datetime(2022, 1, 6, tzinfo=UTC)
SIZES = (100, 1_000, 10_000, 100_000)
PEERS: tuple[type[Peer], ...] = (RegexRule, RegexLoop, PartialRatio, Fts5, Tantivy, Hyperscan)
BATCHES = (1, 100, 1_000)
WARMING = 2_000
"""Articles that the vocabulary has seen before anything is measured."""
MEASURED = 500
HYPERSCAN_LIMIT = 10_000
"""Beyond so many rules hyperscan's compiler takes many minutes."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an article costs the engine, in seconds, with so many rules."""

    rules: int
    compiling: float
    share: float
    tokenising: float
    plainly: float
    new: float
    warm: float
    together: float


def main(folder: Path | None = None) -> None:
    """Measure, print and write the section; `folder` adds a corpus of real texts."""
    texts = [corpus.generated(MEASURED, corpus.SEED + 7)]
    if folder is not None:
        texts.append(corpus.folder(folder))
    warming = corpus.generated(WARMING, corpus.SEED + 8).articles
    watches = watchlist.generated(max(SIZES))
    parts = [describe(watches[:10_000])]
    for text in texts:
        costs = [engine_cost(watches[:size], warming, text.articles) for size in SIZES]
        parts.append(engine_table(text, costs))
    parts.insert(2, STAGES)
    text = corpus.cyrillic(texts[0])
    others = corpus.cyrillic(corpus.generated(WARMING, corpus.SEED + 8)).articles
    same = watchlist.cyrillic(watches)
    costs = [engine_cost(same[:size], others, text.articles) for size in SIZES]
    parts.append(engine_table(text, costs))
    parts.append("### Beside peers, same rules, same articles")
    parts.append(PEERS_NOTE)
    for size in SIZES:
        rows = [
            row
            for peer in PEERS
            if peer is not Hyperscan or size <= HYPERSCAN_LIMIT
            for row in beside(peer, watches[:size], warming)
        ]
        parts.append(f"#### {size:,} rules\n\n" + report.table(PEER_COLUMNS, rows))
        print(parts[-1], flush=True)
    report.write("matching", "Matching", "\n\n".join(parts))


def describe(watches: Sequence[Watch]) -> str:
    """Say what the rules are, as counted, not as intended."""
    kinds = [watch.kinds for watch in watches]
    return (
        f"Rules (first {len(watches):,} counted): "
        f"{mean([len(watch.clauses) for watch in watches]):.1f} clauses a rule, "
        f"{mean([sum(1 for _ in watch.terms) for watch in watches]):.1f} terms; of the rules "
        f"{100 * mean([watch.has_near for watch in watches]):.0f} % have a NEAR, "
        f"{100 * mean(['wildcard' in k for k in kinds]):.0f} % a wildcard, "
        f"{100 * mean(['fuzzy' in k for k in kinds]):.0f} % a fuzzy term, "
        f"{100 * mean([bool(watch.unwanted) for watch in watches]):.0f} % a NOT."
    )


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


STAGES = (
    "Aims: at most 2, 3, 6 and 30 times tokenising, and a growth of at most 12. They were set "
    r"when tokenising was an expression that finds word by word, like `\w+`; tokenising takes "
    "two thirds of that now, and matching does not wait for all of it: it needs no strings. "
    "Together is how a poll, catching up and a backtest have their articles matched (`match_all`)."
)


# --- the engine alone --------------------------------------------------------------------------


def engine_cost(
    watches: Sequence[Watch], warming: Sequence[Article], articles: Sequence[Article]
) -> Cost:
    """Measure new articles after `warming`, and the same ones again."""
    rules = watchlist.as_rules(watches)
    ruleset, compiling = timing.once(lambda: compile_rules(rules))
    run(ruleset, warming)
    verdicts, new = timing.once(lambda: run(ruleset, articles))
    count = len(articles)
    cost = Cost(
        rules=len(rules),
        compiling=compiling,
        share=sum(map(len, verdicts)) / count / len(rules),
        tokenising=timing.best(lambda: tokenise(articles)) / count,
        plainly=timing.best(lambda: find_words(articles)) / count,
        new=new / count,
        warm=timing.best(lambda: run(ruleset, articles)) / count,
        together=timing.best(lambda: run_together(ruleset, articles)) / count,
    )
    print(cost, flush=True)
    return cost


def run(ruleset: RuleSet, articles: Sequence[Article]) -> Verdicts:
    return [{match.rule for match in ruleset.match(article, NOW)} for article in articles]


def run_together(ruleset: RuleSet, articles: Sequence[Article]) -> Verdicts:
    together = ruleset.match_all((article, NOW) for article in articles)
    return [{match.rule for match in found} for found in together]


def tokenise(articles: Sequence[Article]) -> None:
    """Find words and paragraphs as the engine's rules have them."""
    for article in articles:
        for text in (article.title, article.body):
            tokens = tokenize(text)
            _ = tokens.words, tokens.paragraphs


def find_words(articles: Sequence[Article]) -> None:
    """Find words as plainly as Python can: no initials, no possessives, no folding."""
    for article in articles:
        _ = WORD.findall(article.title.lower()), WORD.findall(article.body.lower())


def engine_table(text: corpus.Corpus, costs: Sequence[Cost]) -> str:
    words = mean([len(tokenize(a.title)) + len(tokenize(a.body)) for a in text.articles])
    rows = [
        (
            f"{cost.rules:,}",
            f"{100 * cost.share:.3f} %",
            cost.tokenising * 1e6,
            cost.plainly * 1e6,
            cost.together * 1e6,
            cost.warm * 1e6,
            cost.together / cost.tokenising,
            cost.warm / cost.tokenising,
            cost.together / cost.plainly,
            cost.warm / cost.plainly,
            cost.new * 1e6,
            cost.compiling,
        )
        for cost in costs
    ]
    fewer, more = costs[1], costs[-1]
    growths = more.together / fewer.together, more.warm / fewer.warm
    columns = (
        "rules",
        "share that matches an article",
        "tokenising alone, µs",
        r"`\w+` alone, µs",
        "matching together, µs",
        "one by one, µs",
        "together, times tokenising",
        "one by one, times tokenising",
        r"together, times `\w+`",
        r"one by one, times `\w+`",
        f"new article after {WARMING:,} others, µs",
        "compiling, s",
    )
    return (
        f"### The engine, {text.name} texts ({len(text.articles):,}, {words:.0f} words each)\n\n"
        + report.table(columns, rows)
        + f"\n\nFrom {fewer.rules:,} to {more.rules:,} rules the cost of an article grows "
        f"{growths[0]:.1f}-fold together, {growths[1]:.1f}-fold one by one."
    )


# --- beside peers ------------------------------------------------------------------------------

PEER_COLUMNS = (
    "peer",
    "rules that it can express",
    "batch",
    "µs an article",
    "this engine on these rules, one by one, µs",
    "together, µs",
    "one by one faster by",
    "together faster by",
    "building, s",
    "articles checked: verdicts that differ",
)
PEERS_NOTE = (
    "Each peer runs the rules that it can express; the engine runs exactly these beside it, warm, "
    "one article at a time and many together. Every verdict on the articles measured is compared. "
    "Cannot be expressed:\n\n"
    + "\n".join(f"- {peer.name}: {peer.cannot}" for peer in PEERS)
    + "\n\nA batch of 1 is what a poll with one new article has; peers that index are shown at "
    "larger batches too. hyperscan is left out beyond 10,000 rules: compiling takes many minutes. "
    "A verdict that differs is one of `(vund OR ru) NEAR/8 (ru OR ru)`, which two peers find in a "
    "single `ru`."
)


def beside(
    peer: type[Peer], watches: Sequence[Watch], warming: Sequence[Article]
) -> list[tuple[object, ...]]:
    """Measure a peer, at each batch size if that matters to it, and the engine on its rules."""
    some = [watch for watch in watches if peer.can(watch)]
    articles = corpus.generated(max(BATCHES), corpus.SEED + 9).articles
    other, building = timing.once(lambda: peer(some))
    ruleset = compile_rules(watchlist.as_rules(some))
    run(ruleset, (*warming[:200], *articles))
    alone = timing.per_item(lambda part: run(ruleset, part), articles)
    together = timing.per_item(lambda part: run_together(ruleset, part), articles)
    rows: list[tuple[object, ...]] = []
    for batch in BATCHES if peer.batched else (1,):
        measured, theirs = peer_time(other, articles, batch)
        differing = sum(
            len(a ^ b)
            for a, b in zip(run(ruleset, measured), in_batches(other, measured, batch), strict=True)
        )
        rows.append(
            (
                peer.name,
                len(some),
                batch,
                theirs * 1e6,
                alone * 1e6,
                together * 1e6,
                f"{theirs / alone:.1f}×",
                f"{theirs / together:.1f}×",
                building,
                f"{len(measured)}: {differing}",
            )
        )
        print(rows[-1], flush=True)
    return rows


def in_batches(peer: Peer, articles: Sequence[Article], batch: int) -> Verdicts:
    verdicts: Verdicts = []
    for start in range(0, len(articles), batch):
        verdicts += peer.run(articles[start : start + batch])
    return verdicts


def peer_time(
    peer: Peer, articles: Sequence[Article], batch: int
) -> tuple[Sequence[Article], float]:
    """Return the articles that were taken and the seconds an article, about 15 s at most."""
    _, first = timing.once(lambda: peer.run(articles[:batch]))
    rounds = max(1, min(len(articles) // batch, int(5 / max(first, 1e-9))))
    taken = articles[: rounds * batch]
    again = 3 if first * rounds < 5 else 1
    return taken, timing.best(lambda: in_batches(peer, taken, batch), again) / len(taken)
