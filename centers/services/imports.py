"""A district's declarations, accepted at once: each center's rows become accepted sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from centers import selectors
from centers.models import ROW_MODELS, Center, Filing, Person, Row, Section
from centers.selectors import comparisons, hashing
from centers.services import centers, evidence
from centers.services.centers import Name
from centers.signals import facts_changed
from portal.audit import services as audit
from portal.jurisdictions.models import Division
from portal.transitions import transition
from portal.users.models import User


@dataclass
class Declaration:
    """One center as a workbook or the demonstration data declare it.

    ``sections`` maps a kind to its complete list of rows; a kind that is absent was not filed.
    A row is a mapping of field to value; people are given as ``Name`` and become persons.
    ``center`` is the registered center it speaks of; where the door does not say, it is found,
    and where none is found a new one is entered.
    """

    name: str
    division: Division
    code: str = ""
    uscc: str | None = None
    center: Center | None = None
    sections: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass
class Result:
    """Codes of the centers entered, changed and left as they were; sections written."""

    entered: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    section_count: int = 0


@transaction.atomic
def accept_declarations(
    *,
    declarations: Sequence[Declaration],
    by: User,
    at: datetime,
    source: str = Filing.Source.IMPORT,
) -> Result:
    """Accept every section that differs from the one accepted last; all of them or none.

    What is declared again unchanged writes nothing, so the same workbook twice changes nothing.
    Tells ``facts_changed`` once, in the same transaction.
    """
    result = Result()
    touched = []
    kinds: set[str] = set()
    for declaration in declarations:
        declaration.center = declaration.center or find(declaration)
    _lock(declarations)
    for declaration in declarations:
        center = _center(declaration, by=by, at=at, result=result)
        accepted = _accept(center, declaration, by=by, at=at, source=source, result=result)
        if accepted:
            kinds |= accepted
            touched.append(center.pk)
            if center.code not in result.entered:
                result.changed.append(center.code)
        elif center.code not in result.entered:
            result.unchanged.append(center.code)
    if touched:
        facts_changed.send(sender=Section, center_ids=touched, at=at, kinds=kinds)
    return result


def _lock(declarations: Sequence[Declaration]) -> None:
    """Hold the centers in the order in which evaluations do, so that nobody waits in a circle."""
    ids = [declaration.center.pk for declaration in declarations if declaration.center]
    list(Center.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _center(declaration: Declaration, *, by: User, at: datetime, result: Result) -> Center:
    if declaration.center:
        return declaration.center
    center = centers.enter(
        name=declaration.name,
        division=declaration.division,
        code=declaration.code,
        uscc=declaration.uscc,
        by=by,
        at=at,
    )
    result.entered.append(center.code)
    return center


def find(declaration: Declaration) -> Center | None:
    """The registered center a declaration speaks of: by credit code, else township and name.

    Raises ``CreditCodeTaken`` when the code is that of a center in another district.
    """
    known = Center.objects.select_related("division")
    by_code = declaration.uscc and known.filter(uscc=declaration.uscc).first()
    if by_code and by_code.division.district_code != declaration.division.district_code:
        raise centers.CreditCodeTaken.by(declaration.uscc)
    return by_code or known.filter(name=declaration.name, division=declaration.division).first()


def _accept(
    center: Center,
    declaration: Declaration,
    *,
    by: User,
    at: datetime,
    source: str,
    result: Result,
) -> set[str]:
    standing = selectors.accepted_sections(center)
    standing_rows = selectors.rows_by_section(standing.values())
    changed = {}
    people = _people(center, declaration)
    for kind, rows in declaration.sections.items():
        resolved = [_resolve(kind, row, people) for row in rows]
        before = standing.get(kind)
        if before is None or selectors.content(standing_rows[before.pk], kind) != resolved:
            changed[kind] = (before, resolved)
    if not changed:
        return set()
    # Accepted last is also dated last; of one instant the later row wins.
    at = max([at, *(b.decided_at for b, _rows in changed.values() if b and b.decided_at)])
    filing = Filing.objects.create(
        center=center,
        source=source,
        status=Filing.Status.SUBMITTED,
        opened_by=by,
        opened_at=at,
        submitted_by=by,
        submitted_at=at,
        first_submitted_at=at,
        submission_count=1,
    )
    for kind, (before, rows) in changed.items():
        section = Section.objects.create(
            filing=filing, center=center, kind=kind, based_on=before
        )
        model = ROW_MODELS[kind]
        fresh = [
            model(section=section, position=position, **row)
            for position, row in enumerate(rows, start=1)
        ]
        old = standing_rows[before.pk] if before else []
        model.objects.bulk_create(_recognised(kind, old, fresh))
        if before:
            evidence.carry(source=before, section=section)
    _decide(filing, by=by, at=at)
    Section.objects.filter(
        center=center, kind__in=list(changed), status__in=Section.EDITABLE
    ).update(version=F("version") + 1)
    centers.repeat_profile(filing=filing)
    result.section_count += len(changed)
    audit.record(
        action="centers.filing.import",
        by=by,
        at=at,
        target=filing,
        division_path=center.division.path,
        changes={"sections": [None, ", ".join(changed)]},
    )
    return set(changed)


def _recognised(kind: str, before: Sequence[Row], after: Sequence[Row]) -> Sequence[Row]:
    """The new rows, each with the line of the row it was: a workbook does not carry lines."""
    for old, new in comparisons.pair(kind, before, after):
        if old is not None and new is not None:
            new.line = old.line
    return after


def _people(center: Center, declaration: Declaration) -> Mapping[Name, Person]:
    named = {
        value
        for rows in declaration.sections.values()
        for row in rows
        for value in row.values()
        if isinstance(value, Name)
    }
    return centers.people(center=center, names=sorted(named))


def _resolve(
    kind: str, row: Mapping[str, Any], people: Mapping[Name, Person]
) -> dict[str, Any]:
    """The row with every declared field, people as ids, defaults where nothing was said."""
    model = ROW_MODELS[kind]
    values: dict[str, Any] = {}
    for name in selectors.declared_fields(kind):
        model_field: Any = model._meta.get_field(name)
        value = row.get(model_field.name)
        if isinstance(value, Name):
            value = people[value].pk
        if value is None and not model_field.null:
            value = model_field.get_default()
        values[name] = value
    return values


def _decide(filing: Filing, *, by: User, at: datetime) -> None:
    """Submit and accept in one go; the states are passed through, not jumped."""
    sections = Section.objects.filter(filing=filing)
    sections.update(status=Section.Status.SUBMITTED)
    sections.update(status=Section.Status.ACCEPTED, decided_by=by, decided_at=at)
    transition(filing, Filing.Status.ACCEPTED, content_hash=hashing.filing_hash(filing))
