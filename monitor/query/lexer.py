"""From a query's characters to lexemes: finished leaves, operators, parentheses."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model.condition import Condition
from monitor.query.checks import kept_depth
from monitor.query.foreign import FIELDS, LEXIS_CONNECTOR, explain_function, explain_word
from monitor.query.forms import (
    COUNTED,
    FIELDS_BY_NAME,
    FLAGGED,
    LEXEME,
    MODES,
    NAMES,
    PIECE,
    PROPERTIES,
    PROXIMITY,
    QUOTES,
    SPECIAL,
    UNITS,
    VALUE,
)
from monitor.query.leaves import (
    Piece,
    read_list,
    read_number,
    read_property,
    read_regex,
    read_term,
    suggestion,
)
from monitor.query.lexeme import Argument, Lexeme
from monitor.query.scan import Scan, shorten
from monitor.query.terms import Mode
from monitor.text.fold import visible

MAX_DEPTH = 100
"""Parentheses, NOTs, fields and NEARs inside each other."""
MAX_DISTANCE = 1_000
"""Words between which anything still is near."""
MAX_COUNT = 10_000
"""Occurrences that ATLEAST may ask for."""

_BOOLEAN = {"AND": "_AND", "OR": "_OR", "NOT": "NOT"}
_NESTING = frozenset({"LPAR", "NOT", "FIELD", "ATLEAST", "NEAR"})
_SIDE_BY_SIDE = frozenset({"_AND", "_OR", "_COMMA"})


class Lexer:
    """Divides one query into lexemes; what is wrong goes to the scan."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.text = scan.text
        self.lexemes: list[Lexeme] = []
        self.pieces: list[Piece] = []
        self.term = 0
        self.modes = [Mode.FOLDED]
        self.levels = [0]
        self.depth = 0
        self.position = 0

    def run(self) -> list[Lexeme]:
        """Return the lexemes; too many open parentheses end the reading with a problem."""
        text = self.text
        while self.depth <= MAX_DEPTH and (match := LEXEME.match(text, self.position)):
            kind = match.lastgroup or ""
            start, self.position = match.span(kind)
            if kind == "word":
                self._word(start, text[start : self.position])
                continue
            if kind == "opening" and self._function(start):
                continue
            self._flush()
            if kind == "quoted":
                self._quoted(start, start, self.modes[-1], closed=match["closed"] is not None)
            elif kind == "opening":
                self._open(start, self.modes[-1])
            elif kind == "closing":
                self._close(start)
            else:
                self._add("_COMMA", start)
        if self.depth > MAX_DEPTH:
            message = f"more than {MAX_DEPTH} parentheses and operators inside each other"
            self.scan.report(self.lexemes[-1].start, "too-deep", message, "divide the query")
        self._flush()
        return self.lexemes

    def _add(
        self,
        type: str,
        start: int,
        *,
        condition: Condition | None = None,
        argument: Argument = 0,
        ordered: bool = False,
    ) -> None:
        if type in _SIDE_BY_SIDE or (type == "NOT" and self._behind_operand()):
            self.depth = self.levels[-1]
        if type in _NESTING:
            self.depth += 1
        self.lexemes.append(
            Lexeme(
                type,
                self.scan,
                start,
                self.position,
                condition=condition,
                argument=argument,
                ordered=ordered,
            )
        )

    def _leaf(self, read: Callable[[Scan, int, int], Condition], start: int) -> None:
        self._add("TERM", start, condition=read(self.scan, start, self.position))

    def _behind_operand(self) -> bool:
        return bool(self.lexemes) and self.lexemes[-1].type in {"TERM", "RPAR"}

    def _open(self, start: int, mode: Mode) -> None:
        self._add("LPAR", start)
        self.modes.append(mode)
        self.levels.append(self.depth)

    def _close(self, start: int) -> None:
        if len(self.modes) > 1:
            self.modes.pop()
            self.levels.pop()
            self.depth = self.levels[-1]
        self._add("RPAR", start)

    def _flush(self) -> None:
        """End the term that words side by side have made."""
        if self.pieces:
            start, end = self.term, self.pieces[-1][1]
            condition = read_term(self.scan, self.pieces, start, end)
            self.pieces = []
            self.lexemes.append(Lexeme("TERM", self.scan, start, end, condition=condition))

    def _piece(self, start: int, first: int, mode: Mode) -> None:
        if not self.pieces:
            self.term = start
        self.pieces.append((first, self.position, mode))

    def _function(self, end: int) -> bool:
        """Whether the word directly before a parenthesis makes another language's function."""
        if not self.pieces or self.pieces[-1][1] != end:
            return False
        start = self.pieces[-1][0]
        explanation = explain_function(self.text[start:end])
        if explanation is None:
            return False
        self.scan.report(start, "foreign-syntax", *explanation)
        self.pieces = []
        self._open(end, self.modes[-1])
        return True

    def _quoted(self, start: int, mark: int, mode: Mode, *, closed: bool) -> None:
        if not closed:
            message = "the quotation mark is not closed"
            self.scan.report(mark, "open-quote", message, "add the closing one")
            return
        pieces = [
            (*found.span(), mode)
            for found in PIECE.finditer(self.text, mark + 1, self.position - 1)
        ]
        condition = read_term(self.scan, pieces, start, self.position, quoted=True)
        self._add("TERM", start, condition=condition)

    def _word(self, start: int, word: str) -> None:
        if not word.isascii():
            word = visible(word)  # what was copied from a web page may hold zero-width characters
        if not word:
            return
        if word.isalnum():
            if word in _BOOLEAN:
                self._flush()
                self._add(_BOOLEAN[word], start)
            elif (word.isupper() or word[-1].isdigit()) and self._foreign(start, word):
                return
            else:
                self._piece(start, start, self.modes[-1])
        elif not (
            (word[0] in "/#$" and self._special(start))
            or (":" in word and self._prefixed(start, word))
            or self._operator(start, word)
            or self._foreign(start, word)
        ):
            self._piece(start, start, self.modes[-1])

    def _foreign(self, start: int, word: str) -> bool:
        explanation = explain_word(word)
        if explanation:
            self.scan.report(start, "foreign-syntax", *explanation)
        return explanation is not None

    def _special(self, start: int) -> bool:
        match = SPECIAL.match(self.text, start)
        if match is None:
            return self._flagged(start)
        self._flush()
        self.position = match.end()
        if match["regex"]:
            if connector := LEXIS_CONNECTOR.match(match["regex"]):
                self.position = start + connector.end()
                return self._foreign(start, connector.group())
            self._leaf(read_regex, start)
        elif match["number"]:
            self._leaf(read_number, start)
        else:
            if mode := self.modes[-1]:
                self._misplaced(start, mode)
            self._leaf(read_list, start)
            listed = self.lexemes[-1].condition
            if listed is not None and self.depth + kept_depth(listed) > MAX_DEPTH:
                message = f"more than {MAX_DEPTH} conditions inside each other, with the list"
                self.scan.report(start, "too-deep", message, "make the lists flatter")
        return True

    def _flagged(self, start: int) -> bool:
        match = FLAGGED.match(self.text, start)
        if match is None or LEXIS_CONNECTOR.match(match.group()):
            return False
        self.position = match.end()
        message = f"`{match['flags']}` behind an expression means nothing here"
        hint = "the only flag is `i`, for any letter case; `(?s)` and `(?m)` stand inside"
        self.scan.report(start, "regex", message, hint)
        return True

    def _misplaced(self, start: int, mode: Mode) -> None:
        message = f"`{mode}:` does not reach into a list"
        hint = f"write `{mode}:` before the words in the list itself"
        self.scan.report(start, "misplaced-prefix", message, hint)

    def _operator(self, start: int, word: str) -> bool:
        if match := PROXIMITY.fullmatch(word):
            name, reach = match.groups()
            distance = UNITS.get(reach) or int(reach[:9])
            if isinstance(distance, int) and not 1 <= distance <= MAX_DISTANCE:
                message = (
                    f"`{shorten(word)}`: the distance is 1 (neighbours) to {MAX_DISTANCE} words"
                )
                self.scan.report(start, "distance", message, "write `NEAR/5`, `NEAR/S`, `NEAR/P`")
            self._flush()
            self._add("NEAR", start, argument=distance, ordered=name == "BEFORE")
            return True
        if match := COUNTED.fullmatch(word):
            count = int(match[2][:9])
            if not 1 <= count <= MAX_COUNT:
                self.scan.report(
                    start, "count", f"`{shorten(word)}`: the number is 1 to {MAX_COUNT:,}"
                )
            self._flush()
            self._add(match[1], start, argument=count)
            return True
        return False

    def _prefixed(self, start: int, word: str) -> bool:
        name, _, rest = word.partition(":")
        after = self.text.index(":", start) + 1
        if name in FIELDS_BY_NAME:
            self._flush()
            self.position = after
            self._add("FIELD", start, argument=FIELDS_BY_NAME[name])
            return True
        if name in MODES:
            self._marked(start, after, MODES[name], rest)
            return True
        if name in PROPERTIES:
            self._flush()
            if not rest and (value := VALUE.match(self.text, after)):
                self.position = value.end()
            condition = read_property(self.scan, PROPERTIES[name], start, after, self.position)
            self._add("TERM", start, condition=condition)
            return True
        if len(name) < 2 or not name.isidentifier():
            return False
        known = FIELDS.get(name.lower(), name.lower())
        hint = f"write `{known}:`" if known in NAMES else suggestion(name, NAMES)
        message = f"there is no field `{name}:`"
        self.scan.report(start, "unknown-field", message, f"{hint}; quote it if it is plain text")
        return True

    def _marked(self, start: int, after: int, mode: Mode, rest: str) -> None:
        """Read what follows `case:` or `stem:`."""
        following = self.text[after : after + 1]
        if rest and self._cannot_be_marked(start, after, mode, rest):
            return
        if rest:
            self._piece(start, after, mode)
            return
        self._flush()
        if following == "(":
            self.position = after + 1
            self._open(start, mode)
        elif following and following in QUOTES:
            match = LEXEME.match(self.text, after)
            assert match is not None  # noqa: S101 - a quotation mark begins a `quoted`
            self.position = match.end()
            self._quoted(start, after, mode, closed=match["closed"] is not None)
        else:
            message = f"`{mode}:` has nothing behind it"
            hint = f"write `{mode}:WHO` or `{mode}:(WHO OR NATO)`, without a space"
            self.scan.report(start, "empty-prefix", message, hint)

    def _cannot_be_marked(self, start: int, after: int, mode: Mode, rest: str) -> bool:
        """Whether `case:` or `stem:` stands before something that is no word."""
        name, colon, _ = rest.partition(":")
        if rest[0] == "$" and SPECIAL.match(self.text, after):
            self._misplaced(start, mode)
        elif colon and name in NAMES:
            message = f"`{mode}:` stands directly before a word, not before `{name}:`"
            hint = "use one of the two" if name in MODES else f"write `{name}:{mode}:…`"
            self.scan.report(start, "misplaced-prefix", message, hint)
        elif rest[0] in "/#" and SPECIAL.match(self.text, after):
            message = f"`{mode}:` means nothing before a number or an expression"
            self.scan.report(start, "misplaced-prefix", message, "leave it out")
        else:
            return False
        return True
