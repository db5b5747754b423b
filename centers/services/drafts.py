"""What somebody types into a section's page, kept before it is saved: no keystroke is lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from centers.models import Section, SectionDraft
from portal.audit import services as audit
from portal.users.models import User


@transaction.atomic
def keep(
    *,
    section: Section,
    version: int,
    data: Mapping[str, Sequence[str]],
    by: User,
    at: datetime,
) -> SectionDraft:
    """Keep what ``by`` typed, as it was typed, in place of what was kept before.

    ``version`` is the section's version the page was read at; a section that moved on or was
    locked meanwhile still keeps it, so that it can be compared.
    """
    draft, _created = SectionDraft.objects.update_or_create(
        section=section,
        user=by,
        defaults={"version": version, "data": dict(data), "saved_at": at},
    )
    return draft


@transaction.atomic
def discard(*, draft: SectionDraft, by: User, at: datetime) -> None:
    """Throw kept entries away, one's own or those that keep a filing from being handed over."""
    filing = draft.section.filing
    audit.record(
        action="centers.draft.discard",
        by=by,
        at=at,
        target=filing,
        division_path=filing.division_path,
        changes={"section": [draft.section.kind, None], "typed_by": [str(draft.user), None]},
    )
    draft.delete()
