"""A filing's way: opened and pre-filled, edited, prepared by the staff, certified by the director,
accepted or returned by section."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from centers import selectors
from centers.models import (
    ROW_MODELS,
    Center,
    Filing,
    Obligation,
    Opinion,
    PremisesRow,
    RowComment,
    Section,
    SectionDraft,
    SectionSubmission,
)
from centers.selectors import hashing
from centers.services import centers, evidence
from centers.services.sections import SectionLocked, hold, lock_editable, touch
from centers.signals import facts_changed, filing_moved
from portal.audit import services as audit
from portal.errors import Conflict, DomainError
from portal.transitions import edit, lock, transition
from portal.users.models import User


class FilingAlreadyOpen(DomainError):
    """The center has a filing that is not decided yet."""


class NothingToSubmit(DomainError):
    """The filing has no section to submit, or a returned one was not edited."""


class SectionNeverSaved(DomainError):
    """A section was added and nobody said what it holds, not even that it holds nothing."""


class FilingOutdated(DomainError):
    """A newer section of the same kind was accepted since this one was pre-filled."""


class CommentMissing(DomainError):
    """A section is sent back without saying why."""


class RoundClosed(DomainError):
    """The obligation is not open for filing yet, or not any more."""


class SectionMissing(DomainError):
    """The round asks for a section that the filing does not hold."""


class EntriesUnsaved(DomainError):
    """Somebody typed into a section and did not save it."""


class SectionUnchanged(DomainError):
    """A returned section is handed in again exactly as it was."""


class CertifierPrepared(DomainError):
    """Who prepared a filing cannot certify it."""


class ReasonMissing(DomainError):
    """A filing is declined without saying why."""


class OpinionMissing(DomainError):
    """The round asks for the township's opinion, and there is none on this submission."""


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
    _record(filing, "open", by=by, at=at)
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
    _refuse_closed(obligation, at)
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
    _record(filing, "open", by=by, at=at, changes={"round": [None, str(obligation.round)]})
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
    _record(filing, "add_section", by=by, at=at, changes={"section": [None, kind]})
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
    filled_from, standing = section.based_on_id, _accepted_last(section)
    edit(section, version=version, based_on=standing, saved_by=by, saved_at=at)
    touch(section.filing)
    _write(section, [_with_people(section.center, row) for row in rows])
    if standing and standing.pk != filled_from:
        evidence.carry(source=standing, section=section)
    evidence.follow_rows(section=section, by=by, at=at)
    SectionDraft.objects.filter(section=section, user=by).delete()
    _record(section.filing, "save_section", by=by, at=at, changes={"section": [None, section.kind]})
    return section


@transaction.atomic
def drop_section(*, section: Section, by: User, at: datetime) -> None:
    """Take a section that was never submitted out of the filing again.

    What ``by`` typed into it goes with it; what somebody else typed keeps it.
    """
    lock_editable(section)
    SectionDraft.objects.filter(section=section, user=by).delete()
    _refuse_unsaved([section])
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
    _record(filing, "drop_section", by=by, at=at, changes={"section": [kind, None]})


