"""Shingles, signatures and bands: the same values for ever, and what they find."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.fingerprint import (
    BANDS,
    MAX_SHINGLES,
    MULTIPLIERS,
    NOTHING,
    OFFSETS,
    UNLIKE,
    _WordHashes,
    band_keys,
    fingerprint,
    resemblance,
    signature,
)

TEXT = "the council approved sending an unspecified number of peacekeepers to алматы"
WORDS = TEXT.split()
SHINGLES = "3fc371072e39bf12a0f9f726886cfc411a9e1f5a2408c95f8dc14c65d61bcf9756e517b2"
KEYS = (
    -3471783063263895400,
    -5980257374875761096,
    3950206276049347953,
    -1767404765033040056,
    3931986135023731726,
    -3949479827005825097,
    -848456150207190002,
    -2476575099532140572,
    5493924411872745431,
    3951138850987705538,
    -1080356246595634041,
    -7947080300955906205,
    7120783638434001368,
    -766495348059189039,
    8853741231842623797,
    -659226840983215362,
)
FIRST_OF_DATASKETCH = [1508312934, 66669243, 862954200, 866914500, 63377266, 157221404]
"""datasketch 2.0.0, scheme `affine32`, over these shingles with our multipliers and offsets."""

words = st.lists(st.sampled_from([f"w{number}" for number in range(300)]), max_size=120)


def hashes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, dtype="<u4")


def test_stored_values_never_change():
    """Databases hold these numbers: a change here needs a new FORMAT and a migration."""
    kept = fingerprint(WORDS)
    assert kept.shingles.hex() == SHINGLES
    assert kept.bands == KEYS
    assert kept.thinning == 0


def test_the_signature_is_the_one_of_datasketch():
    found = signature(hashes(bytes.fromhex(SHINGLES)))
    assert found[:6].tolist() == FIRST_OF_DATASKETCH


def test_the_signature_agrees_with_datasketch_where_it_is_installed():
    datasketch = pytest.importorskip("datasketch", reason="datasketch is in the bench group only")
    kept = fingerprint([f"word{number * number % 997}" for number in range(400)])
    theirs = datasketch.MinHash(
        num_perm=64, scheme="affine32", hashfunc=int, permutations=(MULTIPLIERS, OFFSETS)
    )
    theirs.update_batch(hashes(kept.shingles).tolist())
    assert theirs.hashvalues.tolist() == signature(hashes(kept.shingles)).tolist()


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_another_process_with_another_hash_seed_gives_the_same_bands(seed):
    script = (
        f"from monitor.stories.fingerprint import fingerprint;print(fingerprint({WORDS!r}).bands)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == repr(KEYS)


def test_keys_fit_a_signed_column_of_64_bits():
    assert len(KEYS) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in KEYS)


def test_a_text_shorter_than_a_shingle_has_no_fingerprint_and_resembles_nothing():
    assert fingerprint([]) is NOTHING
    assert fingerprint(["two", "words"]) is NOTHING
    assert resemblance(b"", b"") == UNLIKE
    assert resemblance(fingerprint(WORDS).shingles, b"") == UNLIKE


def test_resemblance_counts_shared_shingles():
    """Ten words are eight shingles, the first seven of them five: 5 of 8, all of the shorter."""
    found = resemblance(fingerprint(WORDS[:10]).shingles, fingerprint(WORDS[:7]).shingles)
    assert (found.jaccard, found.containment, found.proportion) == (5 / 8, 1.0, 5 / 8)


@given(words, words)
def test_resemblance_is_that_of_the_sets_and_symmetric(one, two):
    def sets(given_words):
        return {tuple(given_words[at : at + 3]) for at in range(len(given_words) - 2)}

    first, second = fingerprint(one).shingles, fingerprint(two).shingles
    found = resemblance(first, second)
    assert found == resemblance(second, first)
    left, right = sets(one), sets(two)
    if left and right:
        assert found.jaccard == len(left & right) / len(left | right)
        assert found.containment == len(left & right) / min(len(left), len(right))
        assert found.proportion == min(len(left), len(right)) / max(len(left), len(right))
    else:
        assert found == UNLIKE


@given(words)
def test_order_of_sentences_and_repetition_change_little_the_set_nothing(given_words):
    kept = fingerprint(given_words)
    assert fingerprint([*given_words]) == kept
    found = hashes(kept.shingles)
    assert np.array_equal(found, np.unique(found))


def test_copies_with_one_word_in_fifty_changed_share_bands():
    original = [f"word{number * 7919 % 4001}" for number in range(400)]
    for start in range(20):
        changed = list(original)
        changed[start::50] = [f"other{start}-{place}" for place in range(len(changed[start::50]))]
        assert set(fingerprint(original).bands) & set(fingerprint(changed).bands)


def test_unrelated_texts_share_no_band():
    many = [
        fingerprint([f"{name}{number}" for number in range(400)]).bands
        for name in "abcdefghijklmnopqrst"
    ]
    assert len({key for keys in many for key in keys}) == BANDS * len(many)


def test_a_band_is_its_own_key_space():
    """Equal rows in different bands are not taken for each other."""
    assert len(set(band_keys(np.zeros(64, dtype=np.uint32)))) == BANDS


@settings(deadline=None)
@given(st.integers(3_000, 20_000))
def test_long_texts_keep_an_even_bounded_sample_that_compares_with_short_ones(count):
    whole = fingerprint([f"word{number}" for number in range(count)])
    half = fingerprint([f"word{number}" for number in range(count // 2)])
    assert len(whole.shingles) <= 4 * MAX_SHINGLES
    found = resemblance(
        whole.shingles,
        half.shingles,
        first_thinning=whole.thinning,
        second_thinning=half.thinning,
    )
    assert found.containment == 1.0
    assert 0.38 < found.proportion < 0.62


def test_lone_surrogates_do_no_harm():
    assert fingerprint(["a", "b", "\ud800", "c"]).bands


def test_what_is_remembered_of_words_is_bounded_and_changes_nothing(monkeypatch):
    words = [f"word{number}" for number in range(50)]
    before = fingerprint(words)
    monkeypatch.setattr("monitor.stories.fingerprint._MOST_CACHED", 10)
    fresh = _WordHashes()
    monkeypatch.setattr("monitor.stories.fingerprint._word_hashes", fresh)
    assert fingerprint(words) == before
    assert len(fresh) <= 10
