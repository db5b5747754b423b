"""What keeps a filing from going its way, and the trail of what went."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Filing, Obligation, Section, SectionDraft
from portal.audit import services as audit
from portal.errors import DomainError

record = audit.Trail[Filing]("centers.filing", lambda filing: filing.division_path)


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


class RoundAnswered(DomainError):
    """A filing that was submitted to a round is given up."""


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


class OpinionMissing(DomainError):
    """The round asks for the township's opinion, and there is none on this submission."""


def refuse_closed(obligation: Obligation, *, at: datetime) -> None:
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


def refuse_unsaved(sections: Sequence[Section]) -> None:
    """Nothing that was typed is left behind; who wants it gone discards it."""
    drafts = SectionDraft.objects.filter(section__in=sections).select_related("user", "section")
    if draft := drafts.order_by("saved_at").first():
        raise EntriesUnsaved(
            _("%(user)s typed into “%(section)s” and did not save it. Save or discard it first.")
            % {"user": draft.user, "section": draft.section.get_kind_display()}
        )


def refuse_outdated(section: Section) -> None:
    latest = accepted_last(section)
    if latest and latest.pk != section.based_on_id:
        raise FilingOutdated(
            _(
                "“%(section)s” was accepted in a newer version on %(date)s, after this one was"
                " prepared. Open the section, compare, and save it again."
            )
            % {
                "section": section.get_kind_display(),
                "date": localdate(latest.decided_at) if latest.decided_at else "",
            }
        )


def accepted_last(section: Section) -> Section | None:
    same = Section.objects.filter(center=section.center_id, kind=section.kind)
    return same.accepted_last().first()
