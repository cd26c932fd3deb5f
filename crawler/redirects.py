"""Redirects, with a name for those that lead to no address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware

from crawler.errors import BadStatus

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class Redirects(RedirectMiddleware):
    """Scrapy's middleware; each hop is a new request and passes the scope again."""

    def process_response(self, request: Request, response: Response, spider: Spider | None = None) -> Request | Response:
        """The request to the next hop, or the response where there is none.

        Raises:
            BadStatus: the Location is no address (`http://`, `http://[::1`, raw bytes).
        """
        try:
            return super().process_response(request, response)
        except ValueError as error:
            location = (response.headers.get("Location") or b"")[:200].decode("latin-1")
            raise BadStatus(f"a redirect to {location!r}: {error}", url=response.url, rule="location") from error
