"""What a crawl process runs: the spiders of some portals, side by side, to their end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler import context
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.progress import Telling
from crawler.runs import UNDER_WAY, open_archive


def crawl(keys: Sequence[str], config: Config, full: bool = False, *, tell: int | None = None) -> None:
    """Crawl portals in this process; returns when all are done. How each went stands in the archive's `runs`, not in an exit code.

    Parameters:
        keys: portals, of which `crawl.portals_at_once` run at a time.
        full: ask for every known report without validators, read every column to its end.
        tell: a pipe through which a supervisor is told how the runs go (crawler.progress).

    Raises:
        ConfigError: no such portal, a broken portal file, or no browser for a portal that needs one.
        ArchiveError: the archive cannot be opened.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("NIANBAO", config, priority="cmdline")
    open_archive(config.archive.url)
    process = AsyncCrawlerProcess(settings, install_root_handler=False)
    known = process.spider_loader.list()
    if unknown := [key for key in keys if key not in known]:
        raise ConfigError(f"no portal {', '.join(unknown)}; there are {', '.join(known)}")
    waiting = [process.create_crawler(key) for key in reversed(dict.fromkeys(keys))]
    loop = asyncio.get_event_loop()

    async def one_after_another() -> None:
        while waiting:
            crawler = waiting.pop()
            context.where.set(context.Where(crawler.spidercls.name))
            await asyncio.wait([process.crawl(crawler, full=full)])  # what went wrong stands in the run and in the log; the others go on
            if crawler.stats.get_value("finish_reason") == "shutdown":
                waiting.clear()  # SIGTERM or Ctrl-C means the others too

    async def all_of_them() -> None:
        telling = None if tell is None else loop.create_task(Telling(tell).tell(UNDER_WAY))
        await asyncio.gather(*(one_after_another() for _ in range(config.crawl.portals_at_once)))
        if telling is not None:
            telling.cancel()
            await asyncio.wait([telling])

    done = loop.create_task(all_of_them())
    done.add_done_callback(lambda _: stop_reactor())
    process.start(stop_after_crawl=False)
    open_archive(config.archive.url).close()


def stop_reactor() -> None:
    """End the event loop, unless a signal has done so."""
    from twisted.internet import reactor  # importing it earlier would install another one
    from twisted.internet.error import ReactorNotRunning

    with contextlib.suppress(ReactorNotRunning):
        reactor.stop()  # type: ignore[misc]
