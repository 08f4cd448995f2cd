"""What a file or page says, as an `Article`; whose it is, and whether it is known. Pure."""
