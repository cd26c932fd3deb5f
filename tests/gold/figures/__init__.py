"""Gold figures: official tables with every cell known, printed in the shapes portals and offices give them.

`reports.yaml` holds the figures: drawn once by chance with sums that hold, special cells put in and checked by hand, and never read back from the reader; `layouts.yaml` the tables as they are printed. Nothing here asks the reader anything.
`REPORTS` are the reports; `printed.tables(report)` their tables as rows of cells, each cell with the key of its figure; `shapes.SHAPES` prints
whole reports as pages. To print them otherwise (PDF, DOCX), start from `printed.tables` and expect `expected(tables)`.
"""

from tests.gold.figures.printed import C, Printed, expected, tables
from tests.gold.figures.reports import REPORTS, Gold, Report

__all__ = ["REPORTS", "C", "Gold", "Printed", "Report", "expected", "tables"]
