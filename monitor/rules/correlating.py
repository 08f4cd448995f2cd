"""`correlate`: rules about hits (docs/rules.md, "Correlation rules")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.errors import Location
from monitor.model.rule import Correlation, Distinct, Rule
from monitor.yaml12 import Node, Reader, Scalar, Sequence, did_you_mean

KEYS = ("rules", "within", "distinct", "at_least", "group_by", "burst")
GROUP_BY = ("source", "source_tag", "tag", "lang", "level", "rule", "story")
DISTINCT: dict[str, Distinct] = {choice.value: choice for choice in Distinct}
MAX_WITHIN = timedelta(days=90)
_TAG = "tag:"


@dataclass(frozen=True, slots=True)
class Reference:
    """A rule or `tag:NAME` that a correlation names, and where."""

    name: str
    location: Location


def read_correlation(reader: Reader, node: Node, references: list[Reference]) -> Correlation | None:
    """Return a rule's `correlate`; what is wrong goes to the reader, what it names to the list."""
    fields = reader.mapping(node, "`correlate`", KEYS, ("rules", "within", "at_least"))
    if fields is None:
        return None
    within = fields.duration("within", timedelta(days=1)) or timedelta(days=1)
    if within > MAX_WITHIN:
        place = fields.node.entries["within"]
        reader.report("range", f"`within` must be at most {MAX_WITHIN.days}d", place)
    rules = fields.texts("rules")
    if "rules" in fields and not rules:
        hint = "name rule ids, or tag:NAME"
        reader.report("empty", "`rules` is empty", fields.node.entries["rules"], hint)
    if given := fields.get("rules"):
        items = given.items if isinstance(given, Sequence) else [given]
        references += [Reference(it.raw, it.location) for it in items if isinstance(it, Scalar)]
    at_least = fields.integer("at_least", 1, least=1)
    distinct = fields.choice("distinct", DISTINCT, Distinct.ARTICLES)
    if distinct is Distinct.RULES and at_least > len(rules) and not _tags(rules):
        message = f"`at_least` {at_least} different rules of {len(rules)} can never be"
        reader.report("at-least", message, fields.key_location("at_least"))
    burst = fields.number("burst", 0.0, least=1.0) if "burst" in fields else None
    group_by = tuple(dict.fromkeys(fields.texts("group_by")))
    for name in group_by:
        if name not in GROUP_BY:
            place = fields.node.entries["group_by"]
            hint = did_you_mean(name, GROUP_BY, all_too=True)
            reader.report("choice", f"`group_by` cannot be {name!r}", place, hint)
    return Correlation(
        rules=tuple(dict.fromkeys(rules)),
        within=within,
        distinct=distinct,
        at_least=at_least,
        group_by=group_by,
        burst=burst or None,
    )


def check_names(reader: Reader, references: Iterable[Reference], rules: Iterable[Rule]) -> None:
    """Report what correlations name that does not exist, or that they cannot count."""
    every = {rule.id for rule in rules}
    texts = [rule for rule in rules if rule.match is not None]
    ids = [rule.id for rule in texts]
    tags = {tag for rule in texts for tag in rule.tags}
    folded = {tag.casefold() for tag in tags}
    for reference in references:
        name, place = reference.name, reference.location
        tag = name.removeprefix(_TAG)
        if tag != name:
            if tag.casefold() not in folded:
                message = f"no rule has the tag {tag!r}"
                reader.report("unknown-tag", message, place, did_you_mean(tag, tags))
        elif name not in every:
            message = f"there is no rule {name!r}"
            reader.report("unknown-rule", message, place, did_you_mean(name, ids))
        elif name not in ids:
            message = f"{name!r} is itself about hits, and cannot be correlated"
            reader.report("correlated-correlation", message, place, "name rules with `match`")


def without_uncountable(rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """Return the rules but for correlations that name what is not among them.

    A correlation that runs with half of what it names would wait in vain, or fire for less than
    was meant. A tag stands for whatever has it: one rule with it is enough.
    """
    texts = [rule for rule in rules.values() if rule.match is not None]
    known = {rule.id for rule in texts}
    known.update(f"{_TAG}{tag.casefold()}" for rule in texts for tag in rule.tags)

    def whole(correlation: Correlation) -> bool:
        names = correlation.rules
        return all((name.casefold() if _is_tag(name) else name) in known for name in names)

    return tuple(rule for rule in rules.values() if rule.correlate is None or whole(rule.correlate))


def named_by(rule: Rule, rules: Mapping[str, Rule]) -> set[str]:
    """Return which of these rules a correlation names, by id or by a tag."""
    if rule.correlate is None:
        return set()
    names = set(rule.correlate.rules)
    tags = {name.removeprefix(_TAG).casefold() for name in names if _is_tag(name)}
    return {
        id
        for id, it in rules.items()
        if id in names or not tags.isdisjoint(tag.casefold() for tag in it.tags)
    }


def _is_tag(name: str) -> bool:
    return name.startswith(_TAG)


def _tags(rules: tuple[str, ...]) -> bool:
    return any(map(_is_tag, rules))
