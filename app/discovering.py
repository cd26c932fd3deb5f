"""A discovery in a process of its own, as every crawl is: `python -m app.discovering`.

Its orders come as one JSON object on standard input; what it saw goes into a file they name.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler import browser
from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import runs
from spiders.discovery.seen import Column, Drawn, Seen, Visited

ARGV = (sys.executable, "-m", "app.discovering")
TAIL = 5  # lines of its log that tell how a process ended


class Broken(Exception):
    """The process ended without a word; a mistake of ours. The message holds the end of its log."""


def discover(config: Config, url: str) -> Seen:
    """Look at a portal, and once more through the browser where its lists seem to be drawn by scripts.

    Parameters:
        url: of a page of the portal, its home page or a column.

    Raises:
        Broken: the process died.
    """
    with tempfile.TemporaryDirectory(prefix="nianbao-discover-") as folder:
        seen = _process(config, Path(folder), {"url": url})
        if seen.drawn and not _missing_browser(config):
            again = {"url": url, "only": [asdict(drawn) for drawn in seen.drawn], "family": seen.family, "render": True}
            _add(seen, _process(config, Path(folder), again))
    return seen


def _missing_browser(config: Config) -> bool:
    try:
        browser.find(config)
    except ConfigError:
        return True
    return False


def _process(config: Config, folder: Path, told: dict[str, Any]) -> Seen:
    """One pass. The archive it writes goes with the folder."""
    into, log = folder / "seen.json", folder / "log"
    into.unlink(missing_ok=True)
    archive = config.archive.model_copy(update={"url": f"sqlite:///{folder / 'discovery.sqlite3'}"})
    orders = {**told, "into": str(into), "config": config.model_copy(update={"archive": archive}).model_dump(mode="json")}
    said = json.dumps(orders).encode()
    ending = runs.supervise(ARGV, orders=said, log=log, timeout=config.crawl.run_timeout, grace=runs.grace(config.crawl))
    if not into.is_file():
        end = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        raise Broken("\n".join([ending.words.replace("crawl process", "discovery"), *end]))
    raw = json.loads(into.read_text(encoding="utf-8"))
    return Seen(
        **{
            **raw,
            "hosts": tuple(raw["hosts"]),
            "columns": [Column(**{**column, "candidates": tuple(column["candidates"])}) for column in raw["columns"]],
            "drawn": [Drawn(**drawn) for drawn in raw["drawn"]],
            "visited": [Visited(**visited) for visited in raw["visited"]],
        }
    )


def _add(seen: Seen, rendered: Seen) -> None:
    """What the browser showed beyond the first pass."""
    known = {url for column in seen.columns for url in column.candidates}
    seen.columns += [column for column in rendered.columns if not set(column.candidates) <= known]
    seen.family = seen.family or rendered.family
    shown = {column.url for column in rendered.columns}
    seen.drawn = [drawn for drawn in seen.drawn if drawn.url not in shown]
    seen.visited += [Visited(url=visited.url, outcome=f"in the browser: {visited.outcome}") for visited in rendered.visited]
    for name, marks in rendered.marks.items():
        seen.marks[name] = list(dict.fromkeys([*seen.marks.get(name, []), *marks]))


def main() -> None:
    """Look at the portal that the orders name."""
    from app import logs
    from spiders.discovery.process import look

    told: dict[str, Any] = json.load(sys.stdin)
    logs.of_a_process()
    config = Config.model_validate(told["config"])
    only = [Drawn(**drawn) for drawn in told.get("only", ())]
    seen = look(config, told["url"], only=only, family=told.get("family"), render=told.get("render", False))
    if seen is not None:
        Path(told["into"]).write_text(json.dumps(asdict(seen), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
