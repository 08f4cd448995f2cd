"""What a person does where no patch can be made, and why none can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.rules.amending import rule_in
from monitor.yaml12 import Mapping, Node, Scalar, Sequence, load
from monitor.yaml12.editing import alias_behind, own_start, scalar

_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)")


@dataclass(frozen=True, slots=True)
class Advice:
    """Why there is no patch (a sentence without its end), and what to do, a sentence each."""

    why: str
    steps: tuple[str, ...]


def advise(text: str, file: str, rule: str, *, miss: str | None, exclude: str | None) -> Advice:
    """Return what keeps a patch from a rule of a file, and how to add to that rule alone.

    `miss` is a sample as it is written, `exclude` a phrase; None if it is not wanted.
    """
    root = load(text, file)
    node = rule_in(root, rule)
    match, tests = (_Part.of(root, rule, node, key) for key in ("match", "tests"))
    why = f"{file} is not written so that a patch could add to {rule}"
    steps = []
    if exclude is not None:
        if match.is_everything:
            why = f"The match of {rule} is `*`, every article, and nothing can stand beside that"
        elif match.others:
            why = match.why()
        steps.append(_exclude(match, scalar(exclude)))
    elif tests.others:
        why = tests.why()
    if miss is not None:
        steps.append(_add(tests, miss))
    return Advice(why, tuple(steps))


def _exclude(match: _Part, item: str) -> str:
    if match.is_everything:
        return "Nothing can be excluded from `*`: narrow the rule's `only`, or let it name words."
    node = match.node
    if not isinstance(node, Mapping):
        alone = f"as `{{any: …, none: [{item}]}}`"
        how = f"write the rule's match {alone}"
    elif "none" not in node.entries:
        how, alone = f"give the rule's match the key `none: [{item}]`", f"with `none: [{item}]`"
    else:
        how = f"add `{item}` to the `none` of the rule's match"
        alone = f"with `{item}` in its `none`"
    return match.written_out(alone) if match.others else f"To exclude it, {how}."


def _add(tests: _Part, sample: str) -> str:
    if not tests.others:
        return f"Add this to the `miss` of its tests: {sample}"
    return f"{tests.written_out('with this in their `miss`').removesuffix('.')}: {sample}"


@dataclass(frozen=True, slots=True)
class _Part:
    """The value of a key of a rule, and who else has it by an anchor."""

    rule: str
    key: str
    node: Node | None
    others: tuple[str, ...]
    anchor: str
    aliased: bool
    """Whether the anchor stands elsewhere."""

    @classmethod
    def of(cls, root: Node, rule: str, node: Mapping | None, key: str) -> _Part:
        value = None if node is None else node.entries.get(key)
        if node is None or value is None:
            return cls(rule, key, None, (), "", aliased=False)
        text = value.document.text
        place = alias_behind(node.keys[key])
        named = _ANCHOR.search(text, value.start, own_start(value))
        name = text[place[0] + 1 : place[1]] if place else named[1] if named else ""
        others = tuple(_users(root, value, node)) if name else ()
        return cls(rule, key, value, others, name, aliased=place is not None)

    @property
    def is_everything(self) -> bool:
        return isinstance(self.node, Scalar) and self.node.raw.strip() == "*"

    def why(self) -> str:
        return (
            f"{self.rule} shares its {self.key} with {_listed(self.others)} by the anchor"
            f" `&{self.anchor}`, and no patch could add to {self.rule} alone"
        )

    def written_out(self, how: str) -> str:
        """Return how this rule comes to have a value of its own, and the others keep theirs."""
        own = f"write the {self.key} of {self.rule} out"
        if self.aliased:
            return f"In place of `*{self.anchor}`, {own}, {how}."
        first = self.others[0]
        return (
            f"Move `&{self.anchor}` and its value to {first}, in place of `*{self.anchor}`, so that"
            f" it stays as it is, and {own} without the anchor, {how}."
        )


def _users(root: Node, wanted: Node, own: Mapping) -> Iterator[str]:
    """Yield the ids of other rules, and the names of lists, that hold a node."""
    entries = root.entries if isinstance(root, Mapping) else {}
    rules, lists = entries.get("rules"), entries.get("lists")
    for item in rules.items if isinstance(rules, Sequence) else ():
        if isinstance(item, Mapping) and item is not own and _holds(item, wanted):
            id = item.entries.get("id")
            yield id.raw if isinstance(id, Scalar) else "a rule without an id"
    for name, node in lists.entries.items() if isinstance(lists, Mapping) else ():
        if _holds(node, wanted):
            yield f"${name}"


def _holds(node: Node, wanted: Node) -> bool:
    """Tell whether a node is in another; what several aliases stand for is looked at once."""
    left, seen = [node], set[int]()
    while left:
        one = left.pop()
        if one is wanted:
            return True
        if isinstance(one, Scalar) or id(one) in seen:
            continue
        seen.add(id(one))
        left += one.items if isinstance(one, Sequence) else one.entries.values()
    return False


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
