"""Measurements of the program beside its peers: `python -m benchmarks [NAME…]`."""
