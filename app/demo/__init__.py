"""The demo: replica portals on loopback, crawled over three nights, and the news held against what really happened."""

from __future__ import annotations

from app.demo.nights import run

__all__ = ["run"]
