"""Markdown with front matter becomes an article in plain text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.articles.markdown import read_markdown
from monitor.articles.plain import BINARY, NO_TEXT
from monitor.model.article import Article
from monitor.model.source import Refusal

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus_drw"

POST = """\
---
title: "Curfew: what we know"
date: 2022-01-06T08:30:00+06:00
authors: [Aigerim, Timur]
tags: [curfew, 012]
lang: en-GB
url: https://example.org/curfew
---
# What we know

Police *fired* on `x < y` [protesters](https://example.org/a) at
the residence.\\
Then fled.

- one
- two &amp; <b>three</b>

| a | b |
|---|---|
| c | d |

    indented code

<div>A block</div>

![a picture](p.png)
"""


def article(text: str) -> Article:
    found = read_markdown(text.encode(), "a.md", lang="en")
    assert isinstance(found, Article)
    return found


def test_front_matter_gives_the_facts_and_the_text_loses_its_marks():
    found = article(POST)
    assert found.title == "Curfew: what we know"
    assert found.published == datetime(2022, 1, 6, 2, 30, tzinfo=UTC)
    assert found.author == "Aigerim, Timur"
    assert found.tags == ("curfew", "012")
    assert found.lang == "en"
    assert found.url == "https://example.org/curfew"
    assert found.body.split("\n\n") == [
        "What we know",
        "Police fired on x < y protesters at the residence. Then fled.",
        "one",
        "two & three",
        "a",
        "b",
        "c",
        "d",
        "indented code",
        "A block",
    ]


def test_without_a_title_the_first_heading_is_it():
    found = article("# Government resigns\n\nIt did so today.\n\n# More\n")
    assert (found.title, found.body) == ("Government resigns", "It did so today.\n\nMore")


def test_without_a_heading_the_first_sentence_is_the_title():
    found = article("---\nauthor: me\ntags: a, b ,\nlanguage: ru\n---\nIt did. So today.")
    assert (found.title, found.author, found.tags) == ("It did.", "me", ("a", "b"))
    assert found.lang == "ru"


def test_a_heading_that_repeats_the_title_is_not_said_twice():
    found = article("---\ntitle: Curfew\n---\n# Curfew\n\nText.")
    assert (found.title, found.body) == ("Curfew", "Text.")


@pytest.mark.parametrize(
    ("front", "note"),
    [
        ("title: [", "front matter is not YAML, line 3: left out"),
        ("- a list", "front matter is no mapping: left out"),
        ("!!python/object:os.system x", "front matter is no mapping: left out"),
        ("", None),
        ("title: {a: b}\ntags: {a: b}\nauthor: [[x]]\nurl: /relative\ndate: soon", None),
    ],
)
def test_front_matter_that_cannot_be_used_costs_no_article(front: str, note: str | None):
    found = article(f"---\n{front}\n---\nText here.")
    assert (found.title, found.body) == ("Text here.", "Text here.")
    assert found.notes == ((note,) if note else ())
    assert (found.url, found.author, found.tags, found.published) == (None, "", (), None)


def test_a_front_matter_bomb_is_not_expanded():
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    found = article("---\n" + "\n".join(levels) + "\ntitle: Still read\n---\nText.")
    assert found.title == "Still read"


def test_no_text_and_no_characters_are_refused():
    assert read_markdown(b"---\ndate: 2022-01-06\n---\n\n", "a.md") == Refusal("a.md", NO_TEXT)
    assert read_markdown(b"\0\1\2\3", "a.md") == Refusal("a.md", BINARY)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the blog posts are not here")
def test_real_posts_have_title_date_and_language():
    for file in sorted(CORPUS.glob("*.md")):
        found = read_markdown(file.read_bytes(), file.name)
        assert isinstance(found, Article), file
        assert found.title, file
        assert found.published is not None, file
        assert found.notes == (), file
        assert found.lang == "en" or len(found.body) < 200, file
        assert "](" not in found.body, file
