"""What became of a section: beside what was accepted, beside what was sent back, and the words of
the bureau at its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from centers.models import Filing, RowComment, Section, SectionSubmission
from centers.selectors import comparisons, hashing
from centers.selectors.comparisons import SectionTable
from centers.selectors.sections import accepted_sections, rows_by_section, rows_of

# While the bureau's words still ask for something.
SPOKEN_OF = (Section.Status.RETURNED, Section.Status.SUBMITTED)


@dataclass(frozen=True)
class Comments:
    """The bureau's words at the rows of the last submission it sent back.

    ``at`` maps a row's line to its comments; ``positions`` a line to where it stood then.
    """

    at: dict[UUID, list[RowComment]] = field(default_factory=dict)
    positions: dict[UUID, int] = field(default_factory=dict)

    def beside(self, lines: Iterable[Any]) -> tuple[dict[str, list[RowComment]], list[Any]]:
        """(line as text → comments) of the rows that are there, and (position, comment) of those
        that are gone."""
        there = {str(line) for line in lines}
        kept = {str(line): said for line, said in self.at.items() if str(line) in there}
        gone = [
            (self.positions.get(line), comment)
            for line, said in self.at.items()
            if str(line) not in there
            for comment in said
        ]
        return kept, gone


def since_accepted(section: Section, rows: Sequence[Any]) -> SectionTable:
    """The section's rows beside those accepted last before it; not compared where there are
    none."""
    if section.status == Section.Status.ACCEPTED:
        before = section.based_on
    else:
        before = accepted_sections(section.center).get(section.kind)
    return comparisons.compared(section, rows, rows_of(before) if before else None)


def returned_submission(section: Section) -> SectionSubmission | None:
    """The submission that the bureau sent back, while it is being corrected."""
    if section.status != Section.Status.RETURNED:
        return None
    return section.submissions.order_by("-number").first()


def since_returned(
    section: Section, rows: Sequence[Any], submission: SectionSubmission | None
) -> SectionTable | None:
    """The section's rows beside the submission that was sent back."""
    if submission is None:
        return None
    return comparisons.compared(section, rows, hashing.thawed(section, submission.content))


def comments(section: Section, submission: SectionSubmission | None) -> Comments:
    """The bureau's words at rows, the newest round of them."""
    if section.status not in SPOKEN_OF:
        return Comments()
    spoken = list(section.comments.select_related("made_by"))
    newest = max((comment.number for comment in spoken), default=0)
    at: dict[UUID, list[RowComment]] = {}
    for comment in spoken:
        if comment.number == newest:
            at.setdefault(comment.line, []).append(comment)
    content = submission.content if submission else []
    positions = {UUID(row["line"]): n for n, row in enumerate(content, start=1) if "line" in row}
    return Comments(at, positions)


def tables(filing: Filing, sections: Sequence[Section]) -> dict[int, SectionTable]:
    """Section id → its rows beside those accepted last, in a query per kind at most."""
    accepted = accepted_sections(filing.center)
    before = {
        section.pk: section.based_on
        if section.status == Section.Status.ACCEPTED
        else accepted.get(section.kind)
        for section in sections
    }
    rows = rows_by_section({s.pk: s for s in (*sections, *before.values()) if s}.values())
    found = {}
    for section in sections:
        old = before[section.pk]
        rows_before = rows[old.pk] if old else None
        found[section.pk] = comparisons.compared(section, rows[section.pk], rows_before)
    return found
