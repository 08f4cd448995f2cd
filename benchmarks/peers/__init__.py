"""The engine's peers: other ways to run many watch rules over an article, one a file."""
