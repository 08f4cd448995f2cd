"""Rendering and channels: the only room that knows apprise."""
