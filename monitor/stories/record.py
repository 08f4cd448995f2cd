"""What is kept of an article to compare it by, and its form in the database."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from sys import intern
from zlib import crc32

from monitor.errors import StoreError
from monitor.stories.fingerprint import BANDS, Fingerprint

FORMAT = 3
"""Goes up whenever stored features could not be compared with new ones any more, or others are made
of the same text: those of another form are worked out anew (`Desk.renew`)."""

MAX_TERMS = 40
PARTICULAR = 3
"""Characters from which a number may say much: three digits, or decimals."""

_HEAD = struct.Struct("<BBHIII")
_BAND_KEYS = struct.Struct(f"<{BANDS}q")
_HEADS = {1: struct.Struct("<BBHII"), 2: struct.Struct("<BBHII"), 3: _HEAD}
"""How every form so far begins: form, thinning, sizes, of which texts and shingles are the last."""


def particular(number: str) -> bool:
    """Tell whether a number, in its one spelling, says much: 486.5 or 121, not 12 nor 60,000."""
    digits = number.partition("e")[0]
    told = digits.replace(".", "").strip("0")
    return len(told) > 1 and (len(digits) >= PARTICULAR or len(number) > len(digits))


@lru_cache(1 << 16)
def sign(term: str) -> int:
    """Return the number that stands for a term where its letters are not kept: 32 bits."""
    return crc32(term.encode("utf-8", "surrogatepass"))


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
    lead: frozenset[str]
    """Those terms that stand in the title or in the first words of the body."""
    signs: frozenset[int]
    """Of every stem and number of the text, terms or not (`sign`)."""
    names: frozenset[str]
    """Those terms that are names: capitalised inside a sentence, or initials."""
    numbers: frozenset[str]
    """Every number of the text, in one spelling; bounded."""
    lead_numbers: frozenset[str]
    """Those of the title and of the first words of the body."""
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
    def title_name_signs(self) -> frozenset[int]:
        """The names that its title holds, as numbers."""
        return frozenset(map(sign, self.title_set & self.names))

    @cached_property
    def anywhere(self) -> frozenset[str]:
        """The terms of the whole article, with all of its title."""
        both = self.term_set | self.title_set
        return self.term_set if len(both) == len(self.term_set) else both

    @cached_property
    def head(self) -> frozenset[str]:
        """What it tells first: its title and the terms of its lead."""
        return self.lead | self.title_set

    @cached_property
    def head_signs(self) -> Mapping[int, str]:
        """The terms of its head by the numbers that stand for them."""
        return {sign(term): term for term in self.head}

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
                [place for place, term in enumerate(self.terms) if term in self.lead],
                [place for place, term in enumerate(self.terms) if term in self.names],
                sorted(self.numbers),
                sorted(self.lead_numbers),
                sorted(self.days),
                self.publisher,
                self.words,
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode("utf-8", "surrogatepass")
        keys = _BAND_KEYS.pack(*self.print.bands) if self.print.bands else b""
        signs = struct.pack(f"<{len(self.signs)}I", *sorted(self.signs))
        shingles = self.print.shingles
        sizes = len(keys), len(signs), len(told), len(shingles)
        head = _HEAD.pack(FORMAT, self.print.thinning, *sizes)
        return b"".join((head, keys, signs, told, shingles))

    @classmethod
    def from_bytes(cls, data: bytes) -> Features:
        """Read what `to_bytes` wrote.

        Raises StaleFeatures for another version's form and for bytes that are not whole.
        """
        try:
            return cls._read(data)
        except (struct.error, ValueError, TypeError, IndexError) as error:
            raise StaleFeatures(
                f"stored features of an article cannot be read ({error}): "
                "they were written by another version of monitor, or the database is damaged"
            ) from error

    @classmethod
    def _read(cls, data: bytes) -> Features:
        if data and data[0] != FORMAT:
            raise ValueError(f"form {data[0]}, this version reads {FORMAT}")
        _, thinning, keys, signs, told, shingles = _HEAD.unpack_from(data)
        if len(data) != _HEAD.size + keys + signs + told + shingles:
            raise ValueError(f"{len(data)} bytes, not whole")
        texts_at = _HEAD.size + keys + signs
        told_terms, shown, weights, title, lead, names, *rest = json.loads(
            data[texts_at : texts_at + told].decode("utf-8", "surrogatepass")
        )
        numbers, lead_numbers, days, publisher, words = rest
        terms = tuple(map(intern, told_terms))  # many articles hold the same ones
        return cls(
            terms=terms,
            shown=tuple(map(intern, shown)),
            weights=tuple(weights),
            title=tuple(map(intern, title)),
            lead=frozenset(terms[place] for place in lead),
            signs=frozenset(struct.unpack_from(f"<{signs // 4}I", data, _HEAD.size + keys)),
            names=frozenset(terms[place] for place in names),
            numbers=frozenset(numbers),
            lead_numbers=frozenset(lead_numbers),
            days=frozenset(days),
            publisher=publisher,
            words=words,
            print=Fingerprint(
                data[texts_at + told :],
                thinning,
                _BAND_KEYS.unpack_from(data, _HEAD.size) if keys else (),
            ),
        )


def stored_terms(data: bytes) -> frozenset[str] | None:
    """Return the terms in stored features of any form so far; None for what cannot be read.

    In every form the texts begin with them.
    """
    try:
        head = _HEADS[data[0]]
        _, _, *before, told, _ = head.unpack_from(data)
        start = head.size + sum(before)
        texts = json.loads(data[start : start + told].decode("utf-8", "surrogatepass"))
        return frozenset(map(str, texts[0]))
    except (struct.error, ValueError, TypeError, LookupError):
        return None
