"""A PostgreSQL server of the tests' own, on a socket in a short path, run by nobody important."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

_PLACES = (
    "/usr/local/bin",
    "/usr/bin",
    *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin"))),
)
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


def server_programs() -> Path | None:
    """Return the folder with initdb and pg_ctl; None where there is no server."""
    for place in map(Path, _PLACES):
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    return None


class PostgresServer:
    """A server in a temporary folder, started, stopped and restarted at will."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            found = pwd.getpwnam(self._user)
            os.chown(self._folder, found.pw_uid, found.pw_gid)
        self._run("initdb", "-U", "monitor", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()
        self._guard = self._stand_guard()

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        options += f" -k {self._folder}"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, dropping every connection."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)
        self._guard.communicate(timeout=60)

    def _stand_guard(self) -> subprocess.Popen[bytes]:
        """Start what removes the server when this process ends, even when it is killed.

        The end of its standard input is the sign: nobody else holds the other end of it.
        """
        script = 'read -r _; "$0" -D "$1/data" -m immediate stop; rm -rf "$1"'
        return subprocess.Popen(
            ["sh", "-c", script, str(self._programs / "pg_ctl"), str(self._folder)],
            **self._account(),
            cwd="/",
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _account(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        found = pwd.getpwnam(self._user)
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}

    def url(self, database: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql+psycopg://monitor@/{database}?host={self._folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database and return its URL."""
        self.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected."""
        self.sql(f'DROP DATABASE "{database}" WITH (FORCE)')

    def sql(self, statement: str, database: str = "postgres") -> None:
        """Run one statement."""
        with psycopg.connect(
            host=str(self._folder), user="monitor", dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = (
            str(self._programs / program),
            "-D",
            str(self._folder / "data"),
            *arguments,
        )
        said = self._folder / "out"
        with said.open("ab") as output:
            done = subprocess.run(
                command,
                **self._account(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=60,
            )
        if done.returncode:
            end = said.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{program} failed ({done.returncode}): {end}")
