"""MinHash by libraries and here: what a signature costs, and whose values last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import version

import datasketch
import numpy as np
import rensa

from benchmarks import report, timing
from monitor.stories.fingerprint import MULTIPLIERS, OFFSETS, signature


def libraries() -> str:
    """Return what a signature of 64 hashes costs, and whose values last."""
    chance = np.random.default_rng(1)
    sets = {
        size: np.unique(chance.integers(0, 2**32, size, dtype=np.uint64)).astype(np.uint32)
        for size in (100, 400, 1000)
    }

    # rensa takes bytes: they are made beforehand, so that only its own work is timed.
    tokens = {len(hashes): [value.tobytes() for value in hashes] for hashes in sets.values()}

    def theirs(hashes: np.ndarray, scheme: str, **more: object) -> np.ndarray:
        made = datasketch.MinHash(num_perm=64, scheme=scheme, hashfunc=int, **more)
        made.update_batch(hashes.tolist())
        return made.hashvalues

    def rust(hashes: np.ndarray) -> list[int]:
        made = rensa.RMinHash(num_perm=64, seed=1)
        made.update(tokens[len(hashes)])
        return made.digest()

    ours = {"permutations": (MULTIPLIERS, OFFSETS)}
    ways: list[tuple[str, Callable[[np.ndarray], object], str]] = [
        (f"rensa {version('rensa')}, RMinHash", rust, "changed in 0.5.0; no older scheme kept"),
        (
            f"datasketch {datasketch.__version__}, legacy",
            lambda hashes: theirs(hashes, "legacy"),
            "kept by name since 1.x",
        ),
        (
            f"datasketch {datasketch.__version__}, affine32",
            lambda hashes: theirs(hashes, "affine32", **ours),
            "kept by name since 2.0.0",
        ),
        ("here: affine32 in numpy", signature, "integer arithmetic, pinned by a test"),
    ]
    rows = [
        [
            name,
            *(timing.best(partial(way, hashes), 300) * 1e6 for hashes in sets.values()),
            stable,
        ]
        for name, way, stable in ways
    ]
    agree = all(
        np.array_equal(theirs(hashes, "affine32", **ours), signature(hashes))
        for hashes in sets.values()
    )
    columns = ("signature of 64", "100 shingles, µs", "400, µs", "1,000, µs", "values")
    return report.table(columns, rows) + (
        f"\n\nOurs and datasketch's affine32 agree on every value: {'yes' if agree else 'NO'}."
    )
