"""Atoms: what rules look for, as numbers."""

Atom = int
"""A different word or phrase, or several of which any will do ("group")."""
NEVER: Atom = 0
"""No article has it: it fills up clauses that are short of atoms."""
ALWAYS: Atom = 1
"""Every article has it: it stands for the clauses that a rule does not have."""
