"""A folder is read file by file; nothing in it is lost silently, nothing is read twice."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from monitor.articles.documents import MAX_DOCUMENT
from monitor.articles.plain import BINARY, NO_TEXT
from monitor.model.article import Article
from monitor.model.source import FileRead, Poll, PollItem, PollOutcome, Refusal, Source, SourceKind
from monitor.sources import Reader
from tests.sources.server import Files, fresh

NOW = datetime(2022, 1, 6, 12, tzinfo=UTC)


class Corpus:
    """A folder, its source, and polls of it whose files are remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = Source(
            id="seeds", kind=SourceKind.CORPUS, path=folder, lang="en", tags=("archive",)
        )
        self.files = Files()
        self.reader = Reader(files=self.files)

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def poll(self) -> Poll:
        return self.reader.poll(self.source, fresh(self.source), NOW)

    def items(self) -> list[PollItem]:
        items = list(self.poll().items)
        for item in items:
            if isinstance(item, FileRead):
                self.files.signatures["seeds", item.path] = item.signature
        return items

    def told(self) -> list[tuple[str, str]]:
        """Return what the next poll gives, in short: the file, and a title or a reason."""
        told = []
        for item in self.items():
            if isinstance(item, Article):
                told.append((Path(item.path or "").name, item.title))
            elif isinstance(item, Refusal):
                told.append((Path(item.where).name, item.reason))
        return told


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    made = Corpus(tmp_path / "corpus")
    made.folder.mkdir()
    yield made
    made.reader.close()


def test_every_kind_of_file_is_read_in_every_folder(corpus: Corpus):
    corpus.write("a.txt", "A text.")
    corpus.write("b.md", "# A heading\n\nBody.")
    corpus.write("deep/er/c.html", "<p>A page.</p>")
    corpus.write("d.json", '[{"text": "One."}, {"text": "Two."}]')
    corpus.write("e.jsonl", '{"text": "Three."}\n{"text": "Four."}\n')
    corpus.write("f.txt.gz", gzip.compress(b"A packed text."))
    corpus.write("g.jsonl.gz", gzip.compress(b'{"text": "Packed line."}'))
    corpus.write("ignored.pdf", b"%PDF")
    corpus.write(".hidden.txt", "No.")
    corpus.write(".git/x.txt", "No.")
    assert corpus.told() == [
        ("a.txt", "A text."), ("b.md", "A heading"), ("d.json", "One."), ("d.json", "Two."),
        ("e.jsonl", "Three."), ("e.jsonl", "Four."), ("f.txt.gz", "A packed text."),
        ("g.jsonl.gz", "Packed line."), ("c.html", "A page."),
    ]  # fmt: skip


def test_articles_are_the_sources_own_and_a_file_is_remembered_after_them(corpus: Corpus):
    path = corpus.write("a.jsonl", '{"text": "x", "source": "wire", "tags": ["t"]}')
    article, read = corpus.items()
    assert isinstance(article, Article)
    assert (article.source, article.source_tags) == ("seeds", ("archive",))
    assert (article.tags, article.lang, article.path) == (("t", "wire"), "en", str(path))
    assert isinstance(read, FileRead)
    assert read.path == str(path)


def test_only_new_and_changed_files_are_read_again(corpus: Corpus):
    corpus.write("a.txt", "One.")
    path = corpus.write("b.txt", "Two.")
    assert len(corpus.told()) == 2
    unchanged = corpus.poll()
    assert (unchanged.outcome, list(unchanged.items)) == (PollOutcome.UNCHANGED, [])
    corpus.write("c.txt", "Three.")
    os.utime(path, ns=(1, 1))
    assert corpus.told() == [("b.txt", "Two."), ("c.txt", "Three.")]


def test_a_poll_of_a_folder_is_a_success_and_due_again(corpus: Corpus):
    corpus.write("a.txt", "One.")
    poll = corpus.poll()
    assert poll.outcome is PollOutcome.READ
    assert (poll.state.last_success, poll.state.due) == (NOW, NOW + timedelta(minutes=15))


def test_a_single_file_may_be_the_corpus(corpus: Corpus):
    path = corpus.write("x/a.txt", "One.")
    corpus.source = replace(corpus.source, path=path)
    assert corpus.told() == [("a.txt", "One.")]


def test_a_missing_folder_is_a_failure_that_names_it(corpus: Corpus):
    corpus.source = replace(corpus.source, path=corpus.folder / "gone")
    poll = corpus.poll()
    assert poll.outcome is PollOutcome.FAILED
    assert poll.state.last_error == (
        f"{corpus.folder}/gone does not exist: `path` names a folder of articles, or one file"
    )
    corpus.source = replace(corpus.source, path=None)
    assert corpus.poll().outcome is PollOutcome.FAILED


