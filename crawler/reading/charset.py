"""From bytes to text. Headers and meta tags of government portals lie often enough that the bytes are asked first."""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Declarations that can be tried. A one-byte charset decodes anything, so that its name proves nothing, and Python knows codecs ("hex",
# "unicode_escape") that are no charsets at all.
CODECS = {
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "gb18030", "cp936", "ms936", "windows-936", "x-gbk", "euc-cn"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "big5hkscs", "cp950", "x-x-big5"), "big5hkscs"),
}
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,20})""", re.IGNORECASE)
DECLARED_WITHIN = 16384  # bytes; some templates put 4 KiB of comment before the meta tag


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Decode a page.

    A byte order mark decides; then strict UTF-8, because hardly anything else decodes as it by accident; then a declared charset
    (page before header) that decodes strictly; then GB18030, which holds GB2312 and GBK. A page with a few broken bytes, or with a
    fragment of another charset in its footer, is decoded with the charset that leaves fewer marks of replacement.

    Args:
        body: the entity body.
        content_type: the Content-Type header, if there was one.

    Returns:
        The text, and the name of the codec: ``utf-8``, ``gb18030``, ``utf-16-le``, ``big5hkscs`` ...
    """
    for mark, encoding in BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), encoding
    if (utf16 := _utf16_without_mark(body)) is not None:
        return body.decode(utf16, "replace"), utf16
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:  # halves of UTF-16 pairs written as if they were characters (Java, Oracle): pairs are joined, lone halves are nothing
        return body.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore"), "utf-8"
    except UnicodeDecodeError:
        pass
    for name in _declared(body, content_type):
        try:
            return body.decode(name), name
        except UnicodeDecodeError:
            continue
    utf8, gb = body.decode("utf-8", "replace"), body.decode("gb18030", "replace")
    if utf8.count("\ufffd") <= gb.count("\ufffd"):
        return utf8, "utf-8"
    return gb, "gb18030"


def attempts(body: bytes, content_type: str | None = None) -> dict[str, int]:
    """How many marks of replacement each charset leaves that `decode` tries, for who has to explain a broken page."""
    names = dict.fromkeys(["utf-8", *_declared(body, content_type), "gb18030"])
    return {name: body.decode(name, "replace").count("\ufffd") for name in names}


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Python's codecs for what page and header declare, GB18030 for all of the GB family, each once."""
    labels = [match.decode("ascii") for match in DECLARED.findall(body[:DECLARED_WITHIN])]
    labels += [match.decode("ascii") for match in DECLARED.findall((content_type or "").encode("ascii", "ignore"))]
    names = list(dict.fromkeys(CODECS[label.lower()] for label in labels if label.lower() in CODECS))
    # GBK decodes as big5 by accident now and then; where either is declared, GB18030 is tried first.
    return ["gb18030", *names] if "gb18030" in names else names


def _utf16_without_mark(body: bytes) -> str | None:
    """ASCII markup in UTF-16 has a NUL in every second byte."""
    head = body[:400]
    if len(head) < 8 or head.count(0) * 4 < len(head):
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    if even > 4 * odd:
        return "utf-16-be"
    return None
