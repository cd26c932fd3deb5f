"""Scrapy's settings, each with its reason. What an operator may change comes from crawler.config and is applied per spider (`configured`)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crawler.config import Config, load

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

BOT_NAME = "nianbao"
SPIDER_LOADER_CLASS = "spiders.catalogue.Catalogue"  # portal files are the spiders; a string, since crawler must not import spiders
SPIDER_MODULES: list[str] = []

# No doors: both are open by default in 2.19, and the second executes Python (ECOSYSTEM 0.4).
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# Fetching. file:, data:, ftp: and s3: answers are nobody's portal, and file: would read this machine.
DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.PoliteHandler",
    "https": "crawler.handlers.PoliteHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    # Inwards from the engine: may we go there, does robots.txt let us, then the wire.
    "crawler.scope.ScopeMiddleware": 20,  # outside robots, so that no robots.txt is asked of a strange host
    "crawler.robots.RobotsMiddleware": 100,
    "crawler.redirects.Redirects": 600,
    "crawler.cookies.Cookies": 700,
    "crawler.keeping.Keep": 910,  # innermost: 3xx, 4xx, 5xx and robots.txt are kept before anything looks at them
    # Not ours to use:
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # ours is the same, and names bad Locations
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # ours is the same, bounded and offline
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # drops in silence; the scope refuses aloud
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # takes a 5xx robots.txt for "all allowed"
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # tries are counted by crawler.fetching, which knows what a challenge is
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # pages may not send us anywhere
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # crawler.coding undoes codings within bounds
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # a proxy would resolve names out of the scope's sight
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # a 403 is an observation, not nothing
}
EXTENSIONS = {"crawler.runs.Runs": 0}

METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5  # a WAF's dance takes two, a moved column one or two; a loop ends soon
REFERRER_POLICY = "no-referrer"  # a crawler has nothing to tell about where it came from
RETRY_ENABLED = False
HTTPCACHE_ENABLED = False  # validators live in the archive; the cache hands back old bodies as 200 (ECOSYSTEM 10)
TWISTED_DNS_RESOLVER = "crawler.scope.GuardedResolver"
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
REACTOR_THREADPOOL_MAXSIZE = 20  # name look-ups of many portals at once
COOKIES_ENABLED = True  # for the run: the WAF's dance and cookie walls need them
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0.0  # the delay between requests to a host is kept in crawler.polite, for all portals of the process together
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_WARNSIZE = 0
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",  # some portals choose the language of their pages by it
    "Accept-Encoding": "gzip, deflate",  # what crawler.coding undoes; brotli and zstd bombs need no defence when nobody asks for them
}

# What is still to fetch lives in the archive: JOBDIR loses pages at kill -9 (12 of 12, RELIABILITY 0.2).
JOBDIR = None
LOGSTATS_INTERVAL = 0.0
LOG_LEVEL = "INFO"
STATS_DUMP = False  # the runs row says what an operator needs
MEMUSAGE_ENABLED = False


@cache
def _loaded() -> Config:
    return load()


def operator(settings: BaseSettings) -> Config:
    """The operator's configuration: handed over by our own command line, or read from config.yaml and NIANBAO_* under plain `scrapy`."""
    given: Config | None = settings.get("NIANBAO")
    return given or _loaded()


def configured(config: Config) -> dict[str, Any]:
    """The settings that follow from the operator's configuration."""
    crawl = config.crawl
    return {
        "USER_AGENT": crawl.user_agent,
        "DOWNLOAD_TIMEOUT": crawl.timeout,  # of the whole answer, from the connection to the last byte: slow drips end too
        "DNS_TIMEOUT": crawl.timeout,
        "DOWNLOAD_MAXSIZE": crawl.page_limit,
        "DOWNLOAD_VERIFY_CERTIFICATES": crawl.verify_tls,  # off by default in Scrapy
    }
