"""Reads over several tables of the centers."""

from centers.selectors.sections import (
    accepted_sections,
    centers_of,
    content,
    declared_fields,
    open_filing,
    rows_by_section,
    rows_of,
)

__all__ = [
    "accepted_sections",
    "centers_of",
    "content",
    "declared_fields",
    "open_filing",
    "rows_by_section",
    "rows_of",
]
