"""HTTP client and politeness; corpus, feed, page, sitemap; full text."""
