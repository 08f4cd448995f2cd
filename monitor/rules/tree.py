"""The `match` tree: `all`, `any`, `none`, `at_least`, `near` over query strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.model.condition import (
    NOWHERE,
    And,
    Condition,
    Near,
    Not,
    Or,
    Some,
    Unit,
)
from monitor.query import MAX_DISTANCE, proximity_fault
from monitor.rules.items import read_item, read_query, split_by_yaml
from monitor.rules.walk import location_of, negative_part
from monitor.rules.wordlists import UNUSABLE, WordLists
from monitor.yaml12 import Fields, Node, Reader, Scalar, Sequence
from monitor.yaml12 import Mapping as YamlMapping

KEYS = ("all", "any", "none", "at_least", "near", "of", "ordered")
_MEANT = {
    "and": "write 'all'",
    "or": "write 'any'",
    "not": "write 'none'",
    "exclude": "write 'none'",
    "except": "write 'none'",
}
_POSITIVE = ("all", "any", "at_least", "near")
MAX_NESTING = 20
"""Mappings and lists inside each other in one `match`; each query in them may nest as well."""
_UNITS = {"S": Unit.SENTENCE, "P": Unit.PARAGRAPH}


def read_match(reader: Reader, node: Node, lists: WordLists) -> Condition:
    """Return the condition of a rule's `match`: a query string, a list, or a tree.

    What is wrong goes to the reader, and `UNUSABLE` stands in its place.
    """
    found = len(reader.problems)
    if isinstance(node, Scalar):
        condition = read_query(reader, node, lists)
    else:
        condition = _TreeReader(reader, lists).condition(node)
    part = negative_part(condition, lists.sound)
    if part is not None and len(reader.problems) == found:
        place = location_of(part)
        if part is condition:
            message = "the rule names nothing that must be there"
            hint = "a rule needs a word or phrase, not only exclusions and properties"
        else:
            message = "this way to match names nothing that must be there"
            hint = "join it by AND with a word or phrase, or put it into `none`"
        reader.report("nothing-positive", message, node if place == NOWHERE else place, hint)
    return condition


class _TreeReader:
    """Reads one tree, at most MAX_NESTING deep."""

    def __init__(self, reader: Reader, lists: Mapping[str, Condition]) -> None:
        self._reader = reader
        self._lists = lists
        self._depth = 0

    def condition(self, node: Node) -> Condition:
        if isinstance(node, Scalar):
            return read_item(self._reader, node, self._lists)
        if self._depth >= MAX_NESTING:
            message = f"conditions are nested more than {MAX_NESTING} deep"
            self._reader.report("too-deep", message, node, "join some of them")
            return UNUSABLE
        self._depth += 1
        inner = self._tree(node) if isinstance(node, YamlMapping) else self._listed(node)
        self._depth -= 1
        return inner

    def _listed(self, node: Sequence) -> Condition:
        return self._join(Or, node, "the list")

    def _tree(self, node: YamlMapping) -> Condition:
        if query := split_by_yaml(node):
            message = "this is a mapping to YAML, because of the space after the colon"
            self._reader.report(
                "space-after-colon", message, node, f"write {query!r}, without the space"
            )
            return UNUSABLE
        fields = self._reader.mapping(node, "the condition", KEYS, meant=_MEANT)
        if fields is None or not self._sound(fields):
            return UNUSABLE
        parts = tuple(self._parts(fields))
        return parts[0] if len(parts) == 1 else And(parts)

    def _parts(self, fields: Fields) -> Iterator[Condition]:
        if "all" in fields:
            yield self._joined(And, fields, "all")
        if "any" in fields:
            yield self._joined(Or, fields, "any")
        if "at_least" in fields:
            yield self._at_least(fields)
        if "near" in fields:
            yield self._near(fields)
        if "none" in fields:
            yield Not(self._joined(Or, fields, "none"))

    def _sound(self, fields: Fields) -> bool:
        """Whether the keys go together."""
        report = self._reader.report
        if not any(key in fields for key in _POSITIVE):
            if "none" in fields:
                message = "`none` alone matches nearly every article"
                report("none-alone", message, fields.node, "add `all` or `any` beside it")
            elif not fields.node.entries.keys() - set(KEYS):
                hint = f"give one of {', '.join(_POSITIVE)}"
                report("empty", "the condition is empty", fields.node, hint)
            return False
        if "at_least" in fields and "near" in fields:
            message = "`at_least` and `near` cannot share one `of`"
            report("two-of", message, fields.node, "put one of them into a mapping of its own")
            return False
        counted = "at_least" in fields or "near" in fields
        if counted and "of" not in fields:
            key = "at_least" if "at_least" in fields else "near"
            report("missing-key", f"`{key}` needs `of: [...]` beside it", fields.node)
            return False
        for key, owners in (("of", "`at_least` or `near`"), ("ordered", "`near`")):
            if key in fields and not (counted if key == "of" else "near" in fields):
                message = f"`{key}` is only for {owners}"
                report("lonely-key", message, fields.key_location(key), f"add {owners}")
        return True

    def _joined(self, kind: type[And | Or], fields: Fields, key: str) -> Condition:
        node = fields.node.entries[key]
        if isinstance(node, Scalar) and not node.null:
            return self.condition(node)
        return self._join(kind, node, f"`{key}`")

    def _join(self, kind: type[And | Or], node: Node, what: str) -> Condition:
        operands = self._operands(node, what)
        return operands[0] if len(operands) == 1 else kind(operands)

    def _operands(self, node: Node, what: str) -> tuple[Condition, ...]:
        items = self._reader.items(node, what)
        if items == []:
            self._reader.report("empty", f"{what} is empty", node, "name at least one item")
        return tuple(self.condition(item) for item in items or ()) or (UNUSABLE,)

    def _of(self, fields: Fields) -> tuple[Condition, ...]:
        """Return the items of `of`; of a single `$list`, the items of the list."""
        node = fields.node.entries["of"]
        if isinstance(node, Scalar) and not node.null:
            condition = self.condition(node)
            return condition.operands if isinstance(condition, Or) else (condition,)
        return self._operands(node, "`of`")

    def _at_least(self, fields: Fields) -> Condition:
        operands = self._of(fields)
        count = fields.integer("at_least", 1, least=1)
        different = set(operands)
        if count > len(different) and UNUSABLE not in different:
            message = f"`at_least` {count} of {len(different)} different items can never be"
            hint = f"at most {len(different)}; `of: $list` (not in brackets) counts a list's items"
            self._reader.report("at-least", message, fields.node.entries["at_least"], hint)
        return Some(count, operands)

    def _near(self, fields: Fields) -> Condition:
        operands = self._of(fields)
        distance = self._distance(fields)
        ordered = fields.flag("ordered", default=False)
        node = fields.node.entries["of"]
        if len(operands) < 2 and UNUSABLE not in operands:
            message = "`near` needs two or more items"
            self._reader.report("near-items", message, node, "name what must be close together")
        items = node.items if isinstance(node, Sequence) else [node] * len(operands)
        for operand, item in zip(operands, items, strict=False):
            if fault := proximity_fault(operand):
                message = f"{fault} cannot stand inside `near`: it has no place in the text"
                hint = "`near` joins terms, phrases, `any` of those, and further `near`"
                self._reader.report("near-operand", message, item, hint)
        place = fields.key_location("near")
        source = f"near: {distance}, ordered: true" if ordered else f"near: {distance}"
        return Near(operands, distance, ordered, source=source, location=place)

    def _distance(self, fields: Fields) -> int | Unit:
        node = fields.node.entries["near"]
        if isinstance(node, Scalar) and node.raw in _UNITS:
            return _UNITS[node.raw]
        return fields.integer("near", 1, least=1, most=MAX_DISTANCE)
