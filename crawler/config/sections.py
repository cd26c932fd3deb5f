"""The groups of keys, by what they are about."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, field_validator

from crawler.config.section import Section


class ArchiveSection(Section):
    url: str = Field("sqlite:///archive/nianbao.sqlite3", description="SQLAlchemy URL of the archive; postgresql://… when shared")
    heads: Path | None = Field(None, description="Plain file of the ledger's heads; beside the archive (in logs/ for one on a server) when empty")
    timestamps: str | None = Field(None, description="URL of a time stamping authority (RFC 3161) that is asked to stamp every head; none when empty")
    timestamp_certificates: Path | None = Field(None, description="PEM file of the certificates those stamps are checked against")

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not re.match(r"(sqlite|postgresql)(\+\w+)?://", url):
            raise ValueError("must begin with sqlite:/// (a file: sqlite:///path/to/nianbao.sqlite3) or postgresql://")
        return url

    @field_validator("timestamps")
    @classmethod
    def _is_on_the_web(cls, url: str | None) -> str | None:
        if url is not None and not re.match(r"https?://[^/?#\s]+[^\s]*\Z", url):
            raise ValueError("must begin with http:// or https://")
        return url


class CrawlSection(Section):
    delay: float = Field(3.0, ge=0.0, le=120.0, description="Seconds between two requests to one host; robots.txt may ask for more")
    portals_at_once: int = Field(8, ge=1, le=64, description="Portals crawled side by side in one process; each host gets one request at a time")
    user_agent: str = Field(
        "nianbao/0.1 (annual report archive; see the operator's contact)", min_length=8, description="Sent with every request; name a contact"
    )
    robots: bool = Field(True, description="Obey robots.txt and its Crawl-delay")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds for one whole answer")
    tries: int = Field(3, ge=1, le=10, description="Times a request without usable answer is made in one run")
    retry_after_limit: float = Field(600.0, ge=0, description="Longest Retry-After obeyed, in seconds; a longer one ends the portal's night")
    page_limit: int = Field(32 * 2**20, ge=1024, description="Bytes of one page, on the wire and unpacked")
    attachment_limit: int = Field(64 * 2**20, ge=1024, description="Bytes of one attachment, on the wire and unpacked")
    list_pages: int = Field(60, ge=1, le=2000, description="Most list pages read of one column in one run")
    requests_limit: int = Field(2000, ge=1, description="Most requests to one portal in one run")
    host_budget: int = Field(6000, ge=1, description="Most requests to one host in one night, whichever portals stand on it")
    revisit_days: float | None = Field(
        None, ge=0, description="Days after which every known report is asked for again, 0 for every run; when empty the rotation decides"
    )
    allow_private_hosts: bool = Field(False, description="Let portals stand on loopback or private addresses (tests, replicas)")
    verify_tls: bool = Field(True, description="Refuse certificates that do not verify")
    browser: str | None = Field(None, description="Path of a headless Chromium; found by itself when empty")
    read_timeout: float = Field(20.0, gt=0, description="Seconds the reader may take for one page, in a process of its own")
    read_memory: int = Field(2**30, ge=2**28, description="Bytes of memory a reader process may take")
    readers: int = Field(1, ge=1, le=16, description="Reader processes")
    second_opinion: int = Field(
        4, ge=0, description="One page in so many is read by trafilatura as well, and disagreement is an incident; 1 for every page, 0 for none"
    )
    run_timeout: float = Field(6 * 3600.0, gt=0, description="Seconds after which a crawl process is ended")


class PortalsSection(Section):
    paths: tuple[Path, ...] = Field((), description="Folders of portal files, instead of the shipped ones")
