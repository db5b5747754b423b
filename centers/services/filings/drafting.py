"""A filing is opened, pre-filled, edited section by section, or given up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centers import selectors
from centers.models import ROW_MODELS, Center, Filing, Obligation, Section, SectionDraft
from centers.services import centers, evidence
from centers.services.filings.refusals import (
    FilingAlreadyOpen,
    RoundAnswered,
    SectionMissing,
    accepted_last,
    record,
    refuse_closed,
    refuse_unsaved,
)
from centers.services.sections import SectionLocked, lock_editable, touch
from portal.errors import Conflict
from portal.transitions import edit, transition
from portal.users.models import User


@transaction.atomic
def open_change(*, center: Center, by: User, at: datetime) -> Filing:
    """Open a filing to change what was accepted; its sections are added one by one."""
    Center.objects.select_for_update().get(pk=center.pk)
    if selectors.open_change(center):
        raise FilingAlreadyOpen(
            _("This center already has an open change filing. Finish or withdraw it first.")
        )
    filing = Filing.objects.create(
        center=center, source=Filing.Source.DESK, opened_by=by, opened_at=at
    )
    record(filing, "open", by=by, at=at)
    return filing


@transaction.atomic
def open_for(*, obligation: Obligation, by: User, at: datetime) -> Filing:
    """Open the filing that answers an obligation, every section it asks for pre-filled.

    The one that is there already is returned. Raises ``RoundClosed`` before the round opens, after
    it locks, and when it was cancelled.
    """
    Center.objects.select_for_update().get(pk=obligation.center_id)
    standing = Filing.objects.filter(obligation=obligation).exclude(
        status=Filing.Status.WITHDRAWN
    )
    if filing := standing.select_related("center__division").first():
        return filing
    refuse_closed(obligation, at=at)
    filing = Filing.objects.create(
        center=obligation.center,
        obligation=obligation,
        source=Filing.Source.DESK,
        opened_by=by,
        opened_at=at,
    )
    accepted = selectors.accepted_sections(filing.center)
    for kind in obligation.round.section_kinds:
        _prefill(filing, kind, accepted.get(kind))
    record(filing, "open", by=by, at=at, changes={"round": [None, str(obligation.round)]})
    return filing


@transaction.atomic
def add_section(*, filing: Filing, kind: str, by: User, at: datetime) -> Section:
    """Add a section, pre-filled from the one accepted last; an existing one is returned."""
    Filing.objects.select_for_update().get(pk=filing.pk)
    filing.refresh_from_db()
    existing = Section.objects.filter(filing=filing, kind=kind).first()
    if existing:
        return existing
    if filing.status not in Filing.EDITABLE:
        raise SectionLocked(
            _("The filing is “%(status)s”; only a returned or draft filing takes more sections.")
            % {"status": filing.get_status_display()}
        )
    section = _prefill(filing, kind, selectors.accepted_sections(filing.center).get(kind))
    touch(filing)
    record(filing, "add_section", by=by, at=at, changes={"section": [None, kind]})
    return section


@transaction.atomic
def save_section(
    *, section: Section, version: int, rows: Sequence[Mapping[str, Any]], by: User, at: datetime
) -> Section:
    """Replace the section's rows by ``rows`` (mappings of field to value, in order).

    A row with a ``line`` is the row that had it before. What ``by`` typed and had not saved is
    saved now, so the kept entries go. Raises ``Conflict`` when somebody saved since ``version`` was
    read, ``SectionLocked`` when the section is no longer a draft or returned.
    """
    lock_editable(section)
    filled_from, standing = section.based_on_id, accepted_last(section)
    edit(section, version=version, based_on=standing, saved_by=by, saved_at=at)
    touch(section.filing)
    _write(section, [_with_people(section.center, row) for row in rows])
    if standing and standing.pk != filled_from:
        evidence.carry(source=standing, section=section)
    evidence.follow_rows(section=section, by=by, at=at)
    SectionDraft.objects.filter(section=section, user=by).delete()
    record(section.filing, "save_section", by=by, at=at, changes={"section": [None, section.kind]})
    return section


@transaction.atomic
def drop_section(*, section: Section, by: User, at: datetime) -> None:
    """Take a section that was never submitted out of the filing again.

    What ``by`` typed into it goes with it; what somebody else typed keeps it.
    """
    lock_editable(section)
    SectionDraft.objects.filter(section=section, user=by).delete()
    refuse_unsaved([section])
    if section.status != Section.Status.DRAFT:
        raise SectionLocked(
            _("The bureau returned this section. Correct it, or withdraw the whole filing.")
        )
    filing, kind = section.filing, section.kind
    if filing.obligation and kind in filing.obligation.round.section_kinds:
        raise SectionMissing(
            _("“%(round)s” asks for this section. If there is nothing to declare, say so in it.")
            % {"round": filing.obligation.round}
        )
    ROW_MODELS[kind].objects.filter(section=section).delete()
    section.delete()
    touch(filing)
    record(filing, "drop_section", by=by, at=at, changes={"section": [kind, None]})


@transaction.atomic
def withdraw(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """Give up a draft, or what was returned; sections accepted before stand.

    What was submitted to a round is corrected, not given up: the day it came in would go with it.
    Raises ``RoundAnswered``.
    """
    if filing.obligation and filing.first_submitted_at:
        raise RoundAnswered(
            _("This filing was submitted to “%(round)s”. Correct what was sent back and submit it"
              " again; it can no longer be withdrawn.")
            % {"round": filing.obligation.round}
        )
    transition(filing, Filing.Status.WITHDRAWN, version=version)
    record(filing, "withdraw", by=by, at=at)
    return filing


def _prefill(filing: Filing, kind: str, based_on: Section | None) -> Section:
    section = Section.objects.create(
        filing=filing, center_id=filing.center_id, kind=kind, based_on=based_on
    )
    if based_on:
        _write(section, selectors.with_lines(selectors.rows_of(based_on), kind))
        evidence.carry(source=based_on, section=section)
    return section


def _with_people(center: Center, row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a typed ``person_name`` into a person, and drop the field."""
    values = dict(row)
    name = values.pop("person_name", "")
    for field in ("person", "legal_representative"):
        if field in values and values[field] is None and name:
            values[field] = centers.person(center=center, name=name)
    return values


def _write(section: Section, rows: Sequence[Mapping[str, Any]]) -> None:
    model = ROW_MODELS[section.kind]
    model.objects.filter(section=section).delete()
    try:
        with transaction.atomic():
            model.objects.bulk_create(
                model(section=section, position=position, **row)
                for position, row in enumerate(rows, start=1)
            )
    except IntegrityError as error:
        raise Conflict(
            _("The section cannot be saved: %(detail)s")
            % {"detail": str(error).splitlines()[0]}
        ) from error
