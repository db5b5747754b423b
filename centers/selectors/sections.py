"""What was filed: sections and their rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from centers.models import ROW_MODELS, Center, Filing, Membership, Row, Section
from portal.users.models import User
from portal.users.roles import Capability, roles_with

PEOPLE: dict[str, list[str]] = {
    Section.Kind.STAFF: ["person"],
    Section.Kind.PROFILE: ["legal_representative"],
}
# What a row declares, beside where it stands.
PLACE = frozenset({"id", "section_id", "position", "line"})


def declared_fields(kind: str) -> list[str]:
    """Column names of what a row of this kind declares, foreign keys as ids."""
    return [f.attname for f in ROW_MODELS[kind]._meta.concrete_fields if f.attname not in PLACE]


def content(rows: Iterable[Row], kind: str) -> list[dict[str, Any]]:
    """What the rows declare, in order, ready to compare or to copy."""
    fields = declared_fields(kind)
    return [{field: getattr(row, field) for field in fields} for row in rows]


def with_lines(rows: Iterable[Row], kind: str) -> list[dict[str, Any]]:
    """What the rows declare and who they are, ready to write into another section."""
    rows = list(rows)
    declared = content(rows, kind)
    return [{**said, "line": row.line} for said, row in zip(declared, rows, strict=True)]


def rows_of(section: Section) -> list[Any]:
    """The section's rows in order, people included, in one query."""
    return rows_by_section([section])[section.pk]


def accepted_sections(center: Center, known_at: datetime | None = None) -> dict[str, Section]:
    """Kind → section accepted last; a kind never filed is absent."""
    sections = Section.objects.filter(center=center).accepted_last(known_at)
    return {section.kind: section for section in sections}


def rows_by_section(sections: Iterable[Section]) -> dict[int, list[Any]]:
    """Section id → rows, at most one query per kind however many sections there are."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for section in sections:
        by_kind[section.kind].append(section.pk)
    rows: dict[int, list[Any]] = {pk: [] for pks in by_kind.values() for pk in pks}
    for kind, pks in by_kind.items():
        queryset = ROW_MODELS[kind].objects.filter(section__in=pks).order_by("position")
        for row in queryset.select_related(*PEOPLE.get(kind, [])):
            rows[row.section_id].append(row)
    return rows


def drafted_rows(filing: Filing, *, apart_from: Section) -> dict[str, list[dict[str, Any]]]:
    """Kind → rows of the filing's other sections that are not accepted yet, as they are stored.

    What nobody has said anything in is absent. At most one query per kind and one more.
    """
    others = filing.sections.exclude(pk=apart_from.pk).exclude(status=Section.Status.ACCEPTED)
    sections = list(others)
    rows = rows_by_section(sections)
    return {
        section.kind: content(rows[section.pk], section.kind)
        for section in sections
        if section.reported(len(rows[section.pk])) != Section.Reported.MISSING
    }


def bases(
    sections: Iterable[Section], standing: Mapping[str, Section]
) -> dict[int, Section | None]:
    """Section id → the section it is read beside: what stands, or what stood when accepted."""
    return {
        section.pk: section.based_on
        if section.status == Section.Status.ACCEPTED
        else standing.get(section.kind)
        for section in sections
    }


def open_filings(center: Center) -> list[Filing]:
    """The center's filings somebody still has to act on, the oldest first."""
    return list(
        Filing.objects.filter(center=center)
        .open()
        .select_related("obligation__round")
        .order_by("pk")
    )


def open_change(center: Center) -> Filing | None:
    """The open filing by which the center reports a change by itself."""
    return Filing.objects.filter(center=center, obligation=None).open().first()


def certifiers(center: Center) -> list[User]:
    """Who may certify what the staff of the center prepare."""
    able = roles_with(Capability.FILING_SUBMIT)
    works_here = Membership.objects.filter(center=center, role__in=able)
    return [membership.user for membership in works_here.select_related("user").order_by("pk")]


def centers_of(user: User) -> list[Center]:
    """Centers at which ``user`` works, by code."""
    return list(
        Center.objects.filter(memberships__user=user)
        .select_related("division")
        .distinct()
        .order_by("code")
    )
