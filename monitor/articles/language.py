"""The language of an article: as declared, else detected."""

from __future__ import annotations

import re

_LOOKED_AT = 1_000  # characters: more changes no verdict and costs time
_FEWEST_LETTERS = 20
_SUREST = 0.8
_CODE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_].*)?\s*", re.DOTALL)
# ISO 639-2 codes that feeds and pages still write where ISO 639-1 has two letters.
_THREE_LETTERS = {
    "ara": "ar", "bel": "be", "ben": "bn", "bul": "bg", "ces": "cs", "cze": "cs", "chi": "zh",
    "zho": "zh", "dan": "da", "deu": "de", "ger": "de", "ell": "el", "gre": "el", "eng": "en",
    "est": "et", "fas": "fa", "per": "fa", "fin": "fi", "fra": "fr", "fre": "fr", "heb": "he",
    "hin": "hi", "hun": "hu", "hye": "hy", "arm": "hy", "ind": "id", "ita": "it", "jpn": "ja",
    "kat": "ka", "geo": "ka", "kaz": "kk", "kir": "ky", "kor": "ko", "lav": "lv", "lit": "lt",
    "nld": "nl", "dut": "nl", "nor": "no", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro",
    "rus": "ru", "slk": "sk", "spa": "es", "swe": "sv", "tgk": "tg", "tha": "th", "tur": "tr",
    "tuk": "tk", "ukr": "uk", "urd": "ur", "uzb": "uz", "vie": "vi",
}  # fmt: skip
# What ISO 639-1 has withdrawn, and codes that say "no language".
_OTHER_NAMES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "und": "", "mul": "", "zxx": ""}


def language_code(declared: str | None) -> str | None:
    """Return the primary language subtag of a declared tag: `en` for `en-GB`; else None."""
    fit = _CODE.fullmatch(declared or "")
    if fit is None:
        return None
    code = fit.group(1).lower()
    return _THREE_LETTERS.get(code, _OTHER_NAMES.get(code, code)) or None


def detect_language(text: str) -> str | None:
    """Return the language that a text is surely in; None when it is too short or in doubt.

    The model (py3langid, about 40 MB in memory) is loaded at the first call.
    """
    sample = text[:_LOOKED_AT]
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return None
    # Most runs never need it.
    from monitor.articles.language_model import IDENTIFIER  # noqa: PLC0415

    code, confidence = IDENTIFIER.classify(sample)
    return language_code(code) if confidence >= _SUREST else None
