"""Configuration: one frozen model, every key described, nothing unknown accepted.

Precedence, highest first: arguments of the command line, environment (`NIANBAO_ARCHIVE__URL`), `config.yaml`, defaults.
"""

from __future__ import annotations

from crawler.config.alerts import AlertSection as AlertSection
from crawler.config.alerts import ChannelSection as ChannelSection
from crawler.config.alerts import DeliverySection as DeliverySection
from crawler.config.duties import OverdueSection as OverdueSection
from crawler.config.explaining import Setting as Setting
from crawler.config.explaining import explain as explain
from crawler.config.loading import DEFAULT_FILE as DEFAULT_FILE
from crawler.config.loading import load as load
from crawler.config.model import FIRST_YEAR as FIRST_YEAR
from crawler.config.model import LAST_YEAR as LAST_YEAR
from crawler.config.model import Config as Config
from crawler.config.problems import ENVIRONMENT as ENVIRONMENT
from crawler.config.problems import masked as masked
from crawler.config.problems import mistakes as mistakes
from crawler.config.problems import problem as problem
from crawler.config.scheduling import RotationSection as RotationSection
from crawler.config.scheduling import ScheduleSection as ScheduleSection
from crawler.config.section import Section as Section
from crawler.config.section import fields as fields
from crawler.config.sections import ArchiveSection as ArchiveSection
from crawler.config.sections import CrawlSection as CrawlSection
from crawler.config.sections import PortalsSection as PortalsSection
from crawler.config.watching import LogsSection as LogsSection
from crawler.config.watching import NightsSection as NightsSection
from crawler.config.watching import WatchSection as WatchSection
