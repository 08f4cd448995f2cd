"""Hot reload: files are watched, read anew when they rest, and used only when they are whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from pathlib import Path

import structlog
from watchfiles import Change, watch

log = structlog.get_logger("reload")

# Milliseconds. Editors write in several steps (a new file, a rename, a backup): what happens within
# the first counts as one change, and a change is told only after the second without another.
_DEBOUNCE = 1_600
_STEP = 400
_SUFFIXES = (".yaml", ".yml", ".txt", ".md", ".html", ".json", ".jsonl")


class Watcher:
    """Tells when the configuration or a rule file has changed on disk."""

    def __init__(self, places: Callable[[], Collection[Path]], changed: Callable[[], None]) -> None:
        self._places = places
        self._changed = changed
        self._stop = threading.Event()
        self._again = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._again.set()
        self._thread.join(5.0)

    def look_again(self) -> None:
        """Watch the places anew: a reload may have named other ones."""
        self._again.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._again.clear()
            try:
                self._watch()
            except OSError as error:
                log.warning("watch-failed", error=str(error))
                self._stop.wait(30.0)

    def _watch(self) -> None:
        folders = _existing(self._places())
        if not folders:
            self._again.wait(30.0)
            return
        for changes in watch(
            *folders,
            watch_filter=_interesting,
            debounce=_DEBOUNCE,
            step=_STEP,
            stop_event=_Either(self._stop, self._again),
            raise_interrupt=False,
            yield_on_timeout=False,
        ):
            log.debug("files-changed", files=sorted({path for _, path in changes}))
            self._changed()


class _Either:
    """Set as soon as one of two events is; all that watchfiles asks of a stop event."""

    def __init__(self, one: threading.Event, other: threading.Event) -> None:
        self._one = one
        self._other = other

    def is_set(self) -> bool:
        return self._one.is_set() or self._other.is_set()


def _existing(places: Collection[Path]) -> list[Path]:
    """Return the folders to watch: of a file its folder, since editors replace files."""
    folders = {place if place.is_dir() else place.parent for place in places}
    return sorted(folder for folder in folders if folder.is_dir())


def _interesting(_change: Change, path: str) -> bool:
    name = Path(path).name
    return name.endswith(_SUFFIXES) and not name.startswith((".", "~", "#"))

