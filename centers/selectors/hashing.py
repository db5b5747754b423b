"""The hash of what was filed: the same facts give the same hash, wherever they are stored."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from centers.models import ROW_MODELS, Attachment, Filing, Person, Row, Section
from centers.selectors.sections import PEOPLE, declared_fields, rows_by_section, with_lines

# Columns that came when filings had been hashed already: where nothing is said in them, a row
# keeps the hash it had without them.
ADDED_LATER: Mapping[str, frozenset[str]] = {
    Section.Kind.PROFILE: frozenset(
        {"basic_cost_yuan", "is_legal_representative_chair", "organization_count"}
    ),
    Section.Kind.STAFF: frozenset({"pay_follows_community_worker"}),
}


def content_hash(kind: str, rows: Iterable[Row], proofs: Sequence[Mapping[str, Any]] = ()) -> str:
    """SHA-256 of what the rows of a section say, in order, and of the files that prove it.

    ``rows`` as stored, people included; ``proofs`` as ``proofs`` gives them.
    """
    return _digest(_with_proofs(_said(kind, rows), proofs))


def proofs(sections: Iterable[Section]) -> dict[int, list[dict[str, Any]]]:
    """Section id → the documents that count, as JSON values, files by their hash. One query."""
    found: dict[int, list[dict[str, Any]]] = {section.pk: [] for section in sections}
    newest = Attachment.objects.newest().filter(section__in=found).select_related("file")
    for document in newest.order_by("pk"):
        found[document.section_id].append(
            {
                "line": _json(document.line),
                "document": _json(document.chain),
                "version": document.number,
                "kind": document.kind,
                "title": document.title,
                "expires_on": _json(document.expires_on),
                "sha256": document.file.sha256,
            }
        )
    return found


def filing_hash(filing: Filing) -> str:
    """SHA-256 of every section of the filing, the bureau's judgments included."""
    sections = list(filing.sections.order_by("kind"))
    rows, proved = rows_by_section(sections), proofs(sections)
    said = {section.kind: _said(section.kind, rows[section.pk]) for section in sections}
    files = {section.kind: proved[section.pk] for section in sections if proved[section.pk]}
    return _digest(_with_proofs(said, files))


def frozen(kind: str, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as JSON values, for a copy that stays when they are corrected."""
    return [
        {name: _json(value) for name, value in row.items()} for row in with_lines(rows, kind)
    ]


def thawed(section: Section, content: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows of a frozen copy, never stored, people included. One query at most."""
    model = ROW_MODELS[section.kind]
    rows = [
        model(
            section=section,
            position=position,
            **{name: _field(model, name).to_python(value) for name, value in row.items()},
        )
        for position, row in enumerate(content, start=1)
    ]
    names = PEOPLE.get(section.kind, [])
    wanted = {getattr(row, f"{name}_id") for row in rows for name in names}
    people = Person.objects.in_bulk(wanted - {None}) if wanted else {}
    for row in rows:
        for name in names:
            if person := people.get(getattr(row, f"{name}_id")):
                setattr(row, name, person)
    return rows


def _field(model: type[Row], attname: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def _said(kind: str, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Persons by their code at the center, since their row's number means nothing outside."""
    people = {f"{name}_id": name for name in PEOPLE.get(kind, [])}

    def value(row: Row, name: str) -> Any:
        if name not in people:
            return _json(getattr(row, name))
        person = getattr(row, people[name])
        return person and [person.code, person.name]

    later = ADDED_LATER.get(kind, frozenset())
    return [
        {
            name: value(row, name)
            for name in declared_fields(kind)
            if name not in later or getattr(row, name) is not None
        }
        for row in rows
    ]


def _with_proofs(said: Any, files: Any) -> Any:
    """What is proved by no file keeps the hash it had before files could be attached."""
    return {"said": said, "proved": files} if files else said


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _digest(said: Any) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
