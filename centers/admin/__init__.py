"""The bureau's desk: the register of centers, filings to review, the district's workbook."""

from centers.admin.center import CenterAdmin
from centers.admin.filing import FilingAdmin

__all__ = ["CenterAdmin", "FilingAdmin"]
