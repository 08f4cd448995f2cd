"""Plain-text articles (config.md section 3)."""

from __future__ import annotations

import re

from monitor.articles.dates import parse_date
from monitor.articles.encoding import decode
from monitor.articles.language import detect_language, language_code
from monitor.articles.prose import body_of, clean, first_sentence, one_line, paragraphs
from monitor.model.article import Article
from monitor.model.source import Refusal

NO_TEXT = "holds no text"
BINARY = "is not text: binary data, or in an encoding that could not be found out"
_DATE = re.compile(r"\s*date:?[ \t]+(\d{4}-\d{2}-\d{2})(?![\w-])[ \t]*", re.IGNORECASE)
_TITLE = re.compile(r"\s*title:[ \t]*([^\n]*)(?:\n|$)", re.IGNORECASE)


def read_text(data: bytes, path: str = "", *, lang: str | None = None) -> Article | Refusal:
    """Return the article of a plain-text file, or why there is none.

    It may open with `date YYYY-MM-DD` and with a line `title: …`, in either order; both are taken
    out of the body. Without a title line the first sentence is the title, and stays in the body.
    `lang` is the language to assume; None has it detected.
    """
    decoded = decode(data)
    if decoded is None:
        return Refusal(path, BINARY)
    text = clean(decoded.text)
    title, day = "", None
    for _ in range(2):
        dated = _DATE.match(text) if day is None else None
        if dated is not None and (moment := parse_date(dated.group(1))) is not None:
            day, text = moment, text[dated.end() :]
        titled = _TITLE.match(text) if not title else None
        if titled is not None:
            title, text = one_line(titled.group(1)), text[titled.end() :]
    parts = paragraphs(text)
    if not parts and not title:
        return Refusal(path, NO_TEXT)
    title = title or first_sentence(parts[0])
    body = body_of(parts)
    return Article(
        title=title,
        body=body,
        published=day,
        lang=language_code(lang) or detect_language(f"{title}\n{body}"),
        path=path or None,
        encoding=decoded.encoding,
        notes=(decoded.note,) if decoded.note else (),
    )
