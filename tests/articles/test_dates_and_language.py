"""Dates and languages, as publishers write them."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid import langid

from monitor.articles.dates import clamp_published, parse_date
from monitor.articles.language import detect_language, language_code
from monitor.model.article import Article

NOW = datetime(2022, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-01-06", datetime(2022, 1, 6, tzinfo=UTC)),
        ("2022-01-06T08:30:00Z", datetime(2022, 1, 6, 8, 30, tzinfo=UTC)),
        ("2022-01-06T08:30:00+06:00", datetime(2022, 1, 6, 2, 30, tzinfo=UTC)),
        ("2022-01-06 08:30", datetime(2022, 1, 6, 8, 30, tzinfo=UTC)),
        ("2022-01-06T08:30:00.123456789Z", datetime(2022, 1, 6, 8, 30, 0, 123456, tzinfo=UTC)),
        ("Thu, 06 Jan 2022 08:30:00 +0600", datetime(2022, 1, 6, 2, 30, tzinfo=UTC)),
        ("06 Jan 2022 08:30 EST", datetime(2022, 1, 6, 13, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_moments_in_utc(text: str, moment: datetime):
    assert parse_date(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2022-13-01", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "%%date%%",
     "Thu, 01 Jan 1970 00:00:00 GMT", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+10:00"],
)  # fmt: skip
def test_what_names_no_moment_is_no_date(text: str):
    assert parse_date(text) is None


@given(st.text(max_size=40))
def test_no_text_makes_a_date_raise(text: str):
    found = parse_date(text)
    assert found is None or found.utcoffset() == timedelta(0)


def test_a_date_in_the_future_becomes_now_and_is_noted():
    article = Article(title="T", body="", published=NOW + timedelta(days=1), notes=("seen",))
    clamped = clamp_published(article, NOW)
    assert clamped.published == NOW
    assert clamped.notes == ("seen", "date in the future: 2022-01-07 12:00 UTC, taken as now")
    late = replace(article, published=None, updated=NOW + timedelta(days=1))
    assert clamp_published(late, NOW) == replace(late, updated=NOW)


@pytest.mark.parametrize("published", [None, NOW, NOW + timedelta(minutes=4)])
def test_other_dates_stay(published: datetime | None):
    article = Article(title="T", body="", published=published, updated=published)
    assert clamp_published(article, NOW) is article


@pytest.mark.parametrize(
    ("declared", "code"),
    [("en", "en"), ("EN-gb", "en"), ("pt_BR", "pt"), ("rus", "ru"), ("fil", "fil"), ("iw", "he"),
     ("und", None), ("", None), (None, None), ("english", None), ("x", None), (" de ", "de")],
)  # fmt: skip
def test_a_declared_language_is_its_primary_code(declared: str | None, code: str | None):
    assert language_code(declared) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Protesters stormed the mayor's office and set it on fire.", "en"),
        ("Протестующие штурмовали здание мэрии и подожгли его.", "ru"),
        ("Қазақстан Президенті мемлекеттік тіл туралы мәлімдеме жасады", "kk"),
        ("Tokayev", None),
        ("12345 67890 12345 67890 12345 67890", None),
        ("Kassym-Jomart Tokayev CSTO Almaty Nur-Sultan", None),
    ],
)
def test_a_language_is_detected_only_when_sure(text: str, code: str | None):
    assert detect_language(text) == code


def test_the_model_is_loaded_once_however_many_ask_for_it_first(monkeypatch):
    """It takes 40 MB: every poll of a start would bring its own."""
    loaded = []
    load = langid.LanguageIdentifier.from_model_file

    def counted(*args, **kwargs):
        loaded.append(threading.get_ident())
        return load(*args, **kwargs)

    monkeypatch.setattr(langid.LanguageIdentifier, "from_model_file", counted)
    monkeypatch.delitem(sys.modules, "monitor.articles.language_model", raising=False)
    together = threading.Barrier(8)

    def ask(_number: int) -> str | None:
        together.wait(60)
        return detect_language("The ministry said that troops had arrived in the capital.")

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {"en"}
    assert len(loaded) == 1
