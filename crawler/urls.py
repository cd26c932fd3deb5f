"""One address for one page: what a portal adds to its URLs for the visit, for the browser or for the statistics is taken off.

Nothing that chooses a page is touched: `?id=`, `?page=`, `?sid=` stay, and so does the case of paths (诸城's are upper case).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# Named for a visit: a WAF's dance (诸城: 302 to ?WebShieldDRSessionVerify=), servers' session ids, campaigns.
VISIT = re.compile(
    r"(webshield\w*|jsessionid|phpsessid|aspsession\w*|asp\.net_sessionid|cfid|cftoken|utm_\w+|spm|hmsr|hmpl|hmcu|hmkw|hmci|gclid|fbclid|isappinstalled)",
    re.IGNORECASE,
)
# Against caches: only when the value is a clock's reading or a random number; `?t=2024` may choose a page.
BUSTER = re.compile(r"(_|_?t|ts|time|timestamp|_?rnd|rand|random|_dc|nocache)", re.IGNORECASE)
BUSTER_VALUE = re.compile(r"\d{10,17}|0?\.\d{3,}|")
# Where a link was clicked (`?from=list`); a number there is an offset of a list.
REFERRER = re.compile(r"(from|source|src)", re.IGNORECASE)

PATH_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)
COOKIELESS = re.compile(r"/\([AFS]\([A-Za-z0-9_-]{16,}\)\)(?=/)")  # ASP.NET: /(S(lit3py55t21z5v55vlm25s55))/x.aspx

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def canonical(url: str) -> str:
    """The canonical form of an absolute http(s) URL. Idempotent.

    Scheme and host lower case (international names in ASCII), no default port, no fragment, dot segments resolved, percent-encoding in one
    spelling, session tokens, cache busters and campaign parameters gone. A backslash in a path is the slash it was meant to be; in the host it
    stays, for crawler.scope to refuse. What is no http(s) URL comes back trimmed but otherwise as it was; this never raises.
    """
    url = re.sub(r"[\t\r\n]", "", url.strip("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1b \t\r\n　\ufeff"))
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host:
        return url
    authority = _authority(parts.netloc, host, port if port != DEFAULT_PORTS[scheme] else None)
    return urlunsplit((scheme, authority, _path(parts.path), _query(parts.query), ""))


def host_of(url: str) -> str:
    """The host name of a URL in lower case, empty when it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _authority(netloc: str, host: str, port: int | None) -> str:
    userinfo, at, _ = netloc.rpartition("@")
    host = host.rstrip(".")
    try:
        host.encode("ascii")
    except UnicodeEncodeError:
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            pass  # no such name can exist; it will not resolve
    if ":" in host:
        host = f"[{host}]"
    return f"{userinfo}{at}{host}{'' if port is None else f':{port}'}"


def _path(path: str) -> str:
    path = COOKIELESS.sub("", PATH_SESSION.sub("", path.replace("\\", "/")))
    if "/." in path:
        path = _dots(path)
    return _escapes(path, keep="/:@!$&'()*+,;=") or "/"


def _dots(path: str) -> str:
    """Dot segments resolved; doubled slashes stay, some systems use them on purpose."""
    slash = path.endswith(("/.", "/.."))
    out: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    return "/".join(out) + ("/" if slash else "")


def _query(query: str) -> str:
    return "&".join(_escapes(pair, keep="/:@!$&'()*+,;=?[]|{}") for pair in query.split("&") if pair and not _is_noise(pair))


def _is_noise(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if VISIT.fullmatch(name):
        return True
    if BUSTER.fullmatch(name):
        return BUSTER_VALUE.fullmatch(value) is not None
    return REFERRER.fullmatch(name) is not None and not value.isdigit()


def _escapes(text: str, keep: str) -> str:
    """Percent-encoding in one spelling: unreserved characters plain, the rest in upper case; GBK-encoded words keep their bytes."""
    out = []
    at = 0
    for match in ESCAPE.finditer(text):
        out.append(_encode(text[at : match.start()], keep))
        byte = int(match[1], 16)
        out.append(chr(byte) if byte in UNRESERVED else f"%{byte:02X}")
        at = match.end()
    out.append(_encode(text[at:], keep))
    return "".join(out)


def _encode(text: str, keep: str) -> str:
    plain = keep.encode() + bytes(UNRESERVED)
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
