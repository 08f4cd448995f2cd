"""Bytes become text in the encoding that they are really in, or are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.articles.encoding import Decoded, codec_named, decode, html_encoding

CASES = Path(__file__).parents[3] / "shared" / "data" / "adversarial" / "html5lib-encoding"
RUSSIAN = "Президент Казахстана ввёл режим чрезвычайного положения в Алматы до 19 января."


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(mark: str):
    found = decode(RUSSIAN.encode(mark), "latin1")
    assert found == Decoded(RUSSIAN, None if mark == "utf-8-sig" else mark)


def test_utf8_goes_before_a_declared_single_byte_encoding():
    assert decode(RUSSIAN.encode(), "windows-1251") == Decoded(RUSSIAN)


def test_a_declared_multi_byte_encoding_goes_before_utf8():
    data = "一".encode("gbk")
    assert data.decode("utf-8") == "һ"  # valid in both, by chance
    assert decode(data, "gb2312") == Decoded("一", "gb18030")
    assert decode("政府".encode("iso2022_jp"), "iso-2022-jp") == Decoded("政府", "iso2022_jp")


def test_what_is_declared_is_used_where_it_fits():
    assert decode("café".encode("latin-1"), "iso-8859-1") == Decoded("café", "cp1252")
    assert decode(RUSSIAN.encode("koi8-r"), "koi8-r") == Decoded(RUSSIAN, "koi8_r")


def test_an_undeclared_encoding_is_detected_and_said():
    found = decode(RUSSIAN.encode("koi8-r"))
    assert found == Decoded(RUSSIAN, "koi8_r", "encoding detected: koi8_r")


def test_utf16_without_a_mark_is_recognised():
    assert decode("Government resigns".encode("utf-16-le")) == Decoded(
        "Government resigns", "utf_16_le"
    )
    assert decode("Government resigns".encode("utf-16-be")) == Decoded(
        "Government resigns", "utf_16_be"
    )
    assert decode(b"a\0" * 9 + b"\0\xd8") is None


def test_a_few_broken_bytes_are_replaced_and_noted():
    found = decode(RUSSIAN.encode() + b"\xff")
    assert found == Decoded(
        RUSSIAN + "\N{REPLACEMENT CHARACTER}", None, "bytes that are no UTF-8 were replaced"
    )
    found = decode("naïve".encode("cp1252") + b"\x81", "windows-1252")
    assert found == Decoded(
        "naïve\N{REPLACEMENT CHARACTER}", "cp1252", "bytes that are no cp1252 were replaced"
    )


@pytest.mark.parametrize(
    "data",
    [b"\x7fELF\x02\x01\x01\0\0\0", b"\x01\x02\x03\x04", b"\xff\x00\xfe"],
)
def test_noise_is_no_text(data: bytes):
    assert decode(data) is None


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "gbk", "utf-7", "no-such", "hz"]))
def test_whatever_the_bytes_the_text_holds_no_zero(data: bytes, declared: str | None):
    found = decode(data, declared)
    assert found is None or "\0" not in found.text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF8", "utf-8"), (" ISO-8859-1 ", "cp1252"), ("us-ascii", "cp1252"), ("sjis", "cp932"),
        ("utf-8-sig", "utf-8"), ("utf-7", None), ("base64", None), ("rot13", None), ("", None),
        (None, None), ("no-such", None), ("ÜTF-8", None), ('utf-8"', None), ("idna", None),
        ("cp037", None), ("unicode_escape", None), ("utf-16le", "utf_16_le"), ("hex_codec", None),
    ],
)  # fmt: skip
def test_labels_mean_what_the_web_means_by_them(label: str | None, codec: str | None):
    assert codec_named(label) == codec


@pytest.mark.parametrize(
    ("page", "codec"),
    [
        (b"<meta charset=koi8-r>", "koi8_r"),
        (b"<META/CHARSET = 'koi8-r' >", "koi8_r"),
        (b"<!--><meta charset=koi8-r>", "koi8_r"),
        (b"<!-- <meta charset=utf-8> --><meta charset=koi8-r>", "koi8_r"),
        (b"<!-- <meta charset=utf-8>", None),
        (b"<p title='<meta charset=koi8-r>'>", None),
        (b"<!doctype <meta charset=koi8-r", None),
        (b"</p <meta charset=koi8-r>", None),
        (b"<?xml <meta charset=koi8-r><meta charset=utf-16>", "utf-8"),
        (b"< meta charset=koi8-r", None),
        (b"<meta http-equiv=content-type content='text/html; charset=\"koi8-r\"'>", "koi8_r"),
        (b"<meta http-equiv=content-type content='text/html; charset=nonsense'>", None),
        (b"<meta http-equiv=content-type content='text/html'>", None),
        (b"<meta content='text/html; charset=koi8-r'>", None),
        (b"\xef\xbb\xbf<meta charset=koi8-r>", "utf-8"),
        (b"<p>no declaration", None),
    ],
)
def test_a_page_declares_its_encoding_as_html_has_it(page: bytes, codec: str | None):
    assert html_encoding(page) == codec


@pytest.mark.skipif(not CASES.is_dir(), reason="the html5lib cases are not here")
def test_html5libs_cases_are_sniffed_as_they_expect():
    wrong = []
    for name in ("tests1.dat", "tests2.dat", "test-yahoo-jp.dat"):
        for block in re.split(rb"(?m)^#data\n", (CASES / name).read_bytes())[1:]:
            page, _, rest = block.partition(b"\n#encoding\n")
            expected = codec_named(rest.split(b"\n")[0].decode())
            if (html_encoding(page) or "cp1252") != expected:
                wrong.append((page, expected))
    assert wrong == []
