"""Configuration: one frozen model, every key described, nothing unknown accepted.

Precedence, highest first: arguments of the command line, environment (`NIANBAO_ARCHIVE__URL`), `config.yaml`, defaults.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from crawler.errors import ConfigError

DEFAULT_FILE = Path("config.yaml")


class Section(BaseModel):
    """A group of keys: immutable, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ArchiveSection(Section):
    url: str = Field("sqlite:///archive/nianbao.sqlite3", description="SQLAlchemy URL of the archive; postgresql://… when shared")


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
    list_pages: int = Field(60, ge=1, le=2000, description="Most list pages read of one column in one run")
    requests_limit: int = Field(2000, ge=1, description="Most requests to one portal in one run")
    revisit_days: float = Field(7.0, ge=0, description="Days after which a known report is asked for again; 0 for every run")
    allow_private_hosts: bool = Field(False, description="Let portals stand on loopback or private addresses (tests, replicas)")
    verify_tls: bool = Field(True, description="Refuse certificates that do not verify")
    browser: str | None = Field(None, description="Path of a headless Chromium; found by itself when empty")
    read_timeout: float = Field(20.0, gt=0, description="Seconds the reader may take for one page, in a process of its own")
    read_memory: int = Field(2**30, ge=2**28, description="Bytes of memory a reader process may take")
    readers: int = Field(1, ge=1, le=16, description="Reader processes")
    run_timeout: float = Field(6 * 3600.0, gt=0, description="Seconds after which a crawl process is ended")


class PortalsSection(Section):
    paths: tuple[Path, ...] = Field((), description="Folders of portal files, instead of the shipped ones")


class Config(BaseSettings):
    """Everything an operator may change. `nianbao config --explain` prints this with descriptions and origins."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="NIANBAO_", env_nested_delimiter="__")

    archive: ArchiveSection = Field(default_factory=ArchiveSection, description="Where the archive lives")
    crawl: CrawlSection = Field(default_factory=CrawlSection, description="How portals are asked")
    portals: PortalsSection = Field(default_factory=PortalsSection, description="Where portal files lie")
    now: Annotated[datetime | None, Field(description="The clock of this call (ISO time with zone), so that nights can be replayed")] = None
