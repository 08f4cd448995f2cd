"""Wiring, scheduler, reload, systemd, health, metrics."""
