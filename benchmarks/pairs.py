"""Pairs of articles with answers: golden ones, invented ones, copies made by a fixed seed."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from monitor.model.article import Article
from tests.stories.archive import desks

DATA = Path(__file__).parents[2] / "shared" / "data"
PASSAGE = "Read more about it in our evening edition and on our channel"


@dataclass(frozen=True)
class Pair:
    """Two articles and whether they tell of one thing."""

    half: str
    one: Article
    two: Article
    same: bool


def half_of(id: str) -> str:
    return "test" if hashlib.sha256(id.encode()).digest()[0] & 1 else "tune"


def golden_pairs(lang: str) -> list[Pair]:
    csv.field_size_limit(10**9)
    pairs = []
    with (DATA / "pairs" / f"{lang}_train_pool.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            urls = f"{row['INPUT:first_url']} {row['INPUT:second_url']}"
            one, two = (
                Article(
                    title=row[f"INPUT:{which}_title"].strip('"').replace('""', '"'),
                    body=row[f"INPUT:{which}_text"].strip('"').replace('""', '"'),
                    url=row[f"INPUT:{which}_url"],
                    lang=lang,
                )
                for which in ("first", "second")
            )
            half = half_of(row.get("TASK:id") or urls)
            pairs.append(Pair(half, one, two, row["GOLDEN:quality"] == "OK"))
    return pairs


def planted() -> list[Pair]:
    """Return all pairs of near_dup: five are planted duplicates. Nothing is tuned on them."""
    articles = {}
    for line in (DATA / "near_dup" / "articles_100.train").read_text("utf-8").splitlines():
        id, text = line.split(" ", 1)
        articles[id] = Article(title="", body=text.strip(), lang="en")
    truth = {
        frozenset(line.split())
        for line in (DATA / "near_dup" / "articles_100.truth").read_text("utf-8").splitlines()
    }
    return [
        Pair("test", articles[one], articles[two], frozenset((one, two)) in truth)
        for one, two in combinations(articles, 2)
    ]


def agency_copies(pairs: Sequence[Pair]) -> list[Pair]:
    """Return each article beside a copy as papers print it, and beside the copies of others.

    A copy loses one word in thirty, its headline (the first words of its last sentence stand in)
    and either its last third, or gains a passage; by a fixed seed. Articles that are of one story
    anyway are not paired as different.
    """
    chance = random.Random(20241125)
    made: list[tuple[str, Article, Article]] = []
    for pair in pairs:
        for article in (pair.one, pair.two):
            words = [word for word in article.body.split(" ") if chance.random() > 1 / 30]
            if chance.random() < 0.5:
                words = words[: len(words) * 2 // 3]
            else:
                words += PASSAGE.split()
            tail = article.body.rsplit(". ", 2)[-1].split()[:7]
            copy = replace(article, title=" ".join(tail), body=" ".join(words), url=None)
            made.append((pair.half, article, copy))
    found = [Pair(half, article, copy, same=True) for half, article, copy in made]
    together = {(pair.one.body, pair.two.body) for pair in pairs if pair.same}
    for (half, one, _), (other_half, two, copy) in combinations(made, 2):
        if half == other_half and one.body != two.body and (one.body, two.body) not in together:
            found.append(Pair(half, one, copy, same=False))
    return found


def desk_pairs(lang: str, name: str = "desks") -> list[Pair]:
    """Return every two invented reports of one language and half.

    The half kept apart is the test half; of `later_desks` none was kept.
    """
    told = [report for report in desks(name) if report.article.lang == lang]
    later = name == "later_desks"
    return [
        Pair(
            "test" if one.half == "kept" and not later else "tune",
            one.article,
            two.article,
            one.event == two.event,
        )
        for one, two in combinations(told, 2)
        if later or one.half == two.half
    ]
