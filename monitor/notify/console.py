"""The channel `console://`: alerts on a terminal in colour, plain text anywhere else."""

from __future__ import annotations

import re
import threading
from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from monitor.notify.dialects import STYLE_END, STYLE_START, STYLE_TEXT

_STYLES = {
    "critical": "bold white on magenta",
    "high": "bold white on red",
    "medium": "bold black on yellow",
    "low": "bold white on green",
    "informational": "bold white on blue",
    "strong": "bold",
    "match": "bold black on bright_yellow",
    "dim": "dim",
}
_MARKS = re.compile(f"({STYLE_START}[^{STYLE_TEXT}]*{STYLE_TEXT}|{STYLE_END})")
_BAR = "  │ "
_NARROWEST = 20


def styled_text(text: str) -> Text:
    """Return a message of the console's dialect as rich text."""
    result = Text()
    open_styles: list[Style] = []
    for part in _MARKS.split(text):
        if part.startswith(STYLE_START):
            open_styles.append(_style(part[1:-1]))
        elif part == STYLE_END:
            if open_styles:
                open_styles.pop()
        elif part:
            result.append(part, Style.combine([Style.null(), *open_styles]))
    return result


def _style(name: str) -> Style:
    if name.startswith("link "):
        return Style(underline=True, link=name.removeprefix("link "))
    return Style.parse(_STYLES.get(name, ""))


def plain_text(text: str) -> str:
    """Return a message of the console's dialect without its styles."""
    return _MARKS.sub("", text)


class ConsoleWriter:
    """Writes whole messages to one stream, one at a time; safe to call from several threads."""

    def __init__(self, stream: TextIO, console: Console | None = None) -> None:
        self._stream = stream
        self._console = console or Console(
            file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False
        )
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        """Write a message and a blank line, and flush; raises OSError as the stream does."""
        with self._lock:
            if self._console.is_terminal:
                self._console.print(self._wrapped(styled_text(text)), end="\n\n")
            else:
                encoding = getattr(self._stream, "encoding", None) or "utf-8"
                said = plain_text(text).encode(encoding, "replace").decode(encoding)
                self._stream.write(f"{said}\n\n")
            self._stream.flush()

    def _wrapped(self, text: Text) -> Text:
        """Return the text with its bars repeated on every line of a passage."""
        lines: list[Text] = []
        width = max(_NARROWEST, self._console.width - len(_BAR))
        for line in text.split("\n", allow_blank=True):
            if not line.plain.startswith(_BAR):
                lines.append(line)
                continue
            bar, passage = line.divide([len(_BAR)])
            for piece in passage.wrap(self._console, width):
                piece.rstrip()
                lines.append(Text.assemble(bar, piece))
        return Text("\n").join(lines)
