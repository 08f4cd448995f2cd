"""The store has the methods that were promised, called as was promised."""

from __future__ import annotations

import inspect

import pytest

from monitor.ports import FileMemory, Store, Writing
from monitor.store import SqlStore
from monitor.store.desk import Desk
from monitor.store.detection import SqlWriting

PROMISED = [
    (protocol, name, by)
    for protocol, by in (
        (Store, SqlStore),
        (FileMemory, SqlStore),
        (Desk, SqlStore),
        (Writing, SqlWriting),
    )
    for name in vars(protocol)
    if not name.startswith("_")
]


@pytest.mark.parametrize(
    ("protocol", "name", "by"), PROMISED, ids=[f"{p.__name__}.{n}" for p, n, _ in PROMISED]
)
def test_each_method_takes_what_was_promised(protocol: type, name: str, by: type) -> None:
    promised = inspect.signature(getattr(protocol, name)).parameters
    given = inspect.signature(getattr(by, name)).parameters

    assert [(p.name, p.kind, p.default) for p in given.values()] == [
        (p.name, p.kind, p.default) for p in promised.values()
    ]
