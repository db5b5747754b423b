"""The bureau accepts a section, for ever, or sends it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Center, Filing, Opinion, PremisesRow, RowComment, Section
from centers.selectors import hashing
from centers.services import centers
from centers.services.filings.refusals import (
    CommentMissing,
    OpinionMissing,
    accepted_last,
    record,
    refuse_outdated,
)
from centers.services.sections import hold
from centers.signals import facts_changed, filing_moved
from portal.transitions import lock, transition
from portal.users.models import User


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
    refuse_outdated(section)
    _refuse_without_opinion(section.filing)
    standing = accepted_last(section)
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
    record(section.filing, "accept_section", by=by, at=at, changes=_decision(section))
    facts_changed.send(
        sender=Section, center_ids=[section.center_id], at=at, kinds={section.kind}
    )
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
    record(
        section.filing, "return_section", by=by, at=at, changes=_decision(section), reason=reason
    )
    return section


def _refuse_without_opinion(filing: Filing) -> None:
    if filing.obligation is None or not filing.obligation.round.needs_opinion:
        return
    if not Opinion.objects.filter(filing=filing, number=filing.submission_count).exists():
        raise OpinionMissing(
            _("The township has not given its opinion yet. Wait for it, or dispense with it and"
              " say why.")
        )


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


def _decision(section: Section) -> dict[str, Any]:
    return {"section": [section.kind, section.status]}
