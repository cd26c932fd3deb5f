"""What a replica hears and says: requests and answers, free of sockets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. Header names are in lower case; `form` holds the fields of the query and of a posted form."""

    method: str
    path: str
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""


def page(html: str, *, encoding: str = "utf-8", content_type: str = "text/html; charset=utf-8", headers: Headers = ()) -> Answer:
    """A page. `content_type` is what the header says, which need not be true."""
    return Answer(headers=(("Content-Type", content_type), *headers), body=html.encode(encoding, "xmlcharrefreplace"))


def redirect(location: str, *, headers: Headers = ()) -> Answer:
    return Answer(status=302, headers=(("Location", location), *headers))


NOT_FOUND = Answer(
    status=404,
    headers=(("Content-Type", "text/html; charset=utf-8"),),
    body="<html><head><title>404</title></head><body><h1>404 Not Found</h1><p>您访问的页面不存在。</p></body></html>".encode(),
)

DOWN = Answer(
    status=503,
    headers=(("Content-Type", "text/html"),),
    body=b"<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503 Service Temporarily Unavailable</h1></body></html>",
)

FENCE = Answer(
    status=403,
    headers=(("Content-Type", "text/html; charset=utf-8"),),
    body="<html><head><title>访问被拦截</title></head><body><h1>您的访问请求已被网站防火墙拦截</h1><p>如有疑问，请联系管理员。</p></body></html>".encode(),
)