def test_what_holds_no_article_is_refused_once_and_the_rest_is_read(corpus: Corpus):
    corpus.write("binary.txt", bytes(range(256)) * 9)
    corpus.write("broken.txt.gz", b"this is no gzip")
    corpus.write("cut.txt.gz", gzip.compress(b"words " * 999)[:-9])
    corpus.write("empty.txt", b"")
    corpus.write("good.txt", "Good.")
    corpus.write("lines.jsonl", '{"text": "One."}\nbroken\n\n{"text": "Two."}')
    corpus.write("none.jsonl", "\n\n")
    assert corpus.told() == [
        ("binary.txt", BINARY),
        ("broken.txt.gz",
         "is no gzip file that can be unpacked: Error -3 while decompressing data: incorrect "
         "header check"),
        ("cut.txt.gz", "is no gzip file that can be unpacked: it ends too early"),
        ("empty.txt", NO_TEXT),
        ("good.txt", "Good."),
        ("lines.jsonl", "One."),
        ("lines.jsonl:2", "is not JSON: Expecting value at line 1 column 1"),
        ("lines.jsonl", "Two."),
        ("none.jsonl", NO_TEXT),
    ]  # fmt: skip
    assert corpus.told() == []


def test_a_file_that_is_too_large_is_not_even_opened(corpus: Corpus):
    path = corpus.write("huge.txt", b"")
    os.truncate(path, 200_000_000)
    corpus.write("bomb.txt.gz", gzip.compress(bytes(MAX_DOCUMENT + 1)))
    tracemalloc.start()
    try:
        assert corpus.told() == [
            ("bomb.txt.gz", "is too large: more than 10,000,000 bytes unpacked"),
            ("huge.txt", "is too large: 200,000,000 bytes, at most 10,000,000 are read"),
        ]
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_cannot_be_opened_is_tried_again(corpus: Corpus):
    path = corpus.write("a.txt", "One.")
    target = corpus.folder / "target"
    (corpus.folder / "dangling.txt").symlink_to(target)
    corpus.write("z.txt", "Last.")
    assert corpus.told() == [
        ("dangling.txt", "cannot be read: No such file or directory"),
        ("a.txt", "One."),
        ("z.txt", "Last."),
    ]
    target.write_text("It came.")
    path.unlink()
    assert corpus.told() == [("dangling.txt", "It came.")]


def test_a_file_that_vanishes_between_listing_and_reading_is_said(corpus: Corpus):
    path = corpus.write("a.txt", "One.")
    items = corpus.poll().items
    path.unlink()
    assert list(items) == [Refusal(str(path), "cannot be read: No such file or directory")]


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_file_that_changes_while_it_is_read_is_read_again(corpus: Corpus, name: str):
    path = corpus.write(name, '{"text": "One."}')
    items = corpus.poll().items
    corpus.write(name, '{"text": "One and more."}')
    *before, last = items
    assert last == Refusal(
        str(path), "changed while it was read; it is read again by the next poll"
    )
    # What is read whole gives nothing that may be half of it.
    assert len(before) == (name == "a.jsonl")
    assert len(corpus.told()) == 1
    assert corpus.told() == []


def test_pipes_and_folders_named_like_articles_block_nobody(corpus: Corpus):
    os.mkfifo(corpus.folder / "pipe.txt")
    (corpus.folder / "folder.txt").mkdir()
    assert corpus.told() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_folder_that_cannot_be_read_is_said(corpus: Corpus):
    corpus.write("locked/a.txt", "One.")
    (corpus.folder / "locked").chmod(0)
    try:
        assert corpus.told() == [("locked", "cannot be read: Permission denied")]
    finally:
        (corpus.folder / "locked").chmod(0o700)


def test_a_million_lines_stream_in_constant_memory(corpus: Corpus):
    line = json.dumps({"title": "T", "text": "word " * 20}).encode() + b"\n"
    path = corpus.folder / "many.jsonl"
    with path.open("wb") as file:
        for _ in range(1_000):
            file.write(line * 1_000)
    items = corpus.poll().items
    next(items)
    tracemalloc.start()
    try:
        # Tracing is slow; a hundredth of the file shows what the rest would take.
        count = sum(1 for _ in islice(items, 10_000))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert count == 10_000


def test_a_line_longer_than_any_article_costs_only_itself(corpus: Corpus):
    long = b'{"text": "' + b"x" * MAX_DOCUMENT + b'"}'
    corpus.write("a.jsonl", b'{"text": "One."}\n' + long + b'\n{"text": "Two."}\n' + long)
    assert corpus.told() == [
        ("a.jsonl", "One."),
        ("a.jsonl:2", "is too large: at most 10,000,000 are read"),
        ("a.jsonl", "Two."),
        ("a.jsonl:4", "is too large: at most 10,000,000 are read"),
    ]
