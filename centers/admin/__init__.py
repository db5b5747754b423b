"""The bureau's desk: the register of centers, filings to review, the reporting rounds, the
district's workbook, the coordination events."""

from centers.admin.center import CenterAdmin
from centers.admin.event import CoordinationEventAdmin
from centers.admin.filing import FilingAdmin
from centers.admin.round import RoundAdmin

__all__ = ["CenterAdmin", "CoordinationEventAdmin", "FilingAdmin", "RoundAdmin"]
