"""The article that the monitor makes up to test itself is no news in any list."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.daemon.canary import RULE
from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.rule import CANARY
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline.detect import detect
from monitor.store import open_store
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _flown(worked: Path) -> None:
    """A canary that was detected as the daemon does it, beside the project's two real hits."""
    store = open_store(f"sqlite:///{worked / 'monitor.db'}")
    now = datetime.now(UTC)
    article = Article(title="Canary", body="A canary sings of nothing.", source=CANARY, lang="en")
    poll = Poll(outcome=PollOutcome.READ, items=iter([article]), state=SourceState(source=CANARY))
    detect(
        poll,
        Source(id=CANARY, kind=SourceKind.CORPUS),
        store=store,
        matcher=compile_rules([RULE]),
        rules={RULE.id: RULE},
        now=now,
    )
    store.close()


@pytest.mark.parametrize("command", ["hits", "stats", "stories"])
def test_it_is_listed_only_where_it_is_named(run: Run, command: str) -> None:
    assert CANARY not in run(command, "--json").out
    assert run(command, "--json").rows
    assert CANARY in run(command, "--json", "--rule", CANARY).out


def test_it_is_exported_and_counted_only_where_it_is_named(run: Run) -> None:
    assert [row["hit"] for row in run("hits", "export").rows] == [1, 2]
    assert [row["hit"] for row in run("hits", "export", "--source", CANARY).rows] == [3]
    assert [row["hit"] for row in run("hits", "--json", "--rule", "*").rows] == [3, 2, 1]
    row = run("status", "--json").row
    assert (row["articles_today"], row["hits_today"]) == (3, 2)
