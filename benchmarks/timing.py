"""How much processor time things take, and how much memory they keep.

Processor time of the whole process (all its threads), so that other work on the machine disturbs
the figures little.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def once(work: Callable[[], Made]) -> tuple[Made, float]:
    """Do it once; return what came of it and the seconds it took."""
    gc.collect()
    start = time.process_time()
    made = work()
    return made, time.process_time() - start


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Return the shortest time of several rounds, in seconds: the one least disturbed."""
    gc.collect()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def per_item(
    work: Callable[[Sequence[Item]], object], items: Sequence[Item], *, budget: float = 10.0
) -> float:
    """Return seconds an item; only as many items are taken as about fit the budget (seconds)."""
    gc.collect()
    start = time.process_time()
    work(items[:1])
    first = time.process_time() - start
    some = items[: max(1, min(len(items), int(budget / 3 / max(first, 1e-9))))]
    rounds = 3 if first * len(some) * 3 <= budget * 2 else 1
    return best(lambda: work(some), rounds) / len(some)


def memory_mb() -> float:
    """Return the memory that this process holds now (resident, MB)."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS in /proc/self/status")
