"""The daemon at rest and at its start: idle CPU and memory, seconds to READY, seconds to --help."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks import report, watchlist

SOURCES = 1_000
RULES = 10_000
IDLE = 60.0
SETTLE = 45.0
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>http://x/</link>
<item><guid>1</guid><title>Nothing happened today</title><description>Nothing at all happened in
the whole of the country today, said a spokesman.</description></item></channel></rss>"""


def main() -> None:
    """Measure, and write the section."""
    idle = measure_idle()
    print(idle, flush=True)
    starts = [measure_start(count) for count in (8, RULES)]
    print(starts, flush=True)
    helps = measure_help()
    print(helps, flush=True)
    how = (
        f"Idle: {SOURCES:,} feeds on loopback, each on a host of its own, read once at the start, "
        f"8 rules, SQLite, metrics served; measured over {IDLE:g} s, {SETTLE:g} s "
        "after all were read, so that what happens every 1, 10 and 30 seconds is in it."
    )
    start = (
        "Start: from `exec` to READY on the notify socket, an empty database first made; then from "
        "SIGTERM to the end. What it took of the processor is that of the second start: on a "
        "machine that does other things, the time by the clock is longer."
    )
    if os.nice(0) < 0:
        how = f"Run at priority {os.nice(0)}, because the machine did other things beside. {how}"
    used = ("", "processor, % of one core", "resident, MB", "threads", "open files")
    seconds = (
        "rules",
        "to READY, new database, s",
        "to READY, again, s",
        "of the processor, s",
        "SIGTERM to exit, s",
        "resident at READY, MB",
    )
    parts = (
        how,
        report.table(used, [idle]),
        start,
        report.table(seconds, starts),
        "Commands that touch nothing: the median of 15 runs.",
        report.table(("command", "seconds", "of the processor, s"), helps),
    )
    text = "\n\n".join(parts)
    report.write("daemon", "The daemon", text)


@contextmanager
def feeds() -> Iterator[int]:
    """Serve one feed under every path and loopback address; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = 404 if self.path == "/robots.txt" else 200
            body = b"" if found == 404 else FEED
            self.send_response(found)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()


class Running:
    """`monitor run` with a notify socket of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        place = tempfile.mktemp(prefix="notify-")
        self.socket.bind(place)
        self.socket.settimeout(300)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run"],
            cwd=folder,
            env={**os.environ, "NOTIFY_SOCKET": place, "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ready(self) -> float:
        """Wait for READY and return the seconds since the start."""
        while b"READY=1" not in self.socket.recv(65_536):
            pass
        return time.perf_counter() - self.started

    def status(self) -> str:
        """Wait for the next status and return it."""
        while True:
            said = self.socket.recv(65_536).decode()
            if "STATUS=" in said:
                return said.partition("STATUS=")[2]

    def end(self) -> float:
        """End it and return how long that took, in seconds."""
        started = time.perf_counter()
        self.process.terminate()
        self.process.wait(120)
        self.socket.close()
        return time.perf_counter() - started

    def seconds(self) -> float:
        """Return the processor seconds used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Return the resident memory in MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)

    def count(self, what: str) -> int:
        """Return the number of entries of a folder of the process (fd, task)."""
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/{what}").iterdir())


def prepare(folder: Path, rules: int, sources: list[str]) -> None:
    """Write a configuration and so many rules."""
    listed = "\n".join(
        f"  - {{id: s{number:04}, type: feed, url: '{url}', every: 1d}}"
        for number, url in enumerate(sources)
    )
    empty = "  - {id: inbox, type: corpus, path: inbox/, every: 1d}"
    (folder / "inbox").mkdir()
    (folder / "monitor.yaml").write_text(
        f"sources:\n{listed or empty}\nworkers: 50\nhttp: 127.0.0.1:0\n"
    )
    (folder / "rules").mkdir()
    watchlist.write_yaml(watchlist.generated(rules), folder / "rules")


def measure_idle() -> list[object]:
    """Return the row of the daemon that has nothing to do."""
    with tempfile.TemporaryDirectory() as name, feeds() as port:
        folder = Path(name)
        # Each feed at an address of its own: requests to one host keep a second apart.
        hosts = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(SOURCES)]
        prepare(folder, 8, [f"http://{host}:{port}/feed" for host in hosts])
        daemon = Running(folder)
        daemon.ready()
        while not daemon.status().startswith(f"{SOURCES} sources good"):
            pass
        pause = threading.Event()
        pause.wait(SETTLE)
        before, began = daemon.seconds(), time.perf_counter()
        pause.wait(IDLE)
        used = (daemon.seconds() - before) / (time.perf_counter() - began)
        row = ["idle", used * 100, daemon.resident(), daemon.count("task"), daemon.count("fd")]
        daemon.end()
    return row


def measure_start(rules: int) -> list[object]:
    """Return the row of starts with so many rules."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, rules, [])
        first = Running(folder)
        new = first.ready()
        first.end()
        again = Running(folder)
        old = again.ready()
        used = again.seconds()
        size = again.resident()
        return [f"{rules:,}", new, old, used, again.end(), size]


def measure_help() -> list[list[object]]:
    """Return a row for each command."""
    rows: list[list[object]] = []
    for arguments in (["--help"], ["--version"], ["run", "--help"], ["status", "--help"]):
        runs = sorted(_run([sys.executable, "-m", "monitor", *arguments]) for _ in range(15))
        used = sorted(processor for _, processor in runs)
        rows.append([f"monitor {' '.join(arguments)}", runs[7][0], used[7]])
    return rows


def _run(command: list[str]) -> tuple[float, float]:
    """Return the seconds that a command took by the clock, and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
