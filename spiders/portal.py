"""The schema of a portal file: one portal as data, a typo refused with its key. No logic lives in YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crawler.errors import ConfigError
from crawler.scope import Scope
from crawler.urls import canonical
from storage.records import Origin

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,40}$")]
Adcode = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
Host = Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9.-]+$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListingRules(Part):
    """How a list page shows its rows. Only what differs from the family."""

    row: str | None = Field(None, description="CSS selector of one row")
    link: str | None = Field(None, description="CSS selector of the link inside a row; the first link when empty")
    date: str | None = Field(None, description="CSS selector of the date inside a row; searched in the row's text when empty")
    next: str | None = Field(None, description="CSS selector of the link to the next page")
    follow: str | None = Field(None, description="Regular expression on the text or URL of links to year columns and sub-columns to be read as well")


class Expectation(Part):
    """What a healthy crawl finds. A wrong guess becomes an incident, never silence."""

    candidates: int = Field(1, ge=0, description="At least so many report candidates in the whole column")
    newest_year: int | None = Field(None, le=0, description="The newest report year on the list, counted from the year of the crawl; -1 is last year")


class Portal(Part):
    """One government website that publishes reports."""

    key: Key
    name: str
    adcode: Adcode
    family: str
    start: tuple[Url, ...] = Field(min_length=1, description="Entry URLs of the report column")
    hosts: tuple[Host, ...] = Field(min_length=1, description="Trusted hosts; '*.example.gov.cn' is the domain and all below it; others are mirrors")
    render: bool = Field(False, description="Pages need a browser")
    body: str | None = Field(None, description="CSS selector of the article's body, where the family's is not right")
    listing: ListingRules = Field(default_factory=ListingRules)
    expect: Expectation = Field(default_factory=Expectation)
    spider: str | None = Field(None, description="module:Class in spiders/odd for a portal that needs logic of its own")
    note: str | None = Field(None, description="What is known of the portal and what is a guess")

    @property
    def origin(self) -> Origin:
        return Origin(key=self.key, name=self.name, adcode=self.adcode, hosts=self.hosts, family=self.family)


def load(path: Path) -> Portal:
    """Read one portal file.

    Raises:
        ConfigError: the file is missing, no YAML, or a key is unknown or wrong; names the file and the key.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: a portal file is a mapping with the keys key, name, adcode, family, start, hosts")
    try:
        portal = Portal.model_validate(raw)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{path}: {problems}") from error
    scope = Scope(portal.hosts)
    for url in portal.start:
        if not scope.covers(canonical(url)):
            raise ConfigError(f"{path}: start: {url} stands on none of the portal's hosts ({', '.join(portal.hosts)}), or is no address")
    if portal.key != path.stem:
        raise ConfigError(f"{path}: key: {portal.key!r} must be the file's name, {path.stem!r}")
    return portal
