"""The model that tells languages apart; importing this loads it, in half a second.

As a module of its own it is loaded once: importing waits for whoever imports already. A cached
function would let every thread load it that calls while the first one does, and fifty polls that
begin together would fill a small machine.
"""

from __future__ import annotations

from typing import Protocol

from py3langid.langid import (  # type: ignore[import-untyped]  # ships no types
    MODEL_FILE,
    LanguageIdentifier,
)


class Identifier(Protocol):
    """Tells the language of a text, and how sure that is (0 to 1)."""

    def classify(self, text: str) -> tuple[str, float]:
        """Return the code of the likeliest language, and its probability."""
        ...


IDENTIFIER: Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
