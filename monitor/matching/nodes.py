"""The nodes of a compiled rule: whether they hold, and what proves it."""

# ruff: noqa: D102 - what the methods promise stands at Node

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from monitor.matching.properties import has_property
from monitor.matching.reading import Proofs, Reading, Scope, narrowed
from monitor.model.condition import Field, Property


class Node(ABC):
    """A part of a rule's condition."""

    __slots__ = ()

    @abstractmethod
    def holds(self, reading: Reading, scope: Scope) -> bool:
        """Whether this is so within the scope."""

    @abstractmethod
    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        """Add the evidence of a node that holds."""


class Any(Node):
    """At least one operand holds."""

    __slots__ = ("operands",)

    def __init__(self, operands: Sequence[Node]) -> None:
        self.operands = tuple(operands)

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return any(operand.holds(reading, scope) for operand in self.operands)

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        for operand in self.operands:
            if operand.holds(reading, scope):
                operand.prove(reading, scope, proofs)


class All(Node):
    """Every operand holds."""

    __slots__ = ("operands",)

    def __init__(self, operands: Sequence[Node]) -> None:
        self.operands = tuple(operands)

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return all(operand.holds(reading, scope) for operand in self.operands)

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        for operand in self.operands:
            operand.prove(reading, scope, proofs)


class Several(Node):
    """At least so many different operands hold."""

    __slots__ = ("count", "different", "operands")

    def __init__(self, count: int, operands: Sequence[Node], different: Sequence[Node]) -> None:
        """Take all operands for the evidence, and those of different meaning for the count."""
        self.count = count
        self.operands = tuple(operands)
        self.different = tuple(different)

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return sum(operand.holds(reading, scope) for operand in self.different) >= self.count

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        for operand in self.operands:
            if operand.holds(reading, scope):
                operand.prove(reading, scope, proofs)


class Lacks(Node):
    """The operand does not hold."""

    __slots__ = ("operand",)

    def __init__(self, operand: Node) -> None:
        self.operand = operand

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return not self.operand.holds(reading, scope)

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        pass


class Inside(Node):
    """The operand holds within a part of the article."""

    __slots__ = ("field", "operand")

    def __init__(self, field: Field, operand: Node) -> None:
        self.field = field
        self.operand = operand

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return self.operand.holds(reading, narrowed(scope, self.field))

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        self.operand.prove(reading, narrowed(scope, self.field), proofs)


class Always(Node):
    """Every article."""

    __slots__ = ()

    def holds(self, reading: Reading, scope: Scope) -> bool:  # noqa: ARG002 - whatever they are
        return True

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        pass


class Fact(Node):
    """A property of the article."""

    __slots__ = ("property",)

    def __init__(self, property: Property) -> None:
        self.property = property

    def holds(self, reading: Reading, scope: Scope) -> bool:  # noqa: ARG002 - it has no place
        return has_property(reading, self.property)

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        pass
