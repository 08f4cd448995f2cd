"""Near-duplicate text: word shingles, a MinHash signature cut into bands, and the full sets.

Everything here is fixed integer arithmetic over UTF-8, so that what is stored today can be
compared for as long as the database lives: no hash of a library that may change its values.
The signature is the one that datasketch calls `affine32` (MurmurHash3's 32-bit finaliser, then
a*h+b modulo 2**32 with odd a); `benchmarks/stories.py` and a stored example check the agreement.

Sources: Broder, "On the resemblance and containment of documents" (1997); Leskovec, Rajaraman
and Ullman, "Mining of Massive Datasets", section 3.4 (bands); Irber et al., "Lightweight
compositional analysis of metagenomes with FracMinHash" (2022) for long texts.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SHINGLE = 3
"""Words in a shingle."""
ROWS = 4
"""Hashes in a band: two texts share a given band with probability (Jaccard similarity)**ROWS."""
BANDS = 16
"""With 16 bands of 4, copies of similarity 0.8 are found with 99.98 %, of 0.5 with 64 %."""
MAX_SHINGLES = 1024
"""Longer texts keep an even sample of this order; both sides are then cut to the sparser one."""

Hashes = npt.NDArray[np.uint32]
Wide = npt.NDArray[np.uint64]

_LONGEST_CACHED = 64
_MOST_CACHED = 100_000
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def _splitmix(state: int) -> int:
    """Return the output of splitmix64 (Steele, Lea and Flood, 2014) for a state."""
    mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _MASK
    return mixed ^ (mixed >> 31)


def _constants(count: int, start: int) -> list[int]:
    return [_splitmix((start + index + 1) * _GOLDEN & _MASK) for index in range(count)]


def _mix(values: Wide) -> Wide:
    """Apply the finaliser of splitmix64 to each value."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


MULTIPLIERS: Hashes = np.array(
    [value >> 32 | 1 for value in _constants(ROWS * BANDS, 0)], dtype=np.uint32
)
OFFSETS: Hashes = np.array(
    [value >> 32 for value in _constants(ROWS * BANDS, 1000)], dtype=np.uint32
)
_PLACES: Wide = np.array([value | 1 for value in _constants(SHINGLE, 2000)], dtype=np.uint64)
_ROW_PLACES: Wide = np.array([value | 1 for value in _constants(ROWS, 3000)], dtype=np.uint64)
_BAND_SALTS: Wide = np.array(_constants(BANDS, 4000), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text as its shingles: the full set (or an even sample), and the keys of its bands."""

    shingles: bytes
    """Distinct 32-bit hashes, ascending, little-endian."""
    thinning: int
    """Only hashes below 2**(32 - thinning) were kept: 0 keeps all."""
    bands: tuple[int, ...]
    """BANDS signed 64-bit keys; none for a text shorter than a shingle."""


NOTHING = Fingerprint(b"", 0, ())


class _WordHashes(dict[str, int]):
    """The hash of words met before; bounded, since hostile text has endless new words."""

    def __missing__(self, word: str) -> int:
        value = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        if len(word) <= _LONGEST_CACHED:
            if len(self) >= _MOST_CACHED:
                self.clear()
            self[word] = value
        return value


_word_hashes = _WordHashes()


def fingerprint(words: Sequence[str]) -> Fingerprint:
    """Return the fingerprint of a text given as its folded words, in order."""
    if len(words) < SHINGLE:
        return NOTHING
    hashes = list(map(_word_hashes.__getitem__, words))
    column = np.array(hashes, dtype=np.uint64)
    last = len(hashes) - SHINGLE + 1
    total = column[:last] * _PLACES[0]
    for place in range(1, SHINGLE):
        total = total + column[place : last + place] * _PLACES[place]
    full = np.unique((_mix(total) >> np.uint64(32)).astype(np.uint32))
    thinning = 0
    while _below(full, thinning).size > MAX_SHINGLES:
        thinning += 1
    kept = _below(full, thinning)
    return Fingerprint(kept.astype("<u4").tobytes(), thinning, band_keys(signature(full)))


def signature(hashes: Hashes) -> Hashes:
    """Return the MinHash signature of a set of 32-bit hashes that is not empty."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed = mixed * np.uint32(0x85EBCA6B)
    mixed = mixed ^ (mixed >> np.uint32(13))
    mixed = mixed * np.uint32(0xC2B2AE35)
    mixed = mixed ^ (mixed >> np.uint32(16))
    least: Hashes = (mixed[None, :] * MULTIPLIERS[:, None] + OFFSETS[:, None]).min(axis=1)
    return least


def band_keys(values: Hashes) -> tuple[int, ...]:
    """Return the keys of a signature's bands; equal keys of one band mean equal hashes there."""
    rows = values.astype(np.uint64).reshape(BANDS, ROWS) * _ROW_PLACES[None, :]
    keys = _mix(rows.sum(axis=1, dtype=np.uint64) + _BAND_SALTS)
    return tuple(keys.astype(np.int64).tolist())


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How much two texts share, from their full sets; all 0 to 1."""

    jaccard: float
    containment: float
    """Of the shorter one in the longer one."""
    proportion: float
    """Size of the shorter one as a share of the longer one's."""


UNLIKE = Resemblance(0.0, 0.0, 0.0)


def resemblance(
    first: bytes, second: bytes, *, first_thinning: int = 0, second_thinning: int = 0
) -> Resemblance:
    """Compare two sets of stored shingles; symmetric. Nothing resembles an empty text."""
    thinning = max(first_thinning, second_thinning)
    one = _below(np.frombuffer(first, dtype="<u4"), thinning)
    two = _below(np.frombuffer(second, dtype="<u4"), thinning)
    if not one.size or not two.size:
        return UNLIKE
    both = np.concatenate((one, two))
    both.sort(kind="stable")
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    shorter, longer = sorted((one.size, two.size))
    return Resemblance(shared / (one.size + two.size - shared), shared / shorter, shorter / longer)


def _below(hashes: Hashes, thinning: int) -> Hashes:
    if not thinning:
        return hashes
    return hashes[: int(np.searchsorted(hashes, np.uint32(1 << (32 - thinning))))]
