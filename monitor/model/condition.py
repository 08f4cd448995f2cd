"""The condition tree: what a rule's `match` means, after parsing.

Words inside are already normalised by `monitor.text` (folded, or case-kept for `case:`).
Every node that stands for something a person wrote keeps `source`, the text as written
(the `query` of evidence), and `location`, where it stands; neither takes part in equality, so
that two rules that mean the same compare equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.errors import Location

NOWHERE = Location("")


class Field(StrEnum):
    """A part of an article's text."""

    TITLE = "title"
    BODY = "body"
    LEAD = "lead"  # the title and the first two paragraphs of the body


class PropertyKind(StrEnum):
    """A fact of an article that is not its text."""

    SITE = "site"
    SOURCE = "source"
    AUTHOR = "author"
    LANG = "lang"
    TAG = "tag"
    URL = "url"


class Unit(StrEnum):
    """What both sides of a NEAR must share when no number of words is given."""

    SENTENCE = "S"
    PARAGRAPH = "P"


# --- one word of a phrase ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exact:
    """This word. `text` is folded; with `case`, it is the word as written (NFKC, not folded)."""

    text: str
    case: bool = False


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word that fits `pattern`: `*` any run, `?` exactly one; folded unless `case`."""

    pattern: str
    case: bool = False


@dataclass(frozen=True, slots=True)
class AnyWord:
    """Exactly one word, whichever (a lone `*` inside a phrase)."""


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word within `distance` edits (optimal string alignment) of `text` (folded).

    `distance` is resolved when parsed: AUTO is 0 for 1-2 letters, 1 for 3-5, 2 for more.
    """

    text: str
    distance: int


@dataclass(frozen=True, slots=True)
class Stem:
    """A word with the same Snowball stem as `text` (folded), in the article's language."""

    text: str


WordPattern = Exact | Wildcard | AnyWord | Fuzzy | Stem


# --- leaves: things that occur in the text -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other in this order; a single word is a phrase of one."""

    words: tuple[WordPattern, ...]
    source: str = field(default="", compare=False)
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the text with `low` <= value <= `high`; None is no bound.

    `low_open`/`high_open` exclude the bound itself (`#>100`, `#<5`).
    """

    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False
    source: str = field(default="", compare=False)
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Regex:
    """A linear-time regular expression (RE2) over the original text of each field."""

    pattern: str
    ignore_case: bool = False
    source: str = field(default="", compare=False)
    location: Location = field(default=NOWHERE, compare=False)


# --- proximity and counting --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Near:
    """All operands close to each other: within `distance` words, or within one `Unit`.

    Operands are phrases, numbers, `Or`s of those, or further `Near`s. With `ordered`, each
    ends before the next begins. See docs/rules.md, "Near", for the exact meaning.
    """

    operands: tuple[Condition, ...]
    distance: int | Unit
    ordered: bool = False
    source: str = field(default="", compare=False)
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`count` or more non-overlapping occurrences of `operand` (a leaf, an `Or`, a `Near`)."""

    count: int
    operand: Condition
    source: str = field(default="", compare=False)
    location: Location = field(default=NOWHERE, compare=False)


# --- Boolean -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class And:
    """Every operand matches."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one operand matches."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """`count` or more different operands match (`ANY/k (...)`, `at_least: k` with `of`)."""

    count: int
    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The operand does not match. Gives no evidence."""

    operand: Condition


# --- scope and facts ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Within:
    """`operand`, looked for in this part of the article only."""

    field: Field
    operand: Condition


@dataclass(frozen=True, slots=True)
class Property:
    """A fact of the article: `value` is normalised as its kind asks (host, id, folded words, code).

    `words` are the folded words of `author:`, in order; empty for the other kinds.
    """

    kind: PropertyKind
    value: str
    words: tuple[str, ...] = ()
    source: str = field(default="", compare=False)
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article (`*` as the whole query)."""


Condition = (
    Phrase
    | Number
    | Regex
    | Near
    | AtLeast
    | And
    | Or
    | Some
    | Not
    | Within
    | Property
    | Everything
)
