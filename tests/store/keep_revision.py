"""Keep a database of the present revision for the tests of later ones.

`python -m tests.store.keep_revision`, once, when a revision is released (and again as long as it
is not); the file is never changed afterwards.
"""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import replace
from pathlib import Path

from monitor.model.alert import DeliveryOutcome
from monitor.model.article import Article
from monitor.model.hit import Evidence, Match, Review
from monitor.model.rule import Level
from monitor.model.source import Refusal, SourceState
from monitor.model.story import Joined, StoryLink
from monitor.store import open_store, upgrade
from monitor.store.schema import HEAD
from monitor.stories.extraction import features
from tests.conformance.making import (
    NOW,
    alert,
    article,
    at,
    attempt,
    hold,
    new_alert,
    plan,
    rule,
    told,
)

FOLDER = Path(__file__).parents[1] / "data" / "databases"
CSTO = Article(
    title="Миротворцы ОДКБ прибыли в Алматы",
    body="The CSTO sent peacekeepers.\n\nPresident Tokayev had asked for them.",
    source="tass",
    source_tags=("wire",),
    url="https://tass.example/1",
    published=at(-60),
    lang="ru",
    tags=("security",),
)


def fill(url: str) -> None:
    """Put one of everything into an empty database."""
    upgrade(url)
    store = open_store(url)
    of = rule("csto", level=Level.HIGH, tags=("security",), text="id: csto\nmatch: CSTO\n")
    store.keep_rules([of], NOW)
    with store.writing() as writing:
        id = writing.add_article(CSTO, ["url:1"], "hash", now=NOW, late=False)
        found = features(CSTO)
        link = StoryLink(story=None, joined=Joined.OPENED, score=0, detail="nothing like it")
        writing.rarity(found.terms)
        writing.join_story(id, found, found.terms[:12], link, at=at(-60), title=CSTO.title)
        passage = Evidence("body", 4, 8, "CSTO", "case:CSTO")
        match = Match(of.id, of.version, of.level, of.tags, (passage,))
        writing.add_hits(id, 1, [match], {of.id: of}, now=NOW, edit=False)
        writing.add_revision(id, article("Changed", source="tass"), [], "hash2", now=at(5))
        writing.add_sighting(
            id, replace(CSTO, url="https://tass.example/2"), "same text", now=at(3)
        )
        other = writing.add_article(article("Other"), ["url:2"], "hash3", now=NOW, late=True)
        writing.add_hits(other, 1, [match], {of.id: of}, now=NOW, edit=False)
        writing.save_source(SourceState(source="tass", due=at(10), etag='W/"1"', articles=1))
        writing.save_file("seeds", "/seeds/1.txt", "12:34")
        writing.add_refusals("tass", [Refusal("item 3", "no text")], NOW)
    first, second = (candidate.hit for candidate in store.candidates(NOW, 9))
    (made,) = store.commit_plan(
        plan(
            new_alert(first, group="story:1"),
            told(first, group="story:1"),
            hold(second, at(600)),
        ),
        NOW,
    )
    failed = attempt(made, outcome=DeliveryOutcome.RETRY, detail="451 later")
    store.record(failed, retry_at=at(1), dead=False)
    store.enqueue(alert("notice", text="Disk full"))
    store.add_silence(rule="x*", tags=["t"], start=NOW, end=at(60), comment="drill")
    store.review([first], Review.ACKNOWLEDGED, at(2))
    store.note(first, "seen")
    store.tell("source:tass", "bad", None, NOW)
    store.close()


def main() -> None:
    """Write the file of the present revision."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fill(f"sqlite:///{folder}/kept.db")
        copy = open_store(f"sqlite:///{folder}/kept.db")
        copy.backup(Path(folder, "copy.db"))
        copy.close()
        data = Path(folder, "copy.db").read_bytes()
    (FOLDER / f"{HEAD}.db.gz").write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    main()
