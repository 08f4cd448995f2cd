"""From a query string to a condition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from monitor.errors import InvalidQuery, Location, Problem
from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Field,
    Near,
    Not,
    Or,
    Some,
    Unit,
    Within,
)
from monitor.query.checks import proximity_fault, scope_fault
from monitor.query.lexeme import Lexeme
from monitor.query.lexer import Lexer
from monitor.query.plain import read_plain
from monitor.query.scan import Scan, shorten

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""What articles are stored without, so that a query with it would silently find nothing."""

Part = Lexeme | tuple[Condition, int, int]
"""A lexeme, or a condition with the place of its first and behind its last character."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a query means, and what may not be meant by it."""

    condition: Condition
    warnings: tuple[Problem, ...]


def parse(text: str, *, at: Callable[[int], Location], lists: Mapping[str, Condition]) -> Parsed:
    """Return the meaning of a query string.

    `at` names the place of a character of `text`; `lists` are the conditions of the known `$names`.
    Raises InvalidQuery with everything that is wrong in the parts, else the first thing wrong in
    how they are put together. Linear in the length of the text; at most MAX_DEPTH levels deep.
    """
    if (plain := read_plain(text, at)) is not None:
        return Parsed(plain, ())
    scan = Scan(text, at, lists)
    if control := _CONTROL.search(text):
        message = f"the control character U+{ord(control[0]):04X} is in no article"
        scan.report(control.start(), "character", message, "remove it")
        scan.refuse()
    lexemes = Lexer(scan).run()
    scan.refuse()
    if not lexemes:
        scan.report(0, "empty", "the query is empty", "write at least one word")
        scan.refuse()
    if len(lexemes) == 1 and lexemes[0].condition is not None:
        return Parsed(lexemes[0].condition, tuple(scan.warnings))
    condition = _combine(scan, lexemes)
    scan.refuse()
    return Parsed(condition, tuple(scan.warnings))


def _combine(scan: Scan, lexemes: list[Lexeme]) -> Condition:
    if (kind := _flat(lexemes)) is not None:
        return _condition(_joined(kind, [*lexemes[::2]]))
    return _by_grammar(scan, lexemes)


def _flat(lexemes: list[Lexeme]) -> type[And | Or] | None:
    """Return what joins the terms where they are divided by one kind of operator and nothing else.

    Most queries are so; the grammar says the same of them, and takes much longer to.
    """
    if len(lexemes) < 3 or len(lexemes) % 2 == 0:
        return None
    operator = lexemes[1].type
    if any(lexeme.type != "TERM" for lexeme in lexemes[::2]):
        return None
    if any(lexeme.type != operator for lexeme in lexemes[1::2]):
        return None
    return _KINDS.get(operator)


def _by_grammar(scan: Scan, lexemes: list[Lexeme]) -> Condition:
    steps = _grammar().parse_interactive()
    try:
        for lexeme in lexemes:
            steps.feed_token(cast("Token", lexeme))
        end = Lexeme("$END", scan, len(scan.text), len(scan.text))
        result = steps.feed_token(cast("Token", end))
    except UnexpectedToken as error:
        _explain(scan, lexemes, cast("Lexeme", error.token), error.expected)
        raise InvalidQuery(scan.problems) from None
    return _condition(result)


