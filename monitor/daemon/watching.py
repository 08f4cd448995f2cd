"""Watching what a user edits, so that a change is noticed when it rests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from watchfiles import Change, watch

log = structlog.get_logger(part="watch")

# Milliseconds. What happens within the first counts as one change, told when the second has passed
# without another.
_DEBOUNCE = 800
_STEP = 100
_RULE_FILES = (".yaml", ".yml")
# Seconds until a place that cannot be watched (not there yet, say) is tried again.
_RETRY = 10.0


class Watcher:
    """Calls `changed` when a file, or a rule file below a folder, is written, moved or removed.

    It only saves waiting: whoever listens looks at the files now and then, too, as there are file
    systems that tell nothing.
    """

    def __init__(self, place: Path, changed: Callable[[], None]) -> None:
        self.place = place
        self._changed = changed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{place.name}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._stop.set()

    def join(self) -> None:
        """Wait for its end, which comes within a second or so."""
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except OSError as error:
                log.warning("watch-failed", place=str(self.place), error=str(error))
            self._stop.wait(_RETRY)

    def _watch(self) -> None:
        is_folder = self.place.is_dir()
        # Of a file the folder is watched: editors replace a file instead of writing into it.
        folder = self.place if is_folder else self.place.parent
        if not folder.is_dir():
            return
        for _changes in watch(
            folder,
            watch_filter=self._is_rule_file if is_folder else self._is_the_file,
            debounce=_DEBOUNCE,
            step=_STEP,
            rust_timeout=1_000,
            stop_event=self._stop,
            raise_interrupt=False,
            recursive=is_folder,
            ignore_permission_denied=True,
        ):
            self._changed()

    def _is_the_file(self, _change: Change, path: str) -> bool:
        return Path(path).name == self.place.name

    def _is_rule_file(self, _change: Change, path: str) -> bool:
        name = Path(path).name
        return name.endswith(_RULE_FILES) and not name.startswith(".")
