"""Reading text values whose `${…}` are filled in, with every failure at its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.config.secrets import fill, secrets_in_url
from monitor.yaml12 import Fields, Node, Reader, Scalar


class FilledReader(Reader):
    """A reader that fills in references and remembers what must not be shown."""

    __slots__ = ("environ", "folder", "secrets")

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        super().__init__()
        self.environ = environ
        self.folder = folder
        self.secrets: set[str] = set()

    def text(self, node: Node, what: str) -> str | None:
        """Read text, with its references filled in."""
        raw = super().text(node, what)
        if raw is not None and not raw.strip():
            self.report("empty", f"{what} is empty", node, "give a value, or leave it out")
            return None
        if raw is None or "${" not in raw or not isinstance(node, Scalar):
            return raw
        filled = fill(raw, self.environ)
        self.secrets |= filled.secrets
        for unset in filled.unset:
            self.report("unset", unset.message, node.at(unset.offset), unset.hint)
        return None if filled.unset else filled.text

    def address(self, fields: Fields, key: str) -> str:
        """Read a URL that may hold secrets: they are remembered, and never shown."""
        url = fields.text(key)
        self.secrets |= secrets_in_url(url)
        return url

    def path(self, fields: Fields, key: str, default: str = "") -> Path:
        """Read a path, relative to the folder of the file."""
        return self.folder / fields.text(key, default)
