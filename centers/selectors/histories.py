"""What became of a section: beside what was accepted, beside what was sent back, and the words of
the bureau at its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from centers.models import Filing, Opinion, RowComment, Section, SectionSubmission
from centers.selectors import comparisons, hashing
from centers.selectors.comparisons import SectionTable
from centers.selectors.sections import accepted_sections, bases, rows_by_section, rows_of
from portal.audit.models import AuditEvent

# While the bureau's words still ask for something.
SPOKEN_OF = (Section.Status.RETURNED, Section.Status.SUBMITTED)
# The steps of a filing that its center reads; the trail knows every save besides.
STEPS = {
    "centers.filing.open": gettext_lazy("opened"),
    "centers.filing.prepare": gettext_lazy("handed over for certification"),
    "centers.filing.take_back": gettext_lazy("taken back"),
    "centers.filing.decline": gettext_lazy("not certified"),
    "centers.filing.submit": gettext_lazy("certified and submitted"),
    "centers.opinion.give": gettext_lazy("opinion of the township"),
    "centers.opinion.dispense": gettext_lazy("opinion dispensed with"),
    "centers.filing.accept_section": gettext_lazy("accepted"),
    "centers.filing.return_section": gettext_lazy("sent back"),
    "centers.filing.withdraw": gettext_lazy("withdrawn"),
    "centers.draft.discard": gettext_lazy("unsaved entries discarded"),
}
SUBMIT = "centers.filing.submit"
# What stays within the center.
INTERNAL = {"centers.filing.take_back", "centers.filing.decline", "centers.draft.discard"}


@dataclass(frozen=True)
class Step:
    """One thing that happened to a filing. ``number`` is the submission it belongs to, the one in
    the making included."""

    number: int
    at: datetime
    who: str
    what: Any
    about: str
    text: str


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
    before = bases([section], accepted_sections(section.center))[section.pk]
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


def tables(
    sections: Sequence[Section], accepted: Mapping[str, Section]
) -> dict[int, SectionTable]:
    """Section id → its rows beside those accepted last, in a query per kind at most."""
    before = bases(sections, accepted)
    rows = rows_by_section({s.pk: s for s in (*sections, *before.values()) if s}.values())
    found = {}
    for section in sections:
        old = before[section.pk]
        rows_before = rows[old.pk] if old else None
        found[section.pk] = comparisons.compared(section, rows[section.pk], rows_before)
    return found


def steps(filing: Filing, *, is_own: bool = True) -> list[Step]:
    """What happened to the filing, the oldest first; to others than its center (``is_own``) not
    what it did within. One query."""
    happened = AuditEvent.objects.filter(
        target_type=filing._meta.label_lower, target_id=str(filing.pk), action__in=STEPS
    )
    found, number = [], 1
    is_handed_in = False
    for event in happened.order_by("id"):
        if is_handed_in and event.action == "centers.filing.prepare":
            number, is_handed_in = number + 1, False
        is_handed_in = is_handed_in or event.action == SUBMIT
        if event.action in INTERNAL and not is_own:
            continue
        what, about = STEPS[event.action], _about(event.changes)
        found.append(Step(number, event.at, event.actor_name, what, about, event.reason))
    return found


def _about(changes: Mapping[str, Any]) -> str:
    """Which section, or which opinion, an event speaks of."""
    if "verdict" in changes:
        return str(Opinion.Verdict(changes["verdict"][1]).label)
    kind = changes.get("section", [None])[0]
    return str(Section.Kind(kind).label) if kind in Section.Kind.values else ""


def asked_at_rows(sections: Iterable[Section]) -> dict[int, list[RowComment]]:
    """Section id → what the bureau asks to correct at its rows, of sections sent back. One query,
    none where nothing was sent back."""
    returned = {section.pk: section for section in sections if section.status == "returned"}
    if not returned:
        return {}
    found: dict[int, list[RowComment]] = {}
    for comment in RowComment.objects.filter(section__in=returned).order_by("number", "pk"):
        said = found.setdefault(comment.section_id, [])
        if said and said[0].number < comment.number:
            said.clear()
        said.append(comment)
    return found
