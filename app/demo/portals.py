"""Portal files for the replicas: the keys, names, divisions and families of the shipped ones, with starts and hosts on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from app.demo import life
from app.demo.replicas import PORTALS, Replica


def write(folder: Path, addresses: Mapping[str, str]) -> Path:
    """Write one file a replica, for ``--portals FOLDER``.

    Args:
        addresses: of `Site.addresses`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for replica in PORTALS:
        text = yaml.safe_dump(_file(replica, addresses[replica.key]), allow_unicode=True, sort_keys=False)
        (folder / f"{replica.key}.yaml").write_text(text, encoding="utf-8")
    return folder


def _file(replica: type[Replica], address: str) -> dict[str, Any]:
    return {
        "key": replica.key,
        "name": replica.name,
        "adcode": replica.adcode,
        "family": replica.family,
        "start": [f"{address}{path}" for path in replica.start],
        "hosts": [replica.host],
        **replica.file,
        "expect": {"candidates": len(_reports(replica)) - 1},
        "note": "A replica on loopback; the real portal's file lies in spiders/portals.",
    }


def _reports(replica: type[Replica]) -> list[str]:
    return [document.key for document in life.shelf(replica.key, 1) if document.kind != "work_report"]
