"""A file is read as its name says."""

from __future__ import annotations

import pytest

from monitor.articles.documents import MAX_DOCUMENT, document_kind, read_document
from monitor.articles.plain import NO_TEXT
from monitor.model.article import Article
from monitor.model.source import Refusal


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"Curfew in Almaty."),
        ("A.TXT.GZ", b"Curfew in Almaty."),
        ("a.md", b"Curfew in *Almaty*."),
        ("a.html", b"<p>Curfew in Almaty.</p>"),
        ("a.htm", b"<p>Curfew in Almaty.</p>"),
        ("a.json", b'{"text": "Curfew in Almaty."}'),
        ("a.jsonl", b'{"text": "Curfew in Almaty."}\n'),
    ],
)
def test_each_kind_of_file_gives_its_article(name: str, data: bytes):
    (found,) = read_document(data, name, lang="kk")
    assert isinstance(found, Article)
    assert (found.body, found.lang, found.path) == ("Curfew in Almaty.", "kk", name)


def test_other_files_are_refused_with_what_is_read():
    assert document_kind("a.pdf") is None
    (found,) = read_document(b"%PDF", "a.pdf")
    assert isinstance(found, Refusal)
    assert ".jsonl" in found.reason


def test_an_empty_file_is_refused():
    assert list(read_document(b" \n", "a.txt")) == [Refusal("a.txt", NO_TEXT)]


def test_a_file_too_large_is_refused_unless_it_is_read_by_lines():
    data = b"x" * (MAX_DOCUMENT + 1)
    assert list(read_document(data, "a.txt")) == [
        Refusal("a.txt", "is too large: more than 10,000,000 bytes; divide it")
    ]
    lines = b'{"text": "' + b"word " * 30_000 + b'"}\n'
    found = list(read_document(lines * 70, "a.jsonl", lang="en"))
    assert len(found) == 70
    assert all(isinstance(item, Article) for item in found)
