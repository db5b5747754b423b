"""Excel workbooks in and out: checked, read in a child process, located, written.

``read`` gives the sheets of an upload or refuses it; ``locate`` finds the table of declared
columns in a sheet; ``check`` reads its rows with the parsers of ``portal.cells``; ``mark`` gives
the upload back with its problems in it; ``write`` makes templates and exports that ``read`` takes
back without loss.
"""

from portal.workbooks.checking import CheckedRow, check
from portal.workbooks.columns import Column
from portal.workbooks.headers import RESULTS_TITLE
from portal.workbooks.marking import mark
from portal.workbooks.precheck import WorkbookRefused, precheck
from portal.workbooks.problems import CellProblem
from portal.workbooks.reading import Merge, Sheet, SheetStream, read, stream
from portal.workbooks.tables import Cell, Scan, Table, TableRow, locate
from portal.workbooks.writing import GUIDE_TITLE, SheetContent, write

# What a workbook is sent as.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

__all__ = [
    "GUIDE_TITLE",
    "RESULTS_TITLE",
    "XLSX",
    "Cell",
    "CellProblem",
    "CheckedRow",
    "Column",
    "Merge",
    "Scan",
    "Sheet",
    "SheetContent",
    "SheetStream",
    "Table",
    "TableRow",
    "WorkbookRefused",
    "check",
    "locate",
    "mark",
    "precheck",
    "read",
    "stream",
    "write",
]
