"""The headless Chromium for portals whose pages need one: where it is, and how it is started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from crawler.config import Config
from crawler.errors import ConfigError

COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Where `playwright install` puts its own, newest last.
PLAYWRIGHTS = ("chromium_headless_shell-*/chrome-*/headless_shell", "chromium-*/chrome-*/chrome")

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    # The browser has no network: crawler.rendering answers all it asks, through the one gate. What slips past (web sockets, pre-connects,
    # pop-ups) meets a proxy that is not there, loopback included.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)


def find(config: Config) -> str:
    """Path of the browser's executable.

    Raises:
        ConfigError: there is none; says how to get one.
    """
    if config.crawl.browser:
        if not os.access(config.crawl.browser, os.X_OK):
            raise ConfigError(f"crawl.browser: {config.crawl.browser} is no program; leave the key out to have one found")
        return config.crawl.browser
    for command in COMMANDS:
        if found := shutil.which(command) or shutil.which(command, path="/usr/bin:/usr/local/bin:/snap/bin"):
            return found
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for pattern in PLAYWRIGHTS:
        if installed := sorted(folder.glob(pattern)):
            return str(installed[-1])
    raise ConfigError(
        "crawl.browser: no headless Chromium found, and this portal's pages need one (render: true); "
        "run `apt-get install chromium-headless-shell` or `playwright install chromium-headless-shell`, or name one in crawl.browser"
    )


def settings(config: Config) -> dict[str, Any]:
    """Scrapy's settings for a portal that needs the browser. Others never load it: its driver alone costs 190 MB.

    Raises:
        ConfigError: there is no browser.
    """
    handler = "crawler.rendering.RenderHandler"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to sandbox itself as root
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler, "file": None, "data": None, "ftp": None, "s3": None},
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": find(config), "timeout": 30_000, "args": [*ARGUMENTS, *sandbox]},
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "PLAYWRIGHT_MAX_CONTEXTS": 1,
        # Milliseconds. A page's scripts come one after another, as slowly as the host's robots.txt asks.
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": 4000 * config.crawl.timeout,
    }
