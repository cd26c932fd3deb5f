"""The board of overdue reports: for each organ that must report, each year, what the archive can prove. Derived from rows at every question."""

from __future__ import annotations

from scheduler.overdue.board import SORTS as SORTS
from scheduler.overdue.board import board as board
from scheduler.overdue.cases import Case as Case
from scheduler.overdue.cases import Reason as Reason
from scheduler.overdue.cases import Standing as Standing
from scheduler.overdue.cases import Timely as Timely
from scheduler.overdue.telling import tell as tell
from scheduler.overdue.telling import tell_of as tell_of

__all__ = ["SORTS", "Case", "Reason", "Standing", "Timely", "board", "tell", "tell_of"]
