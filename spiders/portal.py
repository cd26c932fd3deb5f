"""The schema of a portal file: one portal as data, a typo refused with its key. No logic lives in YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, field_validator

from crawler import strict_yaml
from crawler.config import ScheduleSection, Section, fields, problem
from crawler.errors import ConfigError
from crawler.scope import Scope
from crawler.urls import canonical
from storage.records import Origin

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,40}$")]
Adcode = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
Host = Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9.-]+$")]


class ListingRules(Section):
    """How a list page shows its rows. Only what differs from the family."""

    row: str | None = Field(None, description="CSS selector of one row")
    link: str | None = Field(None, description="CSS selector of the link inside a row; the first link when empty")
    date: str | None = Field(None, description="CSS selector of the date inside a row; searched in the row's text when empty")
    next: str | None = Field(None, description="CSS selector of the link to the next page")
    follow: str | None = Field(None, description="Regular expression on the text or URL of links to year columns and sub-columns to be read as well")


class Expectation(Section):
    """What a healthy crawl finds. A wrong guess becomes an incident, never silence."""

    candidates: int = Field(1, ge=0, description="At least so many report candidates in the whole column")
    newest_year: int | None = Field(None, le=0, description="The newest report year on the list, counted from the year of the crawl; -1 is last year")


class OwnSchedule(Section):
    """When this portal is crawled, where it differs from `schedule` in the configuration."""

    every: int | None = Field(None, ge=1, le=90, description="Outside the season the portal is crawled every so many nights")
    season: tuple[str, ...] = Field((), description="Nights (MM-DD..MM-DD, by their evenings) in which it is crawled, besides the season all have")

    @field_validator("season")
    @classmethod
    def _is_season(cls, spans: tuple[str, ...]) -> tuple[str, ...]:
        return ScheduleSection.is_season(spans)


class Portal(Section):
    """One government website that publishes reports."""

    key: Key = Field(description="What the portal is called here and what its file is called, in lower-case letters")
    name: str = Field(description="The government's full name")
    adcode: Adcode = Field(description='Code of the division after GB/T 2260, in quotes: "370782"')
    family: str = Field(description="The CMS: one of the modules in spiders/families")
    start: tuple[Url, ...] = Field(min_length=1, description="Entry URLs of the report column")
    hosts: tuple[Host, ...] = Field(min_length=1, description="Trusted hosts; '*.example.gov.cn' is the domain and all below it; others are mirrors")
    render: bool = Field(False, description="Pages need a browser")
    body: str | None = Field(None, description="CSS selector of the article's body, where the family's is not right")
    listing: ListingRules = Field(default_factory=ListingRules)
    expect: Expectation = Field(default_factory=Expectation)
    schedule: OwnSchedule = Field(default_factory=OwnSchedule)
    spider: str | None = Field(None, description="module:Class in spiders/odd for a portal that needs logic of its own")
    note: str | None = Field(None, description="What is known of the portal and what is a guess")

    @property
    def origin(self) -> Origin:
        return Origin(key=self.key, name=self.name, adcode=self.adcode, hosts=self.hosts, family=self.family)


def load(path: Path) -> Portal:
    """Read one portal file.

    Raises:
        ConfigError: the file is missing, no YAML, or a key is unknown, wrong or written twice; names the file and the key.
    """
    try:
        raw = strict_yaml.load(path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file") from None
    keys = f"a portal file has the keys {', '.join(key for key, _ in fields(Portal))}"
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: is no mapping; {keys}")
    try:
        portal = Portal.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(problem(e, str(path), Portal, keys) for e in error.errors())) from None
    scope = Scope(portal.hosts)
    for url in portal.start:
        if not scope.covers(canonical(url)):
            raise ConfigError(f"{path}: start: {url} stands on none of the portal's hosts ({', '.join(portal.hosts)}), or is no address")
    if portal.key != path.stem:
        raise ConfigError(f"{path}: key: {portal.key!r} must be the file's name, {path.stem!r}")
    return portal
