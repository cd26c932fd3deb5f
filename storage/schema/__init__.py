"""The tables of the archive. What must be unique is a constraint here, never a hope elsewhere.

Times are of three sorts and never mixed: when a portal's bytes were fetched (`first_seen`, `last_seen`, `fetched_at`, `read_at`), when the
archive learned something (`changes.time`), and what a page claims of itself (`published`, `signed`, plain dates).
Everything but `frontier` and `portals` only grows; rows that are updated keep what they said in the rows they point to.
"""

from __future__ import annotations

from storage.schema.archived import changes as changes
from storage.schema.archived import crosschecks as crosschecks
from storage.schema.archived import locations as locations
from storage.schema.archived import reports as reports
from storage.schema.archived import versions as versions
from storage.schema.base import metadata as metadata
from storage.schema.captured import blobs as blobs
from storage.schema.captured import captures as captures
from storage.schema.captured import dictionaries as dictionaries
from storage.schema.crawling import confirmations as confirmations
from storage.schema.crawling import frontier as frontier
from storage.schema.crawling import incidents as incidents
from storage.schema.crawling import listings as listings
from storage.schema.crawling import portals as portals
from storage.schema.crawling import runs as runs
from storage.schema.evidence import absences as absences
from storage.schema.evidence import heads as heads
from storage.schema.evidence import ledger as ledger
from storage.schema.scheduling import hosts as hosts
from storage.schema.scheduling import robots as robots
from storage.schema.scheduling import slots as slots
from storage.schema.searched import INDEX as INDEX
from storage.schema.searched import derived as derived
from storage.schema.searched import documents as documents
from storage.schema.telling import alerts as alerts
from storage.schema.telling import cursors as cursors
from storage.schema.telling import events as events
from storage.schema.telling import outbox as outbox
from storage.schema.understood import assessments as assessments
from storage.schema.understood import contents as contents
from storage.schema.understood import figures as figures
from storage.schema.understood import findings as findings
from storage.schema.understood import readings as readings
from storage.schema.understood import rereads as rereads
