"""Reads sources: feeds, pages and sitemaps over HTTP, politely, and folders of files."""

from monitor.sources.reader import Reader

__all__ = ["Reader"]