@transaction.atomic
def prepare(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """Hand the filing to the director for certification; its sections are locked until then."""
    transition(
        filing,
        Filing.Status.PREPARED,
        version=version,
        prepared_by=by,
        prepared_at=at,
        declined_by=None,
        declined_at=None,
        decline_reason="",
    )
    sections = _to_submit(filing)
    _refuse_unsaved(sections)
    _refuse_unfit(filing, sections, at)
    _record(filing, "prepare", by=by, at=at, changes={"sections": [None, _kinds(sections)]})
    filing_moved.send(sender=Filing, filing=filing, verb="prepare", by=by, at=at)
    return filing


@transaction.atomic
def decline(*, filing: Filing, version: int, reason: str, by: User, at: datetime) -> Filing:
    """The director does not certify; the staff see why and go on working on it."""
    if not reason.strip():
        raise ReasonMissing(_("Say what has to be changed: the staff see your reason."))
    transition(
        filing,
        _before_preparing(filing),
        version=version,
        declined_by=by,
        declined_at=at,
        decline_reason=reason.strip(),
    )
    _record(filing, "decline", by=by, at=at, reason=reason.strip())
    filing_moved.send(sender=Filing, filing=filing, verb="decline", by=by, at=at)
    return filing


@transaction.atomic
def take_back(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """The staff take a prepared filing back before the director decides."""
    transition(filing, _before_preparing(filing), version=version)
    _record(filing, "take_back", by=by, at=at)
    return filing


@transaction.atomic
def submit(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """The director certifies what the staff prepared; the bureau is given it.

    Keeps a frozen copy of every section handed in. The day of the first submission decides
    whether the filing came in time.
    """
    lock(filing, Filing.Status.SUBMITTED, version=version)
    filing.refresh_from_db()
    if filing.prepared_by_id == by.pk:
        raise CertifierPrepared(
            _("You prepared this filing yourself; somebody else has to certify it. Let a member"
              " of the staff hand it over, or another director certify.")
        )
    sections = _to_submit(filing)
    _refuse_unfit(filing, sections, at)
    transition(
        filing,
        Filing.Status.SUBMITTED,
        version=version,
        submitted_by=by,
        submitted_at=at,
        first_submitted_at=filing.first_submitted_at or at,
        submission_count=filing.submission_count + 1,
    )
    _keep_copies(filing, sections, by=by, at=at)
    for section in sections:
        transition(section, Section.Status.SUBMITTED)
    _record(filing, "submit", by=by, at=at, changes={"sections": [None, _kinds(sections)]})
    filing_moved.send(sender=Filing, filing=filing, verb="submit", by=by, at=at)
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
    hold(section)
    lock(section, Section.Status.ACCEPTED, version=version)
    _refuse_outdated(section)
    _refuse_without_opinion(section.filing)
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
    _close_when_decided(section.filing, by=by, at=at)
    _record(section.filing, "accept_section", by=by, at=at, changes=_decision(section))
    facts_changed.send(sender=Section, center_ids=[section.center_id], at=at)
    return section


@transaction.atomic
def return_section(
    *,
    section: Section,
    version: int,
    comment: str,
    by: User,
    at: datetime,
    row_comments: Mapping[UUID, str] | None = None,
) -> Section:
    """Send the section back with the reason; the other sections stay as they are.

    ``row_comments`` maps a row's ``line`` to what is to be corrected there.
    """
    at_rows = {line: text.strip() for line, text in (row_comments or {}).items() if text.strip()}
    reason = comment.strip() or (_("See the comments at the rows.") if at_rows else "")
    if not reason:
        raise CommentMissing(_("Say what has to be corrected: the center sees your comment."))
    hold(section)
    transition(
        section,
        Section.Status.RETURNED,
        version=version,
        decided_by=by,
        decided_at=at,
        comment=reason,
    )
    RowComment.objects.bulk_create(
        RowComment(
            section=section,
            number=section.filing.submission_count,
            line=line,
            text=text,
            made_by=by,
            made_at=at,
        )
        for line, text in at_rows.items()
    )
    _close_when_decided(section.filing, by=by, at=at)
    _record(
        section.filing, "return_section", by=by, at=at, changes=_decision(section), reason=reason
    )
    return section


def _prefill(filing: Filing, kind: str, based_on: Section | None) -> Section:
    section = Section.objects.create(
        filing=filing, center_id=filing.center_id, kind=kind, based_on=based_on
    )
    if based_on:
        _write(section, selectors.with_lines(selectors.rows_of(based_on), kind))
        evidence.carry(source=based_on, section=section)
    return section


def _refuse_closed(obligation: Obligation, at: datetime) -> None:
    today = localdate(at)
    dated = Obligation.objects.with_state(today).select_related("round").get(pk=obligation.pk)
    if dated.round.cancelled_at:
        raise RoundClosed(
            _("“%(round)s” was cancelled by the bureau.") % {"round": dated.round}
        )
    if today < dated.opens_on:
        raise RoundClosed(
            _("“%(round)s” opens on %(date)s.") % {"round": dated.round, "date": dated.opens_on}
        )
    if today > dated.last_locks_on and dated.filed_on is None:
        raise RoundClosed(
            _("“%(round)s” was locked on %(date)s. The bureau can grant an extension.")
            % {"round": dated.round, "date": dated.last_locks_on}
        )


def _to_submit(filing: Filing) -> list[Section]:
    """The sections to hand in, held until the transaction ends."""
    sections = list(
        filing.sections.select_for_update(of=("self",)).filter(status__in=Section.EDITABLE)
    )
    if not sections:
        raise NothingToSubmit(_("There is nothing to submit: edit at least one section first."))
    return sections


def _refuse_unfit(filing: Filing, sections: Sequence[Section], at: datetime) -> None:
    """Whatever keeps a filing from being handed in."""
    if filing.obligation:
        _refuse_closed(filing.obligation, at)
        _refuse_incomplete(filing, filing.obligation)
    for section in sections:
        _refuse_blank(section)
        _refuse_outdated(section)
    _refuse_unchanged(sections)


def _refuse_incomplete(filing: Filing, obligation: Obligation) -> None:
    held = set(filing.sections.values_list("kind", flat=True))
    missing = [kind for kind in obligation.round.section_kinds if kind not in held]
    if missing:
        names = [str(Section.Kind(kind).label) for kind in missing]
        raise SectionMissing(
            _("“%(round)s” also asks for: %(sections)s. Add them to the filing.")
            % {"round": obligation.round, "sections": pgettext("list", ", ").join(names)}
        )


def _refuse_unsaved(sections: Sequence[Section]) -> None:
    """Nothing that was typed is left behind; who wants it gone discards it."""
    drafts = SectionDraft.objects.filter(section__in=sections).select_related("user", "section")
    if draft := drafts.order_by("saved_at").first():
        raise EntriesUnsaved(
            _("%(user)s typed into “%(section)s” and did not save it. Save or discard it first.")
            % {"user": draft.user, "section": draft.section.get_kind_display()}
        )


def _refuse_unchanged(sections: Sequence[Section]) -> None:
    returned = [section for section in sections if section.status == Section.Status.RETURNED]
    last = {
        submission.section_id: submission.content_hash
        for submission in SectionSubmission.objects.filter(section__in=returned).order_by("number")
    }
    rows, proofs = selectors.rows_by_section(returned), hashing.proofs(returned)
    for section in returned:
        said = hashing.content_hash(section.kind, rows[section.pk], proofs[section.pk])
        if last.get(section.pk) == said:
            raise SectionUnchanged(
                _("“%(section)s” was sent back and is still as it was. Correct it first.")
                % {"section": section.get_kind_display()}
            )


def _keep_copies(filing: Filing, sections: Sequence[Section], *, by: User, at: datetime) -> None:
    rows, proofs = selectors.rows_by_section(sections), hashing.proofs(sections)
    SectionSubmission.objects.bulk_create(
        SectionSubmission(
            section=section,
            number=filing.submission_count,
            content=hashing.frozen(section.kind, rows[section.pk]),
            attachments=proofs[section.pk],
            content_hash=hashing.content_hash(
                section.kind, rows[section.pk], proofs[section.pk]
            ),
            submitted_by=by,
            submitted_at=at,
        )
        for section in sections
    )


def _before_preparing(filing: Filing) -> str:
    """What a prepared filing falls back to: returned, once the bureau decided something of it."""
    decided = filing.sections.filter(decided_at__isnull=False).exists()
    return Filing.Status.RETURNED if decided else Filing.Status.DRAFT


def _refuse_without_opinion(filing: Filing) -> None:
    if filing.obligation is None or not filing.obligation.round.needs_opinion:
        return
    if not Opinion.objects.filter(filing=filing, number=filing.submission_count).exists():
        raise OpinionMissing(
            _("The township has not given its opinion yet. Wait for it, or dispense with it and"
              " say why.")
        )


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


def _close_when_decided(filing: Filing, *, by: User, at: datetime) -> None:
    filing = Filing.objects.select_for_update().get(pk=filing.pk)
    statuses = set(filing.sections.values_list("status", flat=True))
    if Section.Status.SUBMITTED in statuses:
        return
    verb = "accept" if statuses == {Section.Status.ACCEPTED} else "return"
    if verb == "accept":
        transition(
            filing, Filing.Status.ACCEPTED, content_hash=hashing.filing_hash(filing)
        )
    else:
        transition(filing, Filing.Status.RETURNED)
    filing_moved.send(sender=Filing, filing=filing, verb=verb, by=by, at=at)


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
