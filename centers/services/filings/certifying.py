"""The staff hand a filing over, the director certifies or declines."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from centers import selectors
from centers.models import Filing, Obligation, Section, SectionSubmission
from centers.selectors import hashing
from centers.services.filings.refusals import (
    CertifierPrepared,
    NothingToSubmit,
    SectionMissing,
    SectionNeverSaved,
    SectionUnchanged,
    record,
    refuse_closed,
    refuse_outdated,
    refuse_unsaved,
)
from centers.signals import filing_moved
from portal.errors import given
from portal.transitions import lock, transition
from portal.users.models import User


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
    refuse_unsaved(sections)
    _refuse_unfit(filing, sections, at)
    record(filing, "prepare", by=by, at=at, changes={"sections": [None, _kinds(sections)]})
    filing_moved.send(sender=Filing, filing=filing, verb="prepare", by=by, at=at)
    return filing


@transaction.atomic
def decline(*, filing: Filing, version: int, reason: str, by: User, at: datetime) -> Filing:
    """The director does not certify; the staff see why and go on working on it."""
    reason = given(reason, _("Say what has to be changed: the staff see your reason."))
    transition(
        filing,
        _before_preparing(filing),
        version=version,
        declined_by=by,
        declined_at=at,
        decline_reason=reason,
    )
    record(filing, "decline", by=by, at=at, reason=reason)
    filing_moved.send(sender=Filing, filing=filing, verb="decline", by=by, at=at)
    return filing


@transaction.atomic
def take_back(*, filing: Filing, version: int, by: User, at: datetime) -> Filing:
    """The staff take a prepared filing back before the director decides."""
    transition(filing, _before_preparing(filing), version=version)
    record(filing, "take_back", by=by, at=at)
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
    record(filing, "submit", by=by, at=at, changes={"sections": [None, _kinds(sections)]})
    filing_moved.send(sender=Filing, filing=filing, verb="submit", by=by, at=at)
    return filing


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
        refuse_closed(filing.obligation, at=at)
        _refuse_incomplete(filing, filing.obligation)
    for section in sections:
        _refuse_blank(section)
        refuse_outdated(section)
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


def _refuse_blank(section: Section) -> None:
    """What nobody ever saved is not filed; submitting it would turn "unknown" into "none"."""
    if section.is_blank:
        raise SectionNeverSaved(
            _("“%(section)s” was never saved. Fill it in and save it, or take it out.")
            % {"section": section.get_kind_display()}
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


def _kinds(sections: Sequence[Section]) -> str:
    return ", ".join(section.kind for section in sections)
