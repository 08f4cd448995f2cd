"""Alembic's entry: `monitor.store.schema` hands over the open connection."""

from typing import Any

from alembic import context
from sqlalchemy.types import TypeDecorator

from monitor.store.schema import VERSION_TABLE
from monitor.store.tables import metadata

BY_HAND = ("articles_fts", "ix_articles_search")
"""The full-text index: made by the migrations, unknown to the tables."""


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    return not (name or "").startswith(BY_HAND)


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write plain types: a migration must mean the same when the program's types have changed."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=include_name,
    render_as_batch=connection is not None and connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
    compare_server_default=True,
)
if connection is not None:
    context.run_migrations()
