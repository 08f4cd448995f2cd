"""Silences as people set and end them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from monitor.model.channel import Silence
from monitor.store.engine import Database
from monitor.store.tables import silences
from monitor.store.types import storable_id


class Silencing:
    """The part of `desk.Desk` about silences."""

    _database: Database

    def add_silence(
        self,
        *,
        rule: str = "*",
        tags: Sequence[str] = (),
        start: datetime,
        end: datetime,
        comment: str = "",
    ) -> int:
        """See `Desk.add_silence`."""
        with self._database.writing() as connection:
            return connection.execute(
                insert(silences)
                .values(
                    rule=rule,
                    tags=list(tags),
                    start=start,
                    end=end,
                    comment=comment,
                    covered=0,
                    announced=False,
                )
                .returning(silences.c.id)
            ).scalar_one()

    def all_silences(self) -> Sequence[Silence]:
        """See `Desk.all_silences`."""
        with self._database.reading() as connection:
            rows = connection.execute(select(silences).order_by(silences.c.id)).mappings()
            return [Silence(**{**row, "tags": tuple(row["tags"])}) for row in rows]

    def expire_silence(self, id: int, now: datetime) -> bool:
        """See `Desk.expire_silence`."""
        if not storable_id(id):
            return False
        with self._database.writing() as connection:
            changed = connection.execute(
                update(silences).where(silences.c.id == id, silences.c.end > now).values(end=now)
            )
            return changed.rowcount > 0
