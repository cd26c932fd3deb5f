"""Portal files for the replicas: the keys, names, divisions and families of the shipped ones, with starts and hosts on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from app.demo.replicas import Replica
from app.demo.site import Site


def write(folder: Path, site: Site, spare: int = 1) -> Path:
    """Write one file a replica of a running site, for ``--portals FOLDER``.

    Args:
        spare: how many of the candidates of the first night may be lost without an incident.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for replica in site.portals:
        text = yaml.safe_dump(_file(replica, site.addresses[replica.key], spare), allow_unicode=True, sort_keys=False)
        (folder / f"{replica.key}.yaml").write_text(text, encoding="utf-8")
    return folder


def _file(replica: Replica, address: str, spare: int) -> dict[str, Any]:
    return {
        "key": replica.key,
        "name": replica.name,
        "adcode": replica.adcode,
        "family": replica.family,
        "start": [f"{address}{path}" for path in replica.start],
        "hosts": [replica.host],
        **replica.file,
        # less than stand there on the first night: reports do get lost, and a lost one shall not be an incident as well
        "expect": {"candidates": sum(document.kind != "work_report" for document in replica.rows(min(replica.script.nights))) - spare},
        "note": "A replica on loopback; the real portal's file lies in spiders/portals.",
    }
