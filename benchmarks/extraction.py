"""Which text is taken from article pages: 39 pages with passages that must and must not be in it.

Beside `read_page` stand trafilatura's own modes, and all visible text of the page. The pages are
in ../shared/data/extraction; without them nothing is measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from trafilatura import bare_extraction

from benchmarks import report
from monitor.articles.encoding import decode, html_encoding
from monitor.articles.html import read_page
from monitor.articles.prose import html_paragraphs

PAGES = Path(__file__).parents[2] / "shared" / "data" / "extraction"


def trafilatura(**options: bool) -> Callable[[str], str]:
    def extract(page: str) -> str:
        found = bare_extraction(page, include_comments=False, **options)
        return getattr(found, "text", None) or ""

    return extract


WAYS: dict[str, Callable[[str], str]] = {
    "monitor: read_page": lambda page: "\n".join(read_page(page).paragraphs),
    "trafilatura": trafilatura(),
    "trafilatura, fast": trafilatura(fast=True),
    "trafilatura, for recall": trafilatura(favor_recall=True),
    "trafilatura, for precision": trafilatura(favor_precision=True),
    "all visible text": lambda page: "\n".join(html_paragraphs(page)),
}


def row(name: str, extract: Callable[[str], str]) -> tuple[object, ...]:
    right = missed = wrong = 0
    seconds = 0.0
    gold = json.loads((PAGES / "gold.json").read_text(encoding="utf-8"))
    for page in gold.values():
        data = (PAGES / page["file"]).read_bytes()
        decoded = decode(data, html_encoding(data))
        assert decoded is not None
        start = time.perf_counter()
        text = " ".join(extract(decoded.text).split())
        seconds += time.perf_counter() - start
        there = [" ".join(passage.split()) in text for passage in page["with"]]
        right, missed = right + sum(there), missed + len(there) - sum(there)
        wrong += sum(" ".join(passage.split()) in text for passage in page["without"])
    recall, precision = right / (right + missed), right / max(1, right + wrong)
    return (
        name,
        f"{100 * recall:.1f} %",
        f"{100 * precision:.1f} %",
        round(2 * recall * precision / (recall + precision), 3),
        1_000 * seconds / len(gold),
    )


def main() -> None:
    if not PAGES.is_dir():
        print("the pages are not here")
        return
    WAYS["trafilatura"]("<p>loads what it needs</p>")
    rows = [row(name, extract) for name, extract in WAYS.items()]
    text = report.table(("way", "recall", "precision", "F1", "ms a page"), rows)
    report.write("extraction", "Text of article pages", text)
    print(text)


if __name__ == "__main__":
    main()
