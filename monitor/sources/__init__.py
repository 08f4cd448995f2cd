"""Reads sources: feeds, pages and sitemaps over HTTP, politely, and folders of files."""
