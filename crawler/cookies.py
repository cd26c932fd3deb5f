"""Cookies for the run: WAF dances and cookie walls need them. Kept within bounds, and judged without a download."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import scrapy.downloadermiddlewares.cookies as scrapys
import tldextract

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response

logger = logging.getLogger(__name__)

COOKIES_LIMIT = 16 * 1024  # bytes of one Cookie header; a portal that sets 200 cookies of 4 KiB must not get them back with each request

# The middleware refuses cookies for public suffixes and would download the list of them; the copy that comes with tldextract will do.
scrapys._split_domain = tldextract.TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)


class Cookies(scrapys.CookiesMiddleware):
    """Scrapy's cookie jar with a bound."""

    def process_request(self, request: Request, spider: Spider | None = None) -> Request | Response | None:
        """Add the cookies, unless they have grown beyond reason; then the jars are emptied."""
        answer = super().process_request(request)
        if len(request.headers.get("Cookie") or b"") > COOKIES_LIMIT:
            logger.warning("cookies of %s dropped: more than %d bytes", request.url, COOKIES_LIMIT)
            del request.headers["Cookie"]
            self.jars.clear()
        return answer
