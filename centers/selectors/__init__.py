"""Reads over several tables of the centers.

``sections`` reads what was filed, ``comparisons`` puts two versions side by side, ``hashing`` gives
a content its hash, ``obligations`` counts what rounds ask for, ``rounds`` lists what each center
did of it, ``periods`` knows which period comes next, ``reviews`` reads a filing as the bureau does,
``mechanisms`` counts coordination events against what the district asks for, ``tasks`` says what
waits for one person, ``workloads`` what waits in a district, ``drafts`` finds what was typed and
not saved, ``histories`` tells what became of a section, ``todos`` what waits at a
center.
"""

from centers.selectors.sections import (
    PEOPLE,
    PLACE,
    accepted_sections,
    centers_of,
    certifiers,
    content,
    declared_fields,
    drafted_rows,
    open_change,
    open_filings,
    rows_by_section,
    rows_of,
    with_lines,
)

__all__ = [
    "PEOPLE",
    "PLACE",
    "accepted_sections",
    "centers_of",
    "certifiers",
    "content",
    "declared_fields",
    "drafted_rows",
    "open_change",
    "open_filings",
    "rows_by_section",
    "rows_of",
    "with_lines",
]
