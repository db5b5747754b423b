"""What every change to a section does first: take the locks, in one order, and look again."""

from django.db.models import F
from django.utils.translation import gettext as _

from centers.models import Filing, Section
from portal.errors import DomainError


class SectionLocked(DomainError):
    """The section is submitted or accepted and cannot be edited."""


def hold(section: Section) -> None:
    """Lock the filing before its sections, always, so that nobody waits in a circle."""
    Filing.objects.select_for_update().get(pk=section.filing_id)


def lock_editable(section: Section) -> None:
    """Hold filing and section; SectionLocked unless the center may change the section now."""
    hold(section)
    status = Section.objects.select_for_update().values_list("status", flat=True).get(pk=section.pk)
    if status not in Section.EDITABLE:
        raise SectionLocked(
            _("This section is “%(status)s” and cannot be edited. The bureau can return it.")
            % {"status": Section.Status(status).label}
        )
    filing = Filing.objects.only("status").get(pk=section.filing_id)
    if filing.status == Filing.Status.WITHDRAWN:
        raise SectionLocked(_("This filing was withdrawn. Open a new one."))
    if filing.status == Filing.Status.PREPARED:
        raise SectionLocked(
            _("The filing waits for the director. Take it back first, or let the director decline.")
        )


def touch(filing: Filing) -> None:
    """Whoever read the filing before this change does not submit it unseen."""
    Filing.objects.filter(pk=filing.pk).update(version=F("version") + 1)
    filing.refresh_from_db(fields=["version"])
