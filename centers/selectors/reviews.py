"""A filing as the bureau reads it: each section beside what stands, and beside what was handed in
before, with what was asked to be corrected then."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from centers.models import Filing, RowComment, Section, SectionSubmission
from centers.selectors import comparisons, hashing
from centers.selectors.comparisons import SectionTable
from centers.selectors.sections import accepted_sections, bases, rows_by_section

# What was handed over; a draft and a returned section are still the center's own work.
SHOWN = (Section.Status.SUBMITTED, Section.Status.ACCEPTED)


@dataclass(frozen=True)
class SectionReview:
    """``table`` beside the section accepted before, None while the center works on it.

    ``since`` what changed since the submission before, None for a first one. ``handed_in`` is the
    copy of what was sent back. Every row of them has ``remarks``: the comments made at its line.
    """

    section: Section
    table: SectionTable | None
    since: SectionTable | None
    handed_in: SectionTable | None
    has_remarks: bool


def of(filing: Filing) -> list[SectionReview]:
    """The filing's sections in the order of the kinds; a fixed number of queries."""
    sections = list(filing.sections.select_related("based_on", "decided_by"))
    order = list(Section.Kind.values)
    sections.sort(key=lambda section: order.index(section.kind))
    before = bases(sections, accepted_sections(filing.center))
    shown = [section for section in sections if section.status in SHOWN]
    rows = rows_by_section([*shown, *filter(None, (before[s.pk] for s in shown))])
    copies, remarks = _copies(sections), _remarks(sections)
    return [_review(s, before[s.pk], rows, copies[s.pk], remarks[s.pk]) for s in sections]


def _copies(sections: Sequence[Section]) -> dict[int, list[SectionSubmission]]:
    found = defaultdict(list)
    for copy in SectionSubmission.objects.filter(section__in=sections).order_by("number"):
        found[copy.section_id].append(copy)
    return found


def _remarks(sections: Sequence[Section]) -> dict[int, dict[UUID, list[RowComment]]]:
    found: dict[int, Any] = defaultdict(lambda: defaultdict(list))
    comments = RowComment.objects.filter(section__in=sections).select_related("made_by")
    for comment in comments.order_by("number"):
        found[comment.section_id][comment.line].append(comment)
    return found


def _review(
    section: Section,
    base: Section | None,
    rows: dict[int, list[Any]],
    copies: Sequence[SectionSubmission],
    remarks: dict[UUID, list[RowComment]],
) -> SectionReview:
    table = since = handed_in = None
    if section.status in SHOWN:
        now = rows[section.pk]
        table = comparisons.compared(section, now, None if base is None else rows[base.pk])
        if section.status == Section.Status.SUBMITTED and len(copies) > 1:
            before = hashing.thawed(section, copies[-2].content)
            since = comparisons.compared(section, now, before)
    elif copies:
        handed_in = comparisons.plain(section, hashing.thawed(section, copies[-1].content))
    for shown in filter(None, (table, since, handed_in)):
        for line in shown.lines:
            line.row.remarks = remarks.get(line.row.line, [])  # type: ignore[attr-defined]
    return SectionReview(section, table, since, handed_in, bool(remarks))
