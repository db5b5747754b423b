"""What somebody types into a section's page, kept before it is saved: no keystroke is lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Section, SectionDraft
from portal.audit import services as audit
from portal.errors import Conflict
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
    locked meanwhile still keeps it, so that it can be compared. Raises ``Conflict`` when the
    section was taken out of the filing.
    """
    if not Section.objects.select_for_update(no_key=True).filter(pk=section.pk).exists():
        raise Conflict(_("The section was taken out of the filing meanwhile."))
    # JSON in the database knows every character but this one.
    typed = {
        name.replace("\0", ""): [value.replace("\0", "") for value in values]
        for name, values in data.items()
    }
    draft, _created = SectionDraft.objects.update_or_create(
        section=section,
        user=by,
        defaults={"version": version, "data": typed, "saved_at": at},
    )
    return draft


@transaction.atomic
def forget(*, section: Section, by: User) -> None:
    """``by`` typed everything back to what is stored: there is nothing left to keep."""
    SectionDraft.objects.filter(section=section, user=by).delete()


@transaction.atomic
def discard(
    *, draft: SectionDraft, by: User, at: datetime, seen_at: datetime | None = None
) -> None:
    """Throw kept entries away, one's own or those that keep a filing from being handed over.

    ``seen_at`` says when the entries were kept that ``by`` knows of; of somebody else's newer ones
    nothing is thrown away (``Conflict``).
    """
    held = SectionDraft.objects.select_for_update().get(pk=draft.pk)
    if held.user_id != by.pk and held.saved_at != (seen_at or draft.saved_at):
        raise Conflict(
            _("%(user)s has typed more meanwhile. Nothing was discarded; ask before you do.")
            % {"user": draft.user}
        )
    filing = draft.section.filing
    audit.record(
        action="centers.draft.discard",
        by=by,
        at=at,
        target=filing,
        division_path=filing.division_path,
        changes={"section": [draft.section.kind, None], "typed_by": [str(draft.user), None]},
    )
    held.delete()
