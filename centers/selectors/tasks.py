"""What waits for one person today. Asked, never stored: a task is gone when it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centers.models import Center, Filing, Membership, Obligation, Opinion, Section
from portal.users import roles
from portal.users.models import User
from portal.workdays import selectors as workdays

# Working days left at which a task is near.
NEAR_DAYS = 5
# Sorted as they press.
OVERDUE, RETURNED, SOON, OPEN = "overdue", "returned", "soon", "open"
URGENCY = (OVERDUE, RETURNED, SOON, OPEN)


@dataclass(frozen=True)
class Task:
    """``days_left`` counts working days to ``due_on``, negative when it is past, None when the
    calendar does not reach it; ``urgency`` is one of ``URGENCY``."""

    title: str
    why: str
    url: str
    urgency: str = OPEN
    due_on: date | None = None
    days_left: int | None = None
    center: Center | None = None

    @property
    def days_overdue(self) -> int:
        return -(self.days_left or 0)


def tasks_for(user: User, on: date) -> list[Task]:
    """Everything that waits for ``user`` on a day, the most pressing first.

    A fixed number of queries, however much waits.
    """
    calendar = workdays.load()
    found = [
        *_of_centers(user, on, calendar),
        *_opinions(user),
        *_reviews(user),
        *_rounds(user, on, calendar),
    ]
    return sorted(
        found, key=lambda task: (URGENCY.index(task.urgency), task.due_on or date.max, task.url)
    )


# --- at centers


def _of_centers(user: User, on: date, calendar: workdays.Calendar) -> Iterator[Task]:
    role_of: dict[int, set[str]] = {}
    for center_id, role in Membership.objects.filter(user=user).values_list("center", "role"):
        role_of.setdefault(center_id, set()).add(role)
    drafting = _with(role_of, roles.Capability.FILING_DRAFT)
    certifying = _with(role_of, roles.Capability.FILING_SUBMIT)
    asked = Obligation.objects.filter(center__in=drafting).expected(on).with_state(on)
    owed = {
        obligation.pk: obligation
        for obligation in asked.select_related("round", "center").order_by("pk")
    }
    for obligation in owed.values():
        if obligation.filing_id is None and obligation.state != Obligation.State.LOCKED:
            url = reverse("evaluation:center", args=[obligation.center.code])
            yield _dated(_owed_words(obligation), url, obligation, on, calendar)
    filings = Filing.objects.filter(center__in=drafting).open().select_related("center")
    for filing in filings.prefetch_related("sections").order_by("pk"):
        words = _filing_words(filing, user, certifying)
        if words:
            url = reverse("desk:filing", args=[filing.pk])
            obligation = owed.get(filing.obligation_id)
            if obligation is not None:
                yield _dated(words, url, obligation, on, calendar, center=filing.center)
            else:
                yield Task(*words, url, _pressing(filing), center=filing.center)


def _with(role_of: dict[int, set[str]], capability: str) -> set[int]:
    codes = set(roles.roles_with(capability))
    return {center_id for center_id, held in role_of.items() if held & codes}


def _owed_words(obligation: Any) -> tuple[str, str]:
    return _("File “%(round)s”") % {"round": obligation.round}, _("Nobody has begun it.")


def _filing_words(filing: Filing, user: User, certifying: set[int]) -> tuple[str, str] | None:
    """What the filing asks of ``user``, and why; None when it is somebody else's turn."""
    status = Filing.Status
    if filing.status == status.PREPARED:
        may_certify = filing.center_id in certifying and filing.prepared_by_id != user.pk
        why = _("The staff prepared it for your certification.")
        return (_("Certify or decline a filing"), why) if may_certify else None
    if filing.declined_at and filing.status in Filing.EDITABLE:
        why = _("The director did not certify it: %(reason)s") % {"reason": filing.decline_reason}
        return _("Go on with a declined filing"), why
    if filing.status == status.RETURNED:
        sent_back = [
            str(section.get_kind_display())
            for section in filing.sections.all()
            if section.status == Section.Status.RETURNED
        ]
        why = _("The bureau returned: %(sections)s") % {"sections": "、".join(sent_back)}
        return _("Correct a returned filing"), why
    if filing.status == status.DRAFT:
        return _("Finish a draft"), _("It is begun and not handed over.")
    return None


