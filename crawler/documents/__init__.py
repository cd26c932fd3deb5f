"""Documents: PDF, Word, Excel and OFD files, opened to lines and tables. What a file is, its first bytes say and never its name.

They are opened where they can be killed (crawler.readers). What is packed is measured before anything is unpacked; archives (zip, rar) are kept
and never unpacked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from crawler.errors import CrawlError, Unreadable
from storage.records import Capture

if TYPE_CHECKING:
    from crawler.documents.document import Document


def kind(body: bytes) -> str | None:
    """``pdf``, ``docx``, ``xlsx``, ``ofd``, ``doc``, ``xls``, ``rtf`` or ``zip`` by the first bytes and, in a container, by what it holds.

    Returns:
        None for what is no document: a page, a text, a picture, a program.
    """
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if body.startswith(b"PK\x03\x04"):
        return _zipped(body)
    return _compound(body) if body.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") else None


def is_archive(body: bytes) -> bool:
    """Whether the bytes are files packed together: zip (of no office format), rar, 7z, gzip."""
    return body.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")) or kind(body) == "zip"


def _zipped(body: bytes) -> str:
    """By the names in the archive's directory, which stands at its end, or else in the headers before its members."""
    for name, found in ((b"word/document", "docx"), (b"xl/workbook", "xlsx"), (b"OFD.xml", "ofd")):
        if name in body:
            return found
    return "zip"


def _compound(body: bytes) -> str | None:
    """By the names of the streams, written in UTF-16."""
    for name, found in (("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls")):
        if name.encode("utf-16-le") in body:
            return found
    return None


def open(capture: Capture) -> Document | None:
    """Open a capture that is a document.

    Returns:
        None when it is none.

    Raises:
        TooLarge: more than a reader can hold: `unpacked`, `members`, `pages`, `marks`, `cells`.
        Unreadable: `encrypted`, `damaged`, `entities`, `no_program`, `rtf`, `archive`.
        EmptyReading: `scanned`, `no_words`.
    """
    found = kind(capture.body)
    if found is None:
        return None
    try:
        return _reader(found)(capture.body)
    except CrawlError as error:
        error.url = error.url or capture.url
        raise


def _reader(found: str) -> Callable[[bytes], Document]:
    """Imported when first needed: a page needs none of them."""
    if found == "pdf":
        from crawler.documents import pdf

        return pdf.read
    if found == "docx":
        from crawler.documents import docx

        return docx.read
    if found == "doc":
        from crawler.documents import doc

        return doc.read
    if found in ("xlsx", "xls"):
        from crawler.documents import workbook

        return workbook.read_xlsx if found == "xlsx" else workbook.read_xls
    if found == "ofd":
        from crawler.documents import ofd

        return ofd.read
    if found == "encrypted":
        raise Unreadable("the file opens with a password only", rule="encrypted")
    if found == "zip":
        raise Unreadable("an archive of files; it is kept and not unpacked", rule="archive")
    raise Unreadable(f"{found} files are not read", rule=found)