@cache
def _grammar() -> Lark:
    grammar = (files("monitor.query") / "query.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer=_Given, transformer=_Builder())


class _Given(LarkLexer):
    """Stands where lark wants a lexer: lexemes are fed one by one."""

    def __init__(self, _: object) -> None:
        pass

    def lex(self, _: object, __: object) -> Any:  # pragma: no cover - never called by feed_token
        return iter(())


def _condition(part: Part) -> Condition:
    condition = part.condition if isinstance(part, Lexeme) else part[0]
    assert condition is not None  # noqa: S101 - the grammar gives conditions alone
    return condition


def _span(part: Part) -> tuple[int, int]:
    return (part.start, part.end) if isinstance(part, Lexeme) else (part[1], part[2])


class _Builder(Transformer[Any, Any]):
    """Makes conditions of what the grammar has put together."""

    def either(self, parts: list[Part]) -> Part:
        return _joined(Or, parts)

    def both(self, parts: list[Part]) -> Part:
        return _joined(And, parts)

    def without(self, parts: list[Part]) -> Part:
        return Not(_condition(parts[1])), _span(parts[0])[0], _span(parts[1])[1]

    def group(self, parts: list[Part]) -> Part:
        return _condition(parts[1]), _span(parts[0])[0], _span(parts[2])[1]

    def near(self, parts: list[Part]) -> Part:
        left, operator, right = parts
        operator = cast("Lexeme", operator)
        scan = operator.scan
        start, end = _span(left)[0], _span(right)[1]
        operands = (_condition(left), _condition(right))
        for operand, part in zip(operands, (left, right), strict=True):
            if fault := proximity_fault(operand):
                name = "BEFORE" if operator.ordered else "NEAR"
                message = f"{fault} cannot be a side of {name}: it has no place in the text"
                hint = f"{name} joins terms, phrases, ORs of those, and further NEARs"
                scan.report(_span(part)[0], "near-operand", message, hint)
        near = Near(
            operands,
            cast("int | Unit", operator.argument),
            operator.ordered,
            scan.text[start:end],
            scan.at(start),
        )
        return near, start, end

    def within(self, parts: list[Part]) -> Part:
        field, part = cast("Lexeme", parts[0]), parts[1]
        operand = _condition(part)
        name = cast("Field", field.argument)
        if fault := scope_fault(name, operand):
            field.scan.report(field.start, "impossible-scope", fault, "take the inner one out")
        return Within(name, operand), field.start, _span(part)[1]

    def at_least(self, parts: list[Part]) -> Part:
        operator, part = cast("Lexeme", parts[0]), parts[1]
        operand = _condition(part)
        start, end = operator.start, _span(part)[1]
        scan = operator.scan
        if fault := proximity_fault(operand):
            message = f"{fault} cannot be counted: it has no place in the text"
            hint = "ATLEAST counts a term, a phrase, an OR of those, or a NEAR"
            scan.report(_span(part)[0], "count-operand", message, hint)
        count = cast("int", operator.argument)
        counted = AtLeast(count, operand, scan.text[start:end], scan.at(start))
        return counted, start, end

    def any_of(self, parts: list[Part]) -> Part:
        operator = cast("Lexeme", parts[0])
        operands = tuple(map(_condition, parts[2:-1]))
        count = cast("int", operator.argument)
        if len(operands) == 1 and isinstance(operands[0], Or):
            operands = operands[0].operands
        if count > len(operands):
            message = f"ANY/{count} of {len(operands)} can match nothing"
            operator.scan.report(operator.start, "count", message, "lower the number")
        return Some(count, operands), operator.start, _span(parts[-1])[1]


def _joined(kind: type[And | Or], parts: list[Part]) -> Part:
    operands: list[Condition] = []
    for part in parts:
        condition = _condition(part)
        if isinstance(condition, kind):
            operands += condition.operands
        else:
            operands.append(condition)
    return kind(tuple(operands)), _span(parts[0])[0], _span(parts[-1])[1]


_KINDS: dict[str, type[And | Or]] = {"_OR": Or, "_AND": And}
_NAMES = {
    "_AND": "`AND`",
    "_OR": "`OR`",
    "NOT": "`NOT`",
    "RPAR": "`)`",
    "_COMMA": "`,`",
}
_STARTING = frozenset({"TERM", "LPAR", "FIELD", "ATLEAST", "ANY"})


def _explain(scan: Scan, lexemes: list[Lexeme], token: Lexeme, expected: set[str]) -> None:
    """Say in words what the grammar did not expect."""
    found = shorten(scan.text[token.start : token.end])
    if token.type == "$END":
        opened = [lexeme for lexeme in lexemes if lexeme.type in {"LPAR", "RPAR"}]
        stack: list[Lexeme] = []
        for lexeme in opened:
            if lexeme.type == "LPAR":
                stack.append(lexeme)
            else:
                stack.pop()
        if "RPAR" in expected and stack:
            message = "this parenthesis is not closed"
            scan.report(stack[-1].start, "open-parenthesis", message, "add the missing `)`")
            return
        last = lexemes[-1]
        name = shorten(scan.text[last.start : last.end])
        message = f"`{name}` needs something behind it, and the query ends"
        scan.report(last.start, "missing-term", message, "write a term, or leave the operator out")
    elif token.type == "_COMMA":
        message = "a comma divides only the items of `ANY/2 (a, b, c)`"
        scan.report(token.start, "comma", message, "write `OR` or `AND`; quote it if it is text")
    elif token.type == "RPAR" and "RPAR" not in expected and _STARTING.isdisjoint(expected):
        scan.report(token.start, "close-parenthesis", "this parenthesis was never opened")
    elif token.type in _STARTING and _STARTING.isdisjoint(expected):
        message = f"`{found}` stands directly beside another part of the query"
        hint = "join them with AND, OR or NEAR/5; for a phrase put everything in one pair of quotes"
        scan.report(token.start, "missing-operator", message, hint)
    elif expected == {"LPAR"}:
        scan.report(
            token.start, "missing-parenthesis", "ANY/k needs a list", "write `ANY/2 (a, b)`"
        )
    else:
        name = _NAMES.get(token.type, f"`{found}`")
        message = f"a term is missing before {name}"
        scan.report(token.start, "missing-term", message, "write one, or leave the operator out")
