"""Workbooks of a district and of a filing, in and out: five sheets.

``columns`` names what the sheets hold, ``assembly`` turns checked rows into one declaration per
center, ``workbook`` runs the import and writes templates and exports. ``center_workbook`` is the
workbook of one filing, which its center fills in offline.
"""

from centers.resources.center_workbook import CenterWorkbook
from centers.resources.workbook import DistrictWorkbook, Preview, WorkbookHasErrors

__all__ = ["CenterWorkbook", "DistrictWorkbook", "Preview", "WorkbookHasErrors"]
