"""Python's garbage collector, kept away from what is made once and stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.rules.collection import without_collection


@contextmanager
def lasting() -> Iterator[None]:
    """Make objects that stay: the collector rests meanwhile, and looks at none of them later.

    A hundred thousand rules are three million objects. Looking through them took nearly half of
    the time of compiling them, and would halt every thread for seconds, again and again. The next
    call looks once through what lasted before it, and takes what has become garbage.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    with without_collection():
        try:
            yield
        finally:
            gc.freeze()
