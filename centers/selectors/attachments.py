"""Attachments as people read them: each document with its earlier versions, at its row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from centers.models import Attachment, AttachmentQuerySet, Row, Section
from centers.models.functions import FUNCTIONS

SOON_DAYS = 30
EXPIRED, EXPIRING = "expired", "expiring"


@dataclass(frozen=True)
class Document:
    """The version that counts, and those before it, the latest first."""

    attachment: Attachment
    expiry: str = ""
    earlier: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Place:
    """What documents prove: a row of the section, or with ``line`` None the whole of it."""

    line: UUID | None
    label: str
    documents: Sequence[Document] = field(default_factory=list)


def documents(sections: Iterable[Section], on: date) -> dict[int, list[Document]]:
    """Section id → its documents in the order they were added, in one query."""
    found: dict[int, list[Document]] = {section.pk: [] for section in sections}
    chains: dict[tuple[int, UUID], list[Attachment]] = defaultdict(list)
    standing = Attachment.objects.standing().filter(section__in=found)
    for attachment in standing.select_related("file", "added_by").order_by("number", "pk"):
        chains[attachment.section_id, attachment.chain].append(attachment)
    for (section_id, _chain), versions in chains.items():
        *earlier, newest = versions
        document = Document(newest, expiry(newest.expires_on, on), earlier[::-1])
        found[section_id].append(document)
    for listed in found.values():
        listed.sort(key=lambda document: (document.earlier or [document.attachment])[-1].pk)
    return found


def expiry(expires_on: date | None, on: date) -> str:
    """Whether a document is "expired" on a day, "expiring" within 30 days, or neither ("")."""
    if expires_on is None or expires_on > on + timedelta(days=SOON_DAYS):
        return ""
    return EXPIRED if expires_on < on else EXPIRING


def places(
    section: Section, rows: Iterable[Row], listed: Iterable[Document]
) -> list[Place]:
    """The section as a whole, then each row, with its documents."""
    by_line: Mapping[UUID | None, list[Document]] = defaultdict(list)
    for document in listed:
        by_line[document.attachment.line].append(document)
    whole = Place(None, _("the whole section"), by_line[None])
    at_rows = [Place(row.line, row_label(section.kind, row), by_line[row.line]) for row in rows]
    return [whole, *at_rows]


def row_label(kind: str, row: Any) -> str:
    """A row in a few words, people included."""
    if kind == Section.Kind.FUNCTIONS:
        said = f"{row.fiscal_year} {row.function} {FUNCTIONS[row.function][0]}"
    else:
        said = {
            Section.Kind.PROFILE: lambda: row.name,
            Section.Kind.STAFF: lambda: f"{row.person.name} {row.get_post_display()}",
            Section.Kind.PREMISES: lambda: row.address,
            Section.Kind.ACCOUNTS: lambda: row.holder,
            Section.Kind.FUNDING: lambda: row.contract_name or row.get_form_display(),
            Section.Kind.GOVERNANCE: lambda: row.starts_on or "",
            Section.Kind.STATUTORY: lambda: f"{row.get_matter_display()} {row.occurred_on or ''}",
        }[Section.Kind(kind)]()
    number = _("Row %(number)s") % {"number": row.position}
    return f"{number} {said}".strip()


def expiring(on: date, days: int = SOON_DAYS) -> AttachmentQuerySet:
    """Documents of the sections accepted last that expire within ``days``, or have expired.

    The caller narrows it: ``.visible_to(user)``, or ``.filter(section__center=center)``.
    """
    standing = Section.objects.accepted_last()
    return (
        Attachment.objects.newest()
        .filter(section__in=standing.values("pk"), expires_on__lte=on + timedelta(days=days))
        .select_related("section__center", "file")
        .order_by("expires_on", "pk")
    )
