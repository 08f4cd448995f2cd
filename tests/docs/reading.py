"""What the documents say, taken apart: code blocks, commands, links, headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language (empty for none) and what it holds."""

    language: str
    text: str


def blocks(text: str) -> list[Block]:
    return [Block(found[1], found[2]) for found in _BLOCK.finditer(text)]


def links(text: str) -> list[str]:
    return _LINK.findall(_BLOCK.sub("", text))


def anchors(text: str) -> set[str]:
    """Return the names that GitHub gives to the headings of a document."""
    titles = (re.sub(r"[`*]", "", title) for title in _HEADING.findall(_BLOCK.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(text: str) -> Iterator[list[str]]:
    """Yield the arguments of every `monitor …` in code, in blocks of the shell and in lines."""
    for block in blocks(text):
        if block.language in {"sh", "bash", "console"}:
            for line in block.text.splitlines():
                yield from _of_line(line)
    for code in _INLINE.findall(_BLOCK.sub("", text)):
        if code.startswith("monitor "):
            yield from _of_line(code)


def _of_line(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line.replace("\\|", "|"), posix=True, punctuation_chars=True)
    lexer.commenters = "#"
    lexer.whitespace_split = True
    words: list[str] = []
    for token in [*lexer, ";"]:
        if set(token) <= set("();<>|&"):
            if words and words[0] in {"monitor", ".venv/bin/monitor"}:
                yield words[1:]
            words = []
        else:
            words.append(token)
