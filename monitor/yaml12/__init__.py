"""YAML 1.2 text to located nodes, and readers that collect every problem. Pure."""
