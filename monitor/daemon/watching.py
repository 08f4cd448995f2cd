"""Watching what a user edits, so that a change is noticed when it rests."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from watchfiles import Change, watch

from monitor.rules.files import may_hold_rules

log = structlog.get_logger(part="watch")

# Milliseconds. What happens within the first counts as one change, told when the second has passed
# without another.
_DEBOUNCE = 800
_STEP = 100
_LOOK = 1_000
# Seconds until a place that cannot be watched (not there yet, say) is tried again.
_RETRY = 10.0


class Watcher:
    """Calls `changed` when a file, or a rule file below a folder, is written, moved or removed.

    Symbolic links are followed, also when they lead elsewhere later. It only saves waiting: whoever
    listens looks at the files now and then, too, as there are file
    systems that tell nothing.
    """

    def __init__(self, place: Path, changed: Callable[[], None]) -> None:
        self.place = place
        self._changed = changed
        self._stop = threading.Event()
        self._seen: tuple[int, ...] = ()
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
        self._seen = _identity(self.place)
        while not self._stop.is_set():
            try:
                if self._watch():
                    continue
            except OSError as error:
                log.warning("watch-failed", place=str(self.place), error=str(error))
            self._stop.wait(_RETRY)

    def _watch(self) -> bool:
        """Watch until asked to end, or until what is watched is another folder: then True."""
        is_folder = self.place.is_dir()
        # Of a file the folder is watched: editors replace a file instead of writing into it.
        folder = self.place if is_folder else self.place.parent
        if not folder.is_dir():
            return False
        begun = _identity(folder)
        for changes in watch(
            folder,
            watch_filter=self._is_rule_file if is_folder else self._is_the_file,
            debounce=_DEBOUNCE,
            step=_STEP,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            recursive=is_folder,
            ignore_permission_denied=True,
        ):
            # The system tells of the folder that stood there when the watch began: of a symbolic
            # link that leads elsewhere now, and of a folder made anew, it tells nothing.
            found = _identity(self.place)
            if changes or found != self._seen:
                self._changed()
            self._seen = found
            if _identity(folder) != begun or self.place.is_dir() != is_folder:
                return True
        return False

    def _is_the_file(self, _change: Change, path: str) -> bool:
        return Path(path).name == self.place.name

    def _is_rule_file(self, _change: Change, path: str) -> bool:
        return may_hold_rules(Path(path).name)


def _identity(place: Path) -> tuple[int, ...]:
    """Return what tells a folder from another one, and a file also from itself, written anew."""
    try:
        found = place.stat()
    except OSError:
        return ()
    if stat.S_ISDIR(found.st_mode):
        return found.st_dev, found.st_ino
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
