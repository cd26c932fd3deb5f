"""What makes two readings readings of the same report. Never the URL, where anything better is known.

A report is issuer x reporting year x document type, told apart by who served it: a mirror's copy lives under `mirror:<host>/…` and never becomes
a version of the official report; a file imported without a URL lives under `unknown/…` until a portal is seen to serve it.
The division's code belongs to the name: four cities have a 鼓楼区人民政府, every county a 教育局.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from storage.records import DocumentType, Reading, Trust, normalised

_OFFICIAL = {Trust.OFFICIAL_HOST, Trust.OFFICIAL_IP}


def of(reading: Reading, *, portal: str | None, url: str) -> str:
    """The identity of the report a reading belongs to.

    Statutory annual reports with a known issuer and year are known by these; every other document by the portal and page that hold it, because a
    city publishes many summaries, notices and interpretations a year.
    """
    served = served_by(reading.trust, url)
    if reading.issuer is None or reading.year is None or reading.type is not DocumentType.STATUTORY_ANNUAL_REPORT:
        return f"{served}page:{portal or '-'}:{url}"
    division = reading.adcode or f"portal:{portal or '-'}"
    return f"{served}{division}:{normalised(reading.issuer)}:{reading.year}:{reading.type}"


def unidentified(reading: Reading) -> bool:
    """The reader could not say what this is; it says nothing against its being what its page held before."""
    return reading.issuer is None or reading.year is None or reading.type is None


def by_page(identity: str) -> bool:
    """An identity that is only the page's address: any better one replaces it."""
    return identity.removeprefix(_prefix(identity)).startswith("page:")


def same_server(identity: str, reading: Reading, url: str) -> bool:
    """Whether a report of that identity and this reading were served by the same class of server."""
    return _prefix(identity) == served_by(reading.trust, url)


def served_by(trust: Trust, url: str) -> str:
    """The part of an identity that tells official, mirrored and unvouched copies apart."""
    if trust in _OFFICIAL:
        return ""
    if trust is Trust.MIRROR:
        return f"mirror:{urlsplit(url).hostname or '-'}/"
    return "unknown/"


def _prefix(identity: str) -> str:
    return identity[: identity.index("/") + 1] if identity.startswith(("mirror:", "unknown/")) else ""
