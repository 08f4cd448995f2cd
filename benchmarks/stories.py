"""Duplicates and same-event stories beside simpler ways, MinHash libraries, and what it costs.

Every way that needs a threshold gets the one that does best on the tuning halves; figures are of
the test halves, which nothing was tuned on. Halves are by a hash of the pair's id.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz

from benchmarks import report, timing
from benchmarks.pairs import DATA, Pair, agency_copies, desk_pairs, golden_pairs, planted
from benchmarks.peers.minhash import libraries
from monitor.model.article import Article
from monitor.model.story import Joined
from monitor.stories.extraction import features
from monitor.stories.fingerprint import fingerprint, resemblance
from monitor.stories.linking import MAX_CANDIDATES, Known, link
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features
from tests.stories.archive import Archive, week

NOW = datetime(2024, 1, 1, tzinfo=UTC)
LANGUAGES = ("en", "ru")


LOOKS = """
The test half of the golden pairs (25 pairs) was scored eight times, so its figures are no longer
those of data never seen. First look, threshold 0.54: 9 right, 4 false, 2 missed, precision 0.692,
recall 0.818, F1 0.750, behind the title ratio (0.833) and TF-IDF (0.769). Second look, 0.60 from
the tuning half alone: 9 right, 1 false, 2 missed, F1 0.857 (empty store 3 false, 0.783). Third
look, after stems were cut and short reports were asked less: the same, with an empty store 4 false
(0.750). Fourth, after weights, numbers and one threshold (0.50) were chosen on the tuning halves
here and below and on the two weeks: 10 right, 4 false, 1 missed, precision 0.714, recall 0.909,
F1 0.800, the same with an empty store. Then 0.55 was tried: 9 right, 4 false, 2 missed, and not
kept. The sixth came after the way to compare was changed to what reports tell first, its weights
and the threshold (0.60) chosen without the test half: 9 right, 3 false, 2 missed, F1 0.783, empty
store the same; the seventh after few words were given less weight: 9, 4 and 2, F1 0.750, empty
store 10, 4 and 1, F1 0.800; the eighth after templates were told apart, weights fitted anew
without it: what the table shows. The aim of F1 0.90 is not reached on this
half. Which test pairs are wrong was never looked at; their titles were seen before the halves were
divided. The held-out week was scored at the same moments: 11 right and 1 missed, 9 and 3, then 12
and 0, with no false merge at any.
"""

DESKS = """
All were written by the project, and every two reports of one language and half are compared; the
test half is one whose texts were kept apart (of it only figures were seen, also while the method
was chosen). desks.jsonl: 61 twos of events that are easily taken for one another, each told by two
desks in other words, short and different by intent. later_desks.jsonl: 12 twos of longer reports
in Russian and English whose twins share whole sentences of background. newsrooms.jsonl: 168
clusters of two or three events of one circle of people or one kind of event (392 events in all),
728 reports of 53 to 556 words, each event told by two newsrooms and its twin with the same names,
vocabulary and background: harder than what most days bring. Weights and threshold were fitted on
the tuning halves of all of these, of the golden pairs, and on the two weeks.
"""


# --- ways to decide ----------------------------------------------------------------------------

Score = Callable[[Sequence[Pair]], list[float]]


def exact_hash(pairs: Sequence[Pair]) -> list[float]:
    def digest(article: Article) -> bytes:
        return hashlib.sha256(" ".join(article.body.split()).encode()).digest()

    return [float(digest(pair.one) == digest(pair.two)) for pair in pairs]


def title_ratio(pairs: Sequence[Pair]) -> list[float]:
    def title(article: Article) -> str:
        return (article.title or " ".join(article.body.split()[:12])).casefold()

    return [fuzz.token_set_ratio(title(pair.one), title(pair.two)) / 100 for pair in pairs]


def tfidf_cosine(pairs: Sequence[Pair]) -> list[float]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - bench only

    texts = list({f"{a.title}\n{a.body}": None for p in pairs for a in (p.one, p.two)})
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    place = {text: at for at, text in enumerate(texts)}
    return [
        float(
            vectors[place[f"{p.one.title}\n{p.one.body}"]]
            .multiply(vectors[place[f"{p.two.title}\n{p.two.body}"]])
            .sum()
        )
        for p in pairs
    ]


def this_program(pairs: Sequence[Pair], kinds: frozenset[Joined], *, counted: bool) -> list[float]:
    """Return 1 where `link` joins the second article to the first, in one of these ways.

    `counted`: the store has seen the pairs' articles (unlabelled) before; else it is empty.
    """
    made: dict[int, Features] = {}
    for pair in pairs:
        for article in (pair.one, pair.two):
            if id(article) not in made:
                made[id(article)] = features(article)
    counts = Counter(term for one in made.values() for term in one.terms)
    rarity = Rarity(len(made), counts) if counted else Rarity()
    joined = []
    for pair in pairs:
        there = Known(article=1, story=1, at=NOW, features=made[id(pair.one)], text=1, founder=True)
        joined.append(float(link(made[id(pair.two)], NOW, [there], rarity).joined in kinds))
    return joined


# --- figures -----------------------------------------------------------------------------------


def judged(pairs: Sequence[Pair], yes: Sequence[bool]) -> tuple[int, int, int]:
    """Return true merges, false merges, and missed ones."""
    good = sum(pair.same and said for pair, said in zip(pairs, yes, strict=True))
    return good, sum(yes) - good, sum(pair.same for pair in pairs) - good


def precision_recall_f1(good: int, false: int, missed: int) -> tuple[str, str, str]:
    precision = good / (good + false) if good + false else float("nan")
    recall = good / (good + missed) if good + missed else float("nan")
    f1 = 2 * good / (2 * good + false + missed) if good else 0.0
    return f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"


def best_threshold(groups: Iterable[tuple[Sequence[Pair], Sequence[float]]]) -> float:
    """Return the threshold with the best F1 over the tuning halves; of equals the highest."""
    scored = [
        (score, pair.same)
        for pairs, scores in groups
        for pair, score in zip(pairs, scores, strict=True)
        if pair.half == "tune"
    ]
    positive = sum(same for _, same in scored)

    def f1(threshold: float) -> float:
        good = sum(same for score, same in scored if score >= threshold)
        said = sum(score >= threshold for score, _ in scored)
        return 2 * good / (said + positive) if said + positive else 0.0

    return max(sorted({score for score, _ in scored if score > 0}), key=lambda at: (f1(at), at))


def compare(sets: dict[str, list[Pair]], mine: dict[str, Score]) -> str:
    """Return the table of all ways over these sets: the test half of each."""
    rows: list[list[object]] = []
    plain: dict[str, Score] = {
        "exact hash of the text": exact_hash,
        "title token_set_ratio": title_ratio,
        "TF-IDF cosine": tfidf_cosine,
    }
    for name, score in (plain | mine).items():
        scores = {label: score(pairs) for label, pairs in sets.items()}
        threshold = (
            1.0
            if name in mine or score is exact_hash
            else best_threshold((pairs, scores[label]) for label, pairs in sets.items())
        )
        for half in ("test", "tune"):
            for label, pairs in sets.items():
                at = [place for place, pair in enumerate(pairs) if pair.half == half]
                if not at:
                    continue
                chosen = [pairs[place] for place in at]
                found = judged(chosen, [scores[label][place] >= threshold for place in at])
                shown = f"{name} (≥ {threshold:.2f})" if threshold < 1 else name
                rows.append([shown, label, half, *found, *precision_recall_f1(*found)])
    rows.sort(key=lambda row: (row[1], row[2] != "test"))
    columns = ("way", "data", "half", "right", "false", "missed", "precision", "recall", "F1")
    return report.table(columns, rows)


def weeks() -> str:
    """Return how the invented weeks were clustered online, in order of publication."""
    rows: list[list[object]] = []
    for name, label in (
        ("held_out_week", "held-out week"),
        ("week", "week used for tuning"),
        ("development_week", "week of traps, used for tuning"),
    ):
        for documents in (0, 1_000_000):
            archive = Archive(documents=documents)
            told = week(name)
            ids = [archive.add(one.article) for one in told]
            good = false = missed = 0
            for (one, a), (two, b) in combinations(zip(told, ids, strict=True), 2):
                same = archive.known[a].story == archive.known[b].story
                belongs = one.story == two.story
                good += same and belongs and one.article.lang == two.article.lang
                false += same and not belongs
                missed += not same and belongs and one.article.lang == two.article.lang
            counts = [
                len(told),
                len({(o.story, o.article.lang) for o in told}),
                good,
                false,
                missed,
            ]
            store = "empty" if not documents else "of 1,000,000"
            rows.append([label, store, *counts, *precision_recall_f1(good, false, missed)])
    columns = ("data", "store", "articles", "stories", "right", "false", "missed")
    return report.table((*columns, "precision", "recall", "F1"), rows)


def _all(work: Callable[[Any], object], items: Sequence[Any]) -> None:
    for item in items:
        work(item)


def costs(pairs: dict[str, list[Pair]]) -> str:
    """Return milliseconds and bytes an article."""
    rows: list[list[object]] = []
    for lang in LANGUAGES:
        articles = []
        for pair in pairs[lang]:
            articles += [pair.one, pair.two]
        words = [len(article.body.split()) for article in articles]
        each = timing.best(partial(_all, features, articles)) / len(articles)
        stored = [features(article).to_bytes() for article in articles]
        read = timing.best(partial(_all, Features.from_bytes, stored)) / len(stored)
        rows.append(
            [
                lang,
                statistics.mean(words),
                each * 1e3,
                each * 1e3 * 400 / statistics.mean(words),
                statistics.mean(map(len, stored)),
                read * 1e6,
            ]
        )
    columns = ("features", "words", "ms", "ms at 400 words", "bytes stored", "read back, µs")
    text = report.table(columns, rows)
    everything = [article for lang in LANGUAGES for p in pairs[lang] for article in (p.one, p.two)]
    known = [
        Known(article=number, story=number, at=NOW, features=features(article), text=number)
        for number, article in enumerate(everything)
    ]
    alike = [
        Known(article=n, story=n, at=NOW, features=known[0].features, text=n)
        for n in range(MAX_CANDIDATES)
    ]
    mine = known[0].features
    one, two = known[0].features.print.shingles, known[1].features.print.shingles
    sizes = (("110 candidates of other stories", known), ("64 that are all alike", alike))
    rows = [
        [f"link: {name}", timing.best(partial(link, mine, NOW, some, Rarity()), 20) * 1e3]
        for name, some in sizes
    ]
    rows.append(["compare two sets of shingles", timing.best(lambda: resemblance(one, two)) * 1e3])
    vocabulary = [f"word{number}" for number in range(5_000)]
    chance = random.Random(1)
    text400 = chance.choices(vocabulary, k=400)
    rows.append(["fingerprint of 400 words", timing.best(lambda: fingerprint(text400), 50) * 1e3])
    big = Article(title="x", body=" ".join(chance.choices(vocabulary, k=1_500_000)))
    rows.append(["features of a 13 MB text", timing.best(lambda: features(big), 2) * 1e3])
    return text + "\n\n" + report.table(("step", "ms"), rows)


def invented() -> dict[str, list[Pair]]:
    """Return the invented reports by set and language."""
    sets = {f"desks {lang}": desk_pairs(lang) for lang in ("ru", "uk", "en")}
    later = {f"later desks {lang}": desk_pairs(lang, "later_desks") for lang in LANGUAGES}
    rooms = {f"newsrooms {lang}": desk_pairs(lang, "newsrooms") for lang in ("en", "ru", "uk")}
    return sets | later | rooms


def main() -> None:
    """Measure everything and write the section; without the shared data, say so and stop."""
    if not (DATA / "pairs").exists():
        print(f"no data in {DATA}: the section on stories stays as it is", file=sys.stderr)
        return
    pairs = {lang: golden_pairs(lang) for lang in LANGUAGES}
    joins = frozenset({Joined.COPY, Joined.SAME_EVENT})
    copies = frozenset({Joined.COPY})
    same_story: dict[str, Score] = {
        "this program": lambda some: this_program(some, joins, counted=True),
        "this program, empty store": lambda some: this_program(some, joins, counted=False),
    }
    duplicates: dict[str, Score] = {
        "this program (copies only)": lambda some: this_program(some, copies, counted=True)
    }
    both = {"en": pairs["en"], "ru": pairs["ru"], "en + ru": pairs["en"] + pairs["ru"]}
    sections = [
        "### Same story: golden pairs",
        LOOKS.strip(),
        compare(both, same_story),
        "### Same story: invented events as two desks report them",
        DESKS.strip(),
        compare(invented(), same_story),
        "### Same story: an invented week of one country, clustered online",
        weeks(),
        "### Duplicates: five planted ones among 100 articles; copies as papers print them",
        compare(
            {
                "near_dup": planted(),
                "agency copies": agency_copies(pairs["en"] + pairs["ru"]),
            },
            duplicates,
        ),
        "### MinHash libraries",
        libraries(),
        "### Cost",
        costs(pairs),
    ]
    text = "\n\n".join(sections)
    print(text)
    report.write("stories", "Stories", text)


if __name__ == "__main__":
    main()
