# ruff: noqa: INP001 - a script beside the documents, no package
"""Draw docs/alert.svg: what the terminal shows when the shipped rules read the shipped seed.

Run `.venv/bin/python docs/picture.py [FILE]`.
"""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from monitor.articles.plain import read_text
from monitor.matching import compile_rules
from monitor.model.alert import Alert, AlertContent, AlertItem, AlertKind
from monitor.model.article import StoredArticle
from monitor.model.hit import Hit
from monitor.model.source import Refusal
from monitor.notify.console import ConsoleWriter
from monitor.notify.render import TERMINAL, render
from monitor.rules import load_rules

ROOT = Path(__file__).parents[1]
SEED = "seeds/000_4e3ab1504b592172.txt"
SHOWN = ("csto-deployment", "internet-blackout")
NOW = datetime(2022, 1, 6, 9, 30, tzinfo=UTC)


def draw() -> str:
    """Return the picture."""
    article = read_text((ROOT / SEED).read_bytes(), SEED)
    if isinstance(article, Refusal):
        raise SystemExit(f"{SEED}: {article.reason}")
    article = replace(article, source="seeds")
    stored = StoredArticle(id=1, article=article, first_seen=NOW, revision=1, story=1)
    book = load_rules(ROOT / "rules", sources=None, channels=None)
    console = Console(
        record=True,
        width=92,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    writer = ConsoleWriter(io.StringIO(), console)
    found = {match.rule: match for match in compile_rules(book.rules).match(article, NOW)}
    for number, name in enumerate(SHOWN, start=1):
        match = found[name]
        hit = Hit(
            id=number,
            article=1,
            rule=match.rule,
            version=match.version,
            title=next(rule.title for rule in book.rules if rule.id == name),
            level=match.level,
            tags=match.tags,
            evidence=match.evidence,
            revision=1,
            at=NOW,
        )
        alert = Alert(
            id=f"{number:032x}",
            channel="console",
            kind=AlertKind.HIT,
            level=match.level,
            hits=(number,),
            created=NOW,
            due=NOW,
        )
        writer.write(render(AlertContent(alert, (AlertItem(hit, stored),)), TERMINAL, NOW).text)
    drawn = console.export_svg(title="monitor run --once", theme=MONOKAI, unique_id="alert")
    # A picture loads nothing from elsewhere: the viewer's own monospaced font does.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    return drawn.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "alert.svg").write_text(
        draw(), encoding="utf-8"
    )
