"""What is kept of an article to compare it by, and its form in the database."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern

from monitor.errors import StoreError
from monitor.stories.fingerprint import BANDS, Fingerprint

FORMAT = 2
"""Goes up whenever stored features could not be compared with new ones any more."""

MAX_TERMS = 40
PARTICULAR = 3
"""Characters from which a number may say much: three digits, or decimals."""

_HEAD = struct.Struct("<BBHII")
_BAND_KEYS = struct.Struct(f"<{BANDS}q")


def particular(number: str) -> bool:
    """Tell whether a number, in its one spelling, says much: 486.5 or 121, not 12 nor 60,000."""
    digits = number.partition("e")[0]
    told = digits.replace(".", "").strip("0")
    return len(told) > 1 and (len(digits) >= PARTICULAR or len(number) > len(digits))


class StaleFeatures(StoreError):
    """Features in the database are of another version of the program, or damaged."""


@dataclass(frozen=True, kw_only=True)
class Features:
    """An article as far as stories are concerned; never its text.

    `terms`, `shown` and `weights` run side by side, heaviest first. Without slots, because the sets
    derived from it are kept with it: it is compared many times.
    """

    terms: tuple[str, ...]
    """Distinct stems and numbers that say what it is about; document frequencies are kept of
    these. Each at most 64 characters."""
    shown: tuple[str, ...]
    """Each term as the article writes it."""
    weights: tuple[int, ...]
    """How much it stands out in this article, in tenths: by place (title, lead, rest), count."""
    title: tuple[str, ...]
    """The stems of the title's words, in order, without those that say little."""
    names: frozenset[str]
    """Those terms that are names: capitalised inside a sentence, or initials."""
    numbers: frozenset[str]
    """Every number of the text, in one spelling; bounded."""
    days: frozenset[int]
    """Days of the week that it mentions: 0 = Monday."""
    publisher: str
    """Host of its URL, reduced to what a publisher registers; its source's id where it has no
    URL; empty where it has neither."""
    words: int
    """Words of title and body; counting stops where reading stopped."""
    print: Fingerprint = field(repr=False)

    @property
    def bands(self) -> tuple[int, ...]:
        """Keys to find texts that are nearly the same: equal keys make candidates."""
        return self.print.bands

    @cached_property
    def term_set(self) -> frozenset[str]:
        """Its terms."""
        return frozenset(self.terms)

    @cached_property
    def weight_in(self) -> Mapping[str, int]:
        """Each term's weight."""
        return dict(zip(self.terms, self.weights, strict=True))

    @cached_property
    def title_set(self) -> frozenset[str]:
        """The stems of its title."""
        return frozenset(self.title)

    @cached_property
    def title_names(self) -> frozenset[str]:
        """The names that its title holds."""
        return self.title_set & self.names

    @cached_property
    def anywhere(self) -> frozenset[str]:
        """The terms of the whole article, with all of its title."""
        both = self.term_set | self.title_set
        return self.term_set if len(both) == len(self.term_set) else both

    @cached_property
    def title_text(self) -> str:
        """The stems of its title as one text."""
        return " ".join(self.title)

    def to_bytes(self) -> bytes:
        """Return the form that is stored."""
        told = json.dumps(
            [
                self.terms,
                self.shown,
                self.weights,
                self.title,
                sorted(self.names),
                sorted(self.numbers),
                sorted(self.days),
                self.publisher,
                self.words,
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode("utf-8", "surrogatepass")
        keys = _BAND_KEYS.pack(*self.print.bands) if self.print.bands else b""
        shingles = self.print.shingles
        head = _HEAD.pack(FORMAT, self.print.thinning, len(keys), len(told), len(shingles))
        return b"".join((head, keys, told, shingles))

    @classmethod
    def from_bytes(cls, data: bytes) -> Features:
        """Read what `to_bytes` wrote.

        Raises StaleFeatures for another version's form and for bytes that are not whole.
        """
        try:
            return cls._read(data)
        except (struct.error, ValueError, TypeError) as error:
            raise StaleFeatures(
                f"stored features of an article cannot be read ({error}): "
                "they were written by another version of monitor, or the database is damaged"
            ) from error

    @classmethod
    def _read(cls, data: bytes) -> Features:
        version, thinning, keys, told, shingles = _HEAD.unpack_from(data)
        if version != FORMAT:
            raise ValueError(f"form {version}, this version reads {FORMAT}")
        if len(data) != _HEAD.size + keys + told + shingles:
            raise ValueError(f"{len(data)} bytes, not whole")
        start = _HEAD.size + keys
        bands = _BAND_KEYS.unpack_from(data, _HEAD.size) if keys else ()
        terms, shown, weights, title, names, numbers, days, publisher, words = json.loads(
            data[start : start + told].decode("utf-8", "surrogatepass")
        )
        return cls(
            terms=tuple(map(intern, terms)),  # many articles hold the same ones
            shown=tuple(map(intern, shown)),
            weights=tuple(weights),
            title=tuple(map(intern, title)),
            names=frozenset(map(intern, names)),
            numbers=frozenset(numbers),
            days=frozenset(days),
            publisher=publisher,
            words=words,
            print=Fingerprint(data[start + told :], thinning, bands),
        )
