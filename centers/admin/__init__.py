"""The bureau's desk: the register of centers, filings to review, the district's workbook, the
coordination events."""

from centers.admin.center import CenterAdmin
from centers.admin.event import CoordinationEventAdmin
from centers.admin.filing import FilingAdmin

__all__ = ["CenterAdmin", "CoordinationEventAdmin", "FilingAdmin"]
