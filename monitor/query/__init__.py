"""Query strings: grammar, parser, errors; text in, condition tree out. Pure."""
