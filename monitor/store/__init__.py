"""The database: the only room that knows SQLAlchemy."""

from monitor.store.database import SqlStore, open_store
from monitor.store.schema import SchemaState, current, state, upgrade

__all__ = ["SchemaState", "SqlStore", "current", "open_store", "state", "upgrade"]
