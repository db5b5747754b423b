"""A filing's sections, filled in offline and taken in together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from centers import selectors
from centers.models import ROW_MODELS, Filing, Person, Row, Section, SectionDraft
from centers.selectors import comparisons
from centers.services import centers, filings
from centers.services.centers import Name
from portal.audit import services as audit
from portal.users.models import User

# What the bureau judged of a place holds while these say the same.
PLACE = ("address", "exclusive_area_m2", "shared_area_m2", "share_ratio")


@dataclass(frozen=True)
class Upload:
    """The complete list of a section's rows, and the version of the section it was made from.

    A row is a mapping of field to value, people given as ``Name``. One with a ``line`` is the row
    that had it; any other that ``comparisons.pair`` takes for a row on record becomes that row.
    What a row does not speak of stays as it was.
    """

    version: int
    rows: Sequence[Mapping[str, Any]]


@transaction.atomic
def take(*, filing: Filing, uploads: Mapping[str, Upload], by: User, at: datetime) -> list[Section]:
    """Replace the rows of the filing's sections, all of them or none.

    Raises ``Conflict`` when somebody saved one since its version, ``SectionLocked`` when one is no
    longer the center's to edit, ``EntriesUnsaved`` when ``by`` typed into one and did not save.
    """
    Filing.objects.select_for_update().get(pk=filing.pk)
    own = Section.objects.filter(filing=filing, kind__in=list(uploads))
    sections = list(own.select_related("filing", "center__division").order_by("pk"))
    _refuse_unsaved(sections, by)
    for section in sections:
        upload = uploads[section.kind]
        people = _people(section, upload.rows)
        rows = [_resolved(section.kind, row, people) for row in upload.rows]
        filings.save_section(
            section=section, version=upload.version, rows=_as_same(section, rows), by=by, at=at
        )
    audit.record(
        action="centers.filing.upload",
        by=by,
        at=at,
        target=filing,
        division_path=filing.division_path,
        changes={"sections": [None, ", ".join(section.kind for section in sections)]},
    )
    return sections


def _refuse_unsaved(sections: Sequence[Section], by: User) -> None:
    drafts = SectionDraft.objects.filter(section__in=sections, user=by).select_related("section")
    if draft := drafts.first():
        raise filings.EntriesUnsaved(
            _("You typed into “%(section)s” and did not save it. Save or discard it first.")
            % {"section": draft.section.get_kind_display()}
        )


def _people(section: Section, rows: Sequence[Mapping[str, Any]]) -> Mapping[Name, Person]:
    named = {value for row in rows for value in row.values() if isinstance(value, Name)}
    return centers.people(center=section.center, names=sorted(named))


def _resolved(
    kind: str, row: Mapping[str, Any], people: Mapping[Name, Person]
) -> dict[str, Any]:
    """What the row says by column name, people as ids, "" where a text cannot be null."""
    said: dict[str, Any] = {}
    for name, value in row.items():
        field: Any = ROW_MODELS[kind]._meta.get_field(name.removesuffix("_id"))
        if isinstance(value, Name):
            value = people[value].pk
        if value is None and not field.null:
            value = field.get_default()
        said[field.attname] = value
    return said


def _as_same(section: Section, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the lines of those on record they are, and what those say beside."""
    model, kind = ROW_MODELS[section.kind], section.kind
    standing = selectors.rows_of(section)
    fresh = [
        model(section=section, position=number, **row) for number, row in enumerate(rows, start=1)
    ]
    before = {new.position: old for old, new in comparisons.pair(kind, standing, fresh) if new}
    return [
        _joined(kind, before.get(number), row) for number, row in enumerate(rows, start=1)
    ]


def _joined(kind: str, old: Row | None, said: Mapping[str, Any]) -> dict[str, Any]:
    if old is None:
        return dict(said)
    [before] = selectors.content([old], kind)
    if kind == Section.Kind.PREMISES and any(said[name] != before[name] for name in PLACE):
        before["adequacy"] = None
    return {**before, **said, "line": old.line}