def _pressing(filing: Filing) -> str:
    return RETURNED if filing.status == Filing.Status.RETURNED else OPEN


def _dated(
    words: tuple[str, str],
    url: str,
    obligation: Any,
    on: date,
    calendar: workdays.Calendar,
    center: Center | None = None,
) -> Task:
    """A task with the due date of an obligation."""
    title, why = words
    if center is not None:
        why = _("%(round)s: %(why)s") % {"round": obligation.round, "why": why}
    days_left = _days_left(on, obligation.last_due_on, calendar)
    is_returned = obligation.state == Obligation.State.RETURNED
    return Task(
        title=title,
        why=why,
        url=url,
        urgency=RETURNED if is_returned else _urgency(obligation.is_overdue, days_left),
        due_on=None if is_returned else obligation.last_due_on,
        days_left=None if is_returned else days_left,
        center=center or obligation.center,
    )


def _urgency(is_overdue: bool, days_left: int | None) -> str:
    if is_overdue:
        return OVERDUE
    return SOON if days_left is not None and days_left <= NEAR_DAYS else OPEN


def _days_left(on: date, due_on: date, calendar: workdays.Calendar) -> int | None:
    try:
        return calendar.working_days_between(on, due_on)
    except workdays.YearUnknown:
        return None


# --- in townships and at the bureau


def _opinions(user: User) -> Iterator[Task]:
    """Filings whose round wants the township's opinion, which is not given yet."""
    given = Opinion.objects.filter(filing=OuterRef("pk"), number=OuterRef("submission_count"))
    waiting = Filing.objects.filter(
        ~Exists(given),
        _within(user, roles.Capability.FILING_OPINION),
        status=Filing.Status.SUBMITTED,
        obligation__round__needs_opinion=True,
    )
    for filing in waiting.select_related("center", "obligation__round").order_by("pk"):
        yield Task(
            title=_("Give the township's opinion"),
            why=_("%(center)s submitted “%(round)s” on %(on)s.")
            % {
                "center": filing.center.name,
                "round": filing.obligation.round if filing.obligation else "",
                "on": localdate(filing.submitted_at) if filing.submitted_at else "",
            },
            url=reverse("admin:centers_filing_change", args=[filing.pk]),
            center=filing.center,
        )


def _reviews(user: User) -> Iterator[Task]:
    """Filings that lie with the bureau, as one task."""
    waiting = Filing.objects.filter(
        _within(user, roles.Capability.FILING_REVIEW), status=Filing.Status.SUBMITTED
    )
    found = waiting.aggregate(n=Count("pk"), since=Min("submitted_at"))
    if found["n"]:
        title = ngettext(
            "Review %(count)s filing", "Review %(count)s filings", found["n"]
        ) % {"count": found["n"]}
        yield Task(
            title=title,
            why=_("The first was submitted on %(on)s.") % {"on": localdate(found["since"])},
            url=reverse("admin:centers_filing_changelist") + "?status=submitted",
        )


def _rounds(user: User, on: date, calendar: workdays.Calendar) -> Iterator[Task]:
    """Rounds in which centers are overdue, one task each."""
    owed = Obligation.objects.filter(_within(user, roles.Capability.ROUND_MANAGE))
    overdue = owed.expected(on).with_state(on).filter(is_overdue=True).order_by()
    late = overdue.values("round", title=F("round__title")).annotate(
        n=Count("pk"), due_on=Min("last_due_on")
    )
    for row in late:
        why = ngettext(
            "%(count)s center is overdue.", "%(count)s centers are overdue.", row["n"]
        ) % {"count": row["n"]}
        yield Task(
            title=_("Follow up “%(round)s”") % {"round": row["title"]},
            why=why,
            url=reverse("admin:centers_round_change", args=[row["round"]]),
            urgency=OVERDUE,
            due_on=row["due_on"],
            days_left=_days_left(on, row["due_on"], calendar),
        )


def _within(user: User, capability: str) -> Q:
    """Rows of centers in the divisions where ``user`` has the capability."""
    query = Q(pk=None)
    for path in user.paths_with(capability):
        query |= Q(center__division__path__startswith=path)
    return query
