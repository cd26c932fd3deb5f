"""Questions to the archive, answered as plain dictionaries with the keys of the command line's JSON. Nothing here writes.

Times are ISO text in UTC, dates ISO text, unknown facts None.
"""

from storage.counted import figures as figures
from storage.counted import findings as findings
from storage.queries.found import find as find
from storage.queries.news import absences as absences
from storage.queries.news import changes as changes
from storage.queries.news import incidents as incidents
from storage.queries.news import runs as runs
from storage.queries.told import diff as diff
from storage.queries.told import history as history
from storage.queries.told import show as show
from storage.queries.told import table as table
from storage.standing import standing as standing
