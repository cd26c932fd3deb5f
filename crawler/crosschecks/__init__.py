"""Findings between reports: with the year before, the levels below, the neighbours, and the lists that did not show them.

Nothing is computed from blanks, and nothing from a mirror's copy. A finding belongs to the report that came later.
"""

from crawler.crosschecks.comparing import CHECKER, Compared, compare_new, recheck

__all__ = ["CHECKER", "Compared", "compare_new", "recheck"]
