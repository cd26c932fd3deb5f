"""The demo's own folder: an archive, portal files and a configuration that everybody can use afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from app.demo import portals
from app.demo.site import Site
from crawler.errors import ConfigError

MARK = "# Written by `nianbao demo`, which makes this folder anew each time."


def prepare(folder: Path, site: Site, *, spare: int = 1, **crawl: Any) -> Path:
    """Make the folder anew, for a running site.

    Args:
        spare: how many candidates a portal may lose before that is an incident.
        crawl: further keys of the configuration's section `crawl`.

    Returns:
        Its configuration file, for ``--config``.

    Raises:
        ConfigError: there is something at that place which no demo made.
    """
    config = folder / "config.yaml"
    if folder.exists():
        if not (config.is_file() and config.read_text(encoding="utf-8").startswith(MARK)):
            raise ConfigError(f"{folder}: is there already and was not made by a demo; name another folder, or move it away")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    settings = {
        "archive": {"url": f"sqlite:///{(folder / 'archive' / 'nianbao.sqlite3').absolute()}"},
        "crawl": {
            "user_agent": "nianbao/0.1 (demo against replicas on this machine)",
            "allow_private_hosts": True,  # the replicas stand on loopback
            "delay": 0.0,
            "revisit_days": 0.0,  # every night asks for every report: an edit must not wait a week
            **crawl,
        },
        "portals": {"paths": [str(portals.write(folder / "portals", site, spare).absolute())]},
    }
    config.write_text(f"{MARK}\n{yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)}", encoding="utf-8")
    return config
