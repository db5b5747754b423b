"""The district's workbook, in and out: five sheets, through django-import-export.

``columns`` names what the sheets hold, ``assembly`` turns checked rows into one declaration per
center, ``workbook`` runs the import and writes templates and exports.
"""

from centers.resources.workbook import DistrictWorkbook, Preview

__all__ = ["DistrictWorkbook", "Preview"]
