"""Links as documents give them, made whole."""

from __future__ import annotations

from urllib.parse import urljoin


def absolute(link: str, base: str) -> str | None:
    """Return a link as an absolute web address, resolved against `base`; None if it is none."""
    link = link.strip()
    if link.startswith(("http://", "https://")) and "[" not in link:
        return link
    try:
        whole = urljoin(base, link)
    except ValueError:
        return None
    return whole if link and whole.startswith(("http://", "https://")) else None
