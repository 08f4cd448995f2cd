"""Where sentences begin."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left

from monitor.text.words import Tokens

_END = re.compile(
    r"(?P<spaced>(?<![.!?…؟۔।॥])[.!?…؟۔।॥]++[\"'”’»)\]]*+\s++)(?=[\"'“‘«(\[¿¡]*+(?P<next>\S))"
    r"|[。！？｡]++[」』”’）]*+"
)
_NO_END = re.compile(  # abbreviations, single letters, initials
    r"[^\W\d_]|.*\..*|mrs?|ms|dr|prof|sen|rep|gov|gen|col|lt|sgt|capt|maj|adm|rev|hon|st|jr|sr|vs"
    r"|etc|inc|ltd|co|corp|no|vol|fig|approx|est|dept|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
    r"|mt|ft|cf|al|гг|ул|им|тыс|млн|млрд|трлн|руб|стр|см|др|пр|тов|гр|акад|проф"
)
_LAST_WORD = re.compile(r"(?:^|[^\w.])([\w.]{1,12})\Z")


def sentence_starts(tokens: Tokens) -> tuple[int, ...]:
    """Return the index of the first word of each sentence, the first always 0.

    A sentence ends at `.`, `!`, `?` and their like before a space, unless a small letter follows or
    an abbreviation or initials stand before; at an ideographic full stop; and with its paragraph.
    """
    text = tokens.text
    cuts = [
        match.end("spaced") if match["spaced"] else match.end()
        for match in _END.finditer(text)
        if _ends(text, match)
    ]
    starts = {bisect_left(tokens.starts, cut) for cut in cuts}
    starts.update(tokens.paragraphs)
    starts.add(0)
    return tuple(sorted(start for start in starts if start < max(1, len(tokens))))


def _ends(text: str, match: re.Match[str]) -> bool:
    if not match["spaced"]:
        return True
    if match["next"].islower():
        return False
    if match.group()[0] != "." or match.group()[1:2] == ".":
        return True
    word = _LAST_WORD.search(text, max(0, match.start() - 14), match.start())
    if word is None or unicodedata.category(word[0][0])[0] == "M":  # a longer word, with marks
        return True
    return not _NO_END.fullmatch(word[1].lower())
