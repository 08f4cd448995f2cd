"""The schema's revision: found out, brought up, or refused in words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import monitor
from monitor.errors import SchemaMismatch, StoreError
from monitor.store import SchemaState, current, open_store, state, upgrade
from monitor.store.engine import Database
from monitor.store.schema import HEAD, alembic_config, assess, explain, migrations
from tests.conformance.making import add_article
from tests.postgres import PostgresServer


@pytest.fixture
def empty_postgresql(postgresql_server: PostgresServer) -> Iterator[str]:
    name = f"empty_{uuid4().hex}"
    yield postgresql_server.create(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, of either kind; on SQLite not even a file."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/deep/monitor.db"
    url: str = request.getfixturevalue("empty_postgresql")
    return url


def run(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_the_program_works_with_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_an_empty_database_is_brought_up_and_then_left_alone(empty_url: str) -> None:
    assert state(empty_url) is SchemaState.EMPTY
    assert current(empty_url) == ""

    assert upgrade(empty_url) == ""
    assert state(empty_url) is SchemaState.CURRENT
    assert current(empty_url) == HEAD
    assert upgrade(empty_url) == HEAD


def test_looking_at_a_database_makes_no_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/monitor.db"
    state(url)
    current(url)
    with pytest.raises(SchemaMismatch, match="is empty: make it with `monitor db upgrade`"):
        open_store(url)

    assert list(tmp_path.iterdir()) == []


def test_the_migrations_make_what_the_queries_expect(database_url: str) -> None:
    """What `alembic check` says: no difference between migrations and tables."""
    database = Database(database_url)
    with database.writing() as connection:
        command.check(alembic_config(connection))
    database.close()


def test_what_alembic_says_goes_where_standard_output_leads_now(sqlite_url: str) -> None:
    """Not where it led when alembic was imported: that may be closed."""
    database = Database(sqlite_url)
    with redirect_stdout(StringIO()) as said, database.writing() as connection:
        command.current(alembic_config(connection))
    database.close()
    assert HEAD in said.getvalue()


def test_a_database_of_a_later_program_is_refused(database_url: str) -> None:
    run(database_url, "UPDATE monitor_schema SET version_num = '9999'")

    assert state(database_url) is SchemaState.NEWER
    with pytest.raises(SchemaMismatch, match="revision 9999, which this program does not know"):
        open_store(database_url)
    with pytest.raises(SchemaMismatch, match="install the version that made it"):
        upgrade(database_url)
    assert current(database_url) == "9999"


def test_a_database_of_something_else_is_refused_and_untouched(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    run(empty_url, "CREATE TABLE theirs (id INTEGER)")

    assert state(empty_url) is SchemaState.FOREIGN
    for use in (open_store, upgrade):
        with pytest.raises(SchemaMismatch, match="tables of something else"):
            use(empty_url)
    assert tables(empty_url) == {"theirs"}


def test_a_known_revision_before_the_newest_is_older() -> None:
    assert assess("0000", ["monitor_schema", "articles"], lambda: ["0000", HEAD]) is (
        SchemaState.OLDER
    )


@pytest.mark.parametrize("found", list(SchemaState))
def test_every_state_is_explained_with_the_database(found: SchemaState) -> None:
    assert "sqlite:///x.db" in explain(found, "0000", "sqlite:///x.db")


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/monitor.db"
    engine = create_engine(url)
    with engine.begin() as connection:  # a trigger of somebody's own stands in the way
        connection.execute(text("CREATE VIEW articles_fts AS SELECT 1"))
    engine.dispose()

    with pytest.raises(StoreError, match="articles_fts"):
        upgrade(url)

    assert tables(url) == set()
    assert state(url) is SchemaState.EMPTY


def test_a_new_database_and_what_is_beside_it_is_for_its_owner_alone(sqlite_url: str) -> None:
    """Under the usual umask, too; and what somebody has opened for others stays so."""
    path = Path(sqlite_url.removeprefix("sqlite:///")).with_name("fresh.db")
    before = os.umask(0o022)
    try:
        upgrade(f"sqlite:///{path}")
        store = open_store(f"sqlite:///{path}")
        add_article(store)
        files = sorted(path.parent.glob("fresh.db*"))
        assert [file.name for file in files] == ["fresh.db", "fresh.db-shm", "fresh.db-wal"]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        store.close()
        path.chmod(0o640)
        upgrade(f"sqlite:///{path}")
        assert path.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_two_upgrades_at_once_make_one_schema(empty_url: str) -> None:
    program = "import sys; from monitor.store import upgrade; upgrade(sys.argv[1])"
    both = [subprocess.Popen([sys.executable, "-c", program, empty_url]) for _ in range(2)]

    assert [one.wait() for one in both] == [0, 0]
    assert state(empty_url) is SchemaState.CURRENT


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")

    with pytest.raises(StoreError, match=r"folder of the database cannot be made: .*/var"):
        upgrade(f"sqlite:///{tmp_path}/var/monitor.db")


def test_migrations_are_found_in_an_installed_package_too(tmp_path: Path) -> None:
    package = Path(monitor.__file__).parent
    shutil.copytree(package, tmp_path / "monitor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(migrations(), tmp_path / "monitor" / "store" / "migrations")
    program = (
        "import sys; from monitor.store import upgrade, state; from monitor.store import schema;"
        "upgrade(sys.argv[1]); print(state(sys.argv[1]), schema.migrations())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{tmp_path}/monitor.db"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["current", f"{tmp_path}/monitor/store/migrations"]
