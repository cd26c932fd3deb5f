"""What a discovery process runs."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.config import Config
from crawler.runs import open_archive
from spiders.discovery.leads import Lead, Rank
from spiders.discovery.seen import Drawn, Seen
from spiders.discovery.spider import LIST_PAGES, REQUESTS_LIMIT, Discovery


class RenderedDiscovery(Discovery):
    """The same through the browser."""

    render = True


def look(config: Config, url: str, *, only: Sequence[Drawn] = (), family: str | None = None, render: bool = False) -> Seen | None:
    """Look at a portal in this process; None when the program broke, which its log tells.

    Parameters:
        config: with the archive that takes the answers; its bounds on requests and list pages are lowered here.
        only: the pages to be tried, instead of those that `url` leads to.
        family: the one to be tried.
        render: through the browser.

    Raises:
        ConfigError: no browser.
        ArchiveError: the archive cannot be opened.
    """
    crawl = config.crawl.model_copy(
        update={
            "requests_limit": min(config.crawl.requests_limit, REQUESTS_LIMIT),
            "list_pages": min(config.crawl.list_pages, LIST_PAGES),
        }
    )
    bounded = config.model_copy(update={"crawl": crawl})
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("NIANBAO", bounded, priority="cmdline")
    open_archive(bounded.archive.url)
    process = AsyncCrawlerProcess(settings, install_root_handler=False)
    found: list[Seen] = []
    tried = [Lead(url=drawn.url, text=drawn.text, rank=Rank.WORDS, page=drawn.page) for drawn in only]
    process.crawl(RenderedDiscovery if render else Discovery, url=url, told=found.append, only=tried, family=family)
    process.start()
    open_archive(bounded.archive.url).close()
    return found[0] if found else None
