"""What tests of several rooms share: databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from monitor.store import SqlStore, open_store, upgrade
from tests.postgres import PostgresServer, server_programs


@pytest.fixture(autouse=True)
def _logging_ends_with_the_test() -> Iterator[None]:
    """A command that sets up logging writes to its test's own stream, which closes with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server; without its programs tests skip, but on CI they fail."""
    programs = server_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs a PostgreSQL server: initdb and pg_ctl are not installed")
        pytest.skip("no PostgreSQL server here: initdb and pg_ctl are not installed")
    server = PostgresServer(programs)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgresql_template(postgresql_server: PostgresServer) -> str:
    upgrade(postgresql_server.create("template_monitor"))
    return "template_monitor"


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database with the newest schema."""
    shutil.copyfile(_sqlite_template, tmp_path / "monitor.db")
    return f"sqlite:///{tmp_path / 'monitor.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer, _postgresql_template: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with the newest schema."""
    name = f"test_{uuid4().hex}"
    yield postgresql_server.create(name, _postgresql_template)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the newest schema, of either kind: the test runs with both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store on a fresh database, of either kind: the test runs with both."""
    opened = open_store(database_url)
    yield opened
    opened.close()
