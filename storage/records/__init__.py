"""The words of the archive as frozen values: what goes in, what comes out, nothing edited later.

Times are aware and in UTC; dates of reports are plain dates, exact or absent. `None` means "not known", never "none".
"""

from __future__ import annotations

from storage.records.counted import Blame as Blame
from storage.records.counted import Figure as Figure
from storage.records.counted import FigureKind as FigureKind
from storage.records.counted import Finding as Finding
from storage.records.counted import FindingLevel as FindingLevel
from storage.records.crawled import Candidate as Candidate
from storage.records.crawled import Capture as Capture
from storage.records.crawled import Listing as Listing
from storage.records.crawled import Origin as Origin
from storage.records.learned import Change as Change
from storage.records.read import Attachment as Attachment
from storage.records.read import Cell as Cell
from storage.records.read import Grid as Grid
from storage.records.read import Reading as Reading
from storage.records.read import SecondOpinion as SecondOpinion
from storage.records.read import content_sha256 as content_sha256
from storage.records.read import normalised as normalised
from storage.records.told import Event as Event
from storage.records.told import Known as Known
from storage.records.told import Sending as Sending
from storage.records.told import What as What
from storage.records.words import INTERRUPTED as INTERRUPTED
from storage.records.words import ChangeKind as ChangeKind
from storage.records.words import DocumentType as DocumentType
from storage.records.words import Level as Level
from storage.records.words import Outcome as Outcome
from storage.records.words import State as State
from storage.records.words import Trust as Trust
