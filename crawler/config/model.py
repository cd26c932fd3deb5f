"""Everything an operator may change, as one model."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime, Field, PrivateAttr, field_validator

from crawler.config.alerts import AlertSection, DeliverySection
from crawler.config.duties import OverdueSection
from crawler.config.problems import SECRET
from crawler.config.scheduling import RotationSection, ScheduleSection
from crawler.config.section import Section
from crawler.config.sections import ArchiveSection, CrawlSection, PortalsSection
from crawler.config.watching import LogsSection, NightsSection, WatchSection

FIRST_YEAR, LAST_YEAR = 1990, 2200  # of a clock or a night that a call may be given


class Config(Section):
    """Everything an operator may change. `nianbao config --explain` prints this with descriptions and origins."""

    archive: ArchiveSection = Field(default_factory=ArchiveSection, description="Where the archive lives")
    crawl: CrawlSection = Field(default_factory=CrawlSection, description="How portals are asked")
    rotation: RotationSection = Field(default_factory=RotationSection, description="How often known reports are looked at again")
    schedule: ScheduleSection = Field(default_factory=ScheduleSection, description="When the service crawls")
    portals: PortalsSection = Field(default_factory=PortalsSection, description="Where portal files lie")
    alerts: tuple[AlertSection, ...] = Field((), description="Subscriptions, a list: who is told what", json_schema_extra=SECRET)
    logs: LogsSection = Field(default_factory=LogsSection, description="How log lines look")
    nights: NightsSection = Field(default_factory=NightsSection, description="The account of each night")
    watch: WatchSection = Field(default_factory=WatchSection, description="Metrics and health")
    delivery: DeliverySection = Field(default_factory=DeliverySection, description="How alerts are worded and sent")
    overdue: OverdueSection = Field(default_factory=OverdueSection, description="Who must report by when")
    now: AwareDatetime | None = Field(None, description="The clock of this call (ISO time with zone), so that nights can be replayed")

    @field_validator("now")
    @classmethod
    def _is_of_our_time(cls, now: datetime | None) -> datetime | None:
        if now is not None and not FIRST_YEAR <= now.year <= LAST_YEAR:
            raise ValueError(f"must be a year between {FIRST_YEAR} and {LAST_YEAR}")
        return now

    @field_validator("alerts")
    @classmethod
    def _have_names_of_their_own(cls, alerts: tuple[AlertSection, ...]) -> tuple[AlertSection, ...]:
        names = [alert.name for alert in alerts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two subscriptions bear the name {twice[0]}; each needs its own")
        return alerts

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def clock(self) -> datetime:
        """The time of this call in UTC: `now` where it is set, else the machine's."""
        return (self.now or datetime.now(UTC)).astimezone(UTC)
