"""Bytes to text: what encoding they are in, and whether they are text at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_PRESCAN = 16_384  # bytes; HTML wants the declaration in the first 1,024, many have it later
_DETECT = 65_536  # bytes from which an undeclared encoding is detected
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.01
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Labels that the WHATWG Encoding Standard reads otherwise than Python does.
_LABELS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252", "latin1": "cp1252", "l1": "cp1252", "iso-8859-9": "cp1254",
    "latin5": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "big5": "big5hkscs", "x-euc-jp": "euc_jp",
    "x-cp1250": "cp1250", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "dos-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "unicode-1-1-utf-8": "utf-8", "koi8": "koi8_r", "koi": "koi8_r", "iso-8859-8-i": "iso8859_8",
    "logical": "iso8859_8", "visual": "iso8859_8", "x-user-defined": "cp1252",
}  # fmt: skip
# Codecs of Python that are no encodings of text on the web; UTF-7 hides markup from filters.
_NEVER = re.compile(r"utf.?7|.*_codec|idna|punycode|.*escape|undefined|rot.?13|mbcs|oem|cp037")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9._:+-]{0,38}[a-z0-9])?")  # Python's own lookup is laxer
_MULTI_BYTE = frozenset({
    "gb18030", "gbk", "gb2312", "hz", "big5", "big5hkscs", "cp932", "shift_jis", "euc_jp",
    "iso2022_jp", "cp949", "euc_kr",
})  # fmt: skip
# What an undeclared text is tried in: the encodings of the web, not those of mainframes.
_CANDIDATES = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "iso8859_2", "iso8859_5", "koi8_r", "koi8_u", "cp866", "ptcp154", "gb18030", "big5hkscs",
    "cp932", "euc_jp", "iso2022_jp", "cp949", "cp874", "mac_cyrillic",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the Python name of the encoding that its bytes were in; None is UTF-8."""

    text: str
    encoding: str | None = None
    note: str = ""
    """What was unusual, in words: bytes replaced, an encoding that had to be detected."""


def codec_named(label: str | None) -> str | None:
    """Return the codec that a declared encoding means on the web; None if it means none."""
    key = (label or "").strip().lower()
    if not _LABEL.fullmatch(key) or _NEVER.fullmatch(key):
        return None
    try:
        name = codecs.lookup(_LABELS.get(key, key)).name
        "".encode(name)
    except (LookupError, ValueError, TypeError):
        return None
    if name in ("utf-8", "utf-8-sig"):
        return "utf-8"
    return None if _NEVER.fullmatch(name) else name.replace("-", "_")


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """Return the text of some bytes, or None when they are no text.

    A byte order mark decides; else UTF-8 where the bytes are valid in it, since other texts
    hardly ever are by chance; else the `declared` encoding; else one that is detected. A declared
    multi-byte encoding goes before UTF-8: short texts in those may be valid in both.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            text = data.decode(codec, errors="replace")
            return _checked(text, None if codec == "utf-8-sig" else codec)
    named = codec_named(declared)
    first = [named, "utf-8"] if named in _MULTI_BYTE else ["utf-8", named]
    for codec_name in first:
        if codec_name is None:
            continue
        try:
            text = data.decode(codec_name)
        except (UnicodeDecodeError, ValueError):
            continue
        return _wide(data) or _checked(text, None if codec_name == "utf-8" else codec_name)
    return _wide(data) or _detected(data, named)


def _checked(text: str, encoding: str | None, note: str = "") -> Decoded | None:
    """Return the text as decoded, unless it is noise: NUL or many control characters."""
    controls = len(_CONTROLS.findall(text))
    if "\0" in text or controls > _MOST_CONTROLS * len(text):
        return None
    return Decoded(text, encoding, note)


def _wide(data: bytes) -> Decoded | None:
    """Return the text of UTF-16 without a mark, told by the zeros in every other byte."""
    head = data[:_DETECT]
    for codec, zeros in (("utf_16_le", head[1::2]), ("utf_16_be", head[::2])):
        if len(data) % 2 == 0 and len(zeros) > 1 and zeros.count(0) > len(zeros) * 0.7:
            try:
                return _checked(data.decode(codec), codec)
            except UnicodeDecodeError:
                return None
    return None


def _detected(data: bytes, named: str | None) -> Decoded | None:
    """Return the text in the likeliest encoding, bytes that do not fit replaced and noted."""
    if b"\0" in data:
        return None
    if _mostly_utf8(data):
        text = data.decode("utf-8", errors="replace")
        return _checked(text, None, "bytes that are no UTF-8 were replaced")
    if named is not None:
        text = data.decode(named, errors="replace")
        return _checked(text, named, f"bytes that are no {named} were replaced")
    from charset_normalizer import from_bytes  # noqa: PLC0415  # seldom needed

    best = from_bytes(data[:_DETECT], cp_isolation=_CANDIDATES, enable_fallback=False).best()
    if best is None:
        return None
    text = data.decode(best.encoding, errors="replace")
    return _checked(text, best.encoding, f"encoding detected: {best.encoding}")


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether the bytes are UTF-8 but for a few broken places."""
    text = data[:_DETECT].decode("utf-8", errors="replace")
    wrong = text.count("\N{REPLACEMENT CHARACTER}")
    right = sum(character > "\x7f" for character in text) - wrong
    return right >= 10 * wrong


# --- HTML: https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding ---------

_META = re.compile(rb"meta[\s/]", re.IGNORECASE)
_TAG = re.compile(rb"/?[a-z]", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"[\s/]*(?:(?P<end>>)|(?P<name>=?[^\s/>=]+)"
    rb"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"'][^\s>]*)?))?)"
)
_CONTENT = re.compile(r"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"'][^\s;]*))", re.IGNORECASE)


def html_encoding(data: bytes) -> str | None:
    """Return the codec that a page declares for itself, by mark or `<meta>`, or None."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return codec.removesuffix("-sig")
    data = data[:_PRESCAN]
    at = 0
    while (at := data.find(b"<", at)) >= 0:
        at += 1
        if data.startswith(b"!--", at):
            # `<!-->` is a whole comment.
            closed = data.find(b"-->", at + 1)
            if closed < 0:
                return None
            at = closed + 3
        elif _META.match(data, at):
            attributes, at = _attributes(data, at + 4)
            codec_name = _declared(attributes)
            if codec_name is not None:
                return codec_name
        elif _TAG.match(data, at):
            _, at = _attributes(data, at)
        elif data[at : at + 1] in (b"!", b"/", b"?"):
            at = data.find(b">", at)
            if at < 0:
                return None
    return None


def _attributes(data: bytes, at: int) -> tuple[dict[str, str], int]:
    """Return a tag's attributes, the first of each name, and where it ends; none if it does not."""
    found: dict[str, str] = {}
    while (fit := _ATTRIBUTE.match(data, at)) is not None:
        at = fit.end()
        if fit["end"]:
            return found, at
        value = fit["double"] or fit["single"] or fit["bare"] or b""
        found.setdefault(fit["name"].decode("latin-1").lower(), value.decode("latin-1"))
    return {}, len(data)


def _declared(attributes: dict[str, str]) -> str | None:
    """Return the codec that the attributes of one `<meta>` declare."""
    label: str | None = attributes.get("charset")
    if label is None and attributes.get("http-equiv", "").lower() == "content-type":
        fit = _CONTENT.search(attributes.get("content", ""))
        label = next((group for group in fit.groups() if group is not None), None) if fit else None
    codec = codec_named(label)
    # The declaration was read as ASCII, so it cannot be in UTF-16.
    return "utf-8" if codec is not None and codec.startswith("utf_16") else codec
