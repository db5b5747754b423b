"""A filing's way: opened and pre-filled, edited, submitted, accepted or returned by section."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from centers import selectors
from centers.models import ROW_MODELS, Center, Filing, PremisesRow, Section
from centers.services import centers
from centers.signals import facts_changed
from portal.audit import services as audit
from portal.errors import Conflict, DomainError
from portal.transitions import edit, lock, transition
from portal.users.models import User


class FilingAlreadyOpen(DomainError):
    """The center has a filing that is not decided yet."""


class SectionLocked(DomainError):
    """The section is submitted or accepted and cannot be edited."""


class NothingToSubmit(DomainError):
    """The filing has no section to submit, or a returned one was not edited."""


class SectionNeverSaved(DomainError):
    """A section was added and nobody said what it holds, not even that it holds nothing."""


class FilingOutdated(DomainError):
    """A newer section of the same kind was accepted since this one was pre-filled."""


class CommentMissing(DomainError):
    """A section is sent back without saying why."""


@transaction.atomic
def open_change(*, center: Center, by: User, at: datetime) -> Filing:
    """Open a filing to change what was accepted; its sections are added one by one."""
    Center.objects.select_for_update().get(pk=center.pk)
    if selectors.open_filing(center):
        raise FilingAlreadyOpen(
            _("This center already has an open filing. Finish or withdraw it first.")
        )
    filing = Filing.objects.create(
        center=center, source=Filing.Source.DESK, opened_by=by, opened_at=at
    )
    _record(filing, "open", by=by, at=at)
    return filing


@transaction.atomic
def add_section(*, filing: Filing, kind: str, by: User, at: datetime) -> Section:
    """Add a section, pre-filled from the one accepted last; an existing one is returned."""
    Filing.objects.select_for_update().get(pk=filing.pk)
    filing.refresh_from_db()
    existing = Section.objects.filter(filing=filing, kind=kind).first()
    if existing:
        return existing
    if filing.status not in (Filing.Status.DRAFT, Filing.Status.RETURNED):
        raise SectionLocked(
            _("The filing is “%(status)s”; only a returned or draft filing takes more sections.")
            % {"status": filing.get_status_display()}
        )
    based_on = selectors.accepted_sections(filing.center).get(kind)
    section = Section.objects.create(
        filing=filing, center_id=filing.center_id, kind=kind, based_on=based_on
    )
    _touch(filing)
    if based_on:
        _write(section, selectors.content(selectors.rows_of(based_on), kind))
    _record(filing, "add_section", by=by, at=at, changes={"section": [None, kind]})
    return section


@transaction.atomic
def save_section(
    *, section: Section, version: int, rows: Sequence[Mapping[str, Any]], by: User, at: datetime
) -> Section:
    """Replace the section's rows by ``rows`` (mappings of field to value, in order).

    Raises ``Conflict`` when somebody saved since ``version`` was read, ``SectionLocked`` when the
    section is no longer a draft or returned.
    """
    _lock_editable(section)
    edit(section, version=version, based_on=_accepted_last(section))
    _touch(section.filing)
    _write(section, [_with_people(section.center, row) for row in rows])
    _record(section.filing, "save_section", by=by, at=at, changes={"section": [None, section.kind]})
    return section


@transaction.atomic
def drop_section(*, section: Section, by: User, at: datetime) -> None:
    """Take a section that was never submitted out of the filing again."""
    _lock_editable(section)
    if section.status != Section.Status.DRAFT:
        raise SectionLocked(
            _("The bureau returned this section. Correct it, or withdraw the whole filing.")
        )
    filing, kind = section.filing, section.kind
    ROW_MODELS[kind].objects.filter(section=section).delete()
    section.delete()
    _touch(filing)
    _record(filing, "drop_section", by=by, at=at, changes={"section": [kind, None]})


@transaction.atomic
def submit(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """Hand the draft and returned sections to the bureau; they are locked from now on."""
    transition(
        filing, Filing.Status.SUBMITTED, version=version, submitted_by=by, submitted_at=at
    )
    sections = list(
        filing.sections.select_for_update(of=("self",)).filter(status__in=Section.EDITABLE)
    )
    if not sections:
        raise NothingToSubmit(_("There is nothing to submit: edit at least one section first."))
    for section in sections:
        _refuse_blank(section)
        _refuse_outdated(section)
        transition(section, Section.Status.SUBMITTED)
    _record(filing, "submit", by=by, at=at, changes={"sections": [None, _kinds(sections)]})
    return filing


@transaction.atomic
def withdraw(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """Give up a draft, or what was returned; sections accepted before stand."""
    transition(filing, Filing.Status.WITHDRAWN, version=version)
    _record(filing, "withdraw", by=by, at=at)
    return filing


@transaction.atomic
def accept_section(
    *,
    section: Section,
    version: int,
    by: User,
    at: datetime,
    adequacy: Mapping[int, str] | None = None,
) -> Section:
    """Make the section the center's facts, for ever.

    ``adequacy`` maps a premises row's position to the bureau's judgment of it (三(二)-2). Tells
    ``facts_changed`` in the same transaction; closes the filing with its last open section.
    """
    Center.objects.select_for_update(no_key=True).get(pk=section.center_id)
    _hold(section)
    lock(section, Section.Status.ACCEPTED, version=version)
    _refuse_outdated(section)
    standing = _accepted_last(section)
    # Accepted last is also dated last; of one instant the later row wins.
    at = max(at, standing.decided_at) if standing and standing.decided_at else at
    for position, judgment in (adequacy or {}).items():
        PremisesRow.objects.filter(section=section, position=position).update(adequacy=judgment)
    transition(
        section,
        Section.Status.ACCEPTED,
        version=version,
        decided_by=by,
        decided_at=at,
        comment="",
    )
    if section.kind == Section.Kind.PROFILE:
        centers.repeat_profile(filing=section.filing)
    _close_when_decided(section.filing)
    _record(section.filing, "accept_section", by=by, at=at, changes=_decision(section))
    facts_changed.send(sender=Section, center_ids=[section.center_id], at=at)
    return section


@transaction.atomic
def return_section(
    *, section: Section, version: int, comment: str, by: User, at: datetime
) -> Section:
    """Send the section back with the reason; the other sections stay as they are."""
    if not comment.strip():
        raise CommentMissing(_("Say what has to be corrected: the center sees your comment."))
    _hold(section)
    transition(
        section,
        Section.Status.RETURNED,
        version=version,
        decided_by=by,
        decided_at=at,
        comment=comment.strip(),
    )
    _close_when_decided(section.filing)
    _record(
        section.filing,
        "return_section",
        by=by,
        at=at,
        changes=_decision(section),
        reason=comment.strip(),
    )
    return section


def _touch(filing: Filing) -> None:
    """Whoever read the filing before this change does not submit it unseen."""
    Filing.objects.filter(pk=filing.pk).update(version=F("version") + 1)
    filing.refresh_from_db(fields=["version"])


def _hold(section: Section) -> None:
    """Lock the filing before its sections, always, so that nobody waits in a circle."""
    Filing.objects.select_for_update().get(pk=section.filing_id)


def _lock_editable(section: Section) -> None:
    _hold(section)
    status = Section.objects.select_for_update().values_list("status", flat=True).get(pk=section.pk)
    if status not in Section.EDITABLE:
        raise SectionLocked(
            _("This section is “%(status)s” and cannot be edited. The bureau can return it.")
            % {"status": Section.Status(status).label}
        )
    if section.filing.status == Filing.Status.WITHDRAWN:
        raise SectionLocked(_("This filing was withdrawn. Open a new one."))


def _accepted_last(section: Section) -> Section | None:
    same = Section.objects.filter(center=section.center_id, kind=section.kind)
    return same.accepted_last().first()


def _refuse_blank(section: Section) -> None:
    """What nobody ever saved is not filed; submitting it would turn "unknown" into "none"."""
    if section.version == 1 and section.based_on_id is None:
        raise SectionNeverSaved(
            _("“%(section)s” was never saved. Fill it in and save it, or take it out.")
            % {"section": section.get_kind_display()}
        )


def _refuse_outdated(section: Section) -> None:
    latest = _accepted_last(section)
    if latest and latest.pk != section.based_on_id:
        raise FilingOutdated(
            _(
                "“%(section)s” was accepted in a newer version on %(date)s, after this one was"
                " prepared. Open the section, compare, and save it again."
            )
            % {
                "section": section.get_kind_display(),
                "date": latest.decided_at.date() if latest.decided_at else "",
            }
        )


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


def _close_when_decided(filing: Filing) -> None:
    filing = Filing.objects.select_for_update().get(pk=filing.pk)
    statuses = set(filing.sections.values_list("status", flat=True))
    if Section.Status.SUBMITTED in statuses:
        return
    accepted = statuses == {Section.Status.ACCEPTED}
    transition(filing, Filing.Status.ACCEPTED if accepted else Filing.Status.RETURNED)


def _kinds(sections: Sequence[Section]) -> str:
    return ", ".join(section.kind for section in sections)


def _decision(section: Section) -> dict[str, Any]:
    return {"section": [section.kind, section.status]}


def _record(filing: Filing, verb: str, *, by: User, at: datetime, **what: Any) -> None:
    audit.record(
        action=f"centers.filing.{verb}",
        by=by,
        at=at,
        target=filing,
        division_path=filing.division_path,
        **what,
    )
