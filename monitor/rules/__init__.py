"""YAML rule files to a rulebook, or all their problems at once; rule tests; JSON Schema."""
