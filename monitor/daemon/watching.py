"""Watching what a user edits, so that a change is noticed when it rests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from watchfiles import Change, watch

log = structlog.get_logger("watch")

# Milliseconds. Editors write in several steps (a new file, a rename, a backup): whatever happens
# within the first counts as one change, told only after the second has passed without another.
_DEBOUNCE = 1_600
_STEP = 400
_RULE_FILES = (".yaml", ".yml")
# Seconds until a place that cannot be watched (not there yet, say) is tried again.
_RETRY = 10.0


class Watcher:
    """Calls `changed` when a file, or a rule file below a folder, is written, moved or removed."""

    def __init__(self, place: Path, changed: Callable[[], None]) -> None:
        self._place = place
        self._changed = changed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{place.name}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End, within a second or so."""
        self._stop.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except OSError as error:
                log.warning("watch-failed", place=str(self._place), error=str(error))
            self._stop.wait(_RETRY)

    def _watch(self) -> None:
        is_folder = self._place.is_dir()
        # Of a file the folder is watched: editors replace a file instead of writing into it.
        folder = self._place if is_folder else self._place.parent
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
        return Path(path).name == self._place.name

    def _is_rule_file(self, _change: Change, path: str) -> bool:
        name = Path(path).name
        return name.endswith(_RULE_FILES) and not name.startswith(".")
