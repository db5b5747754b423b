"""Cases: which are open, what is due, what is known of one, and the rates they add up to."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import BinaryField, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import Attendance, Case, Organization
from organizations.models.attendance import ATTENDED
from organizations.models.case import STATES
from organizations.models.details import DETAIL_MODELS, Detail, OpinionDetail
from organizations.rules import casework
from organizations.selectors import personal
from portal.jurisdictions.models import Division
from portal.users.models import User

# A consultation opinion that waits longer for its reply is told of.
REPLY_DAYS = 30
TENTH = Decimal("0.1")
# Statuses after which nothing is waited for.
AT_REST = sorted(
    {casework.CLOSED}
    | {status for states in STATES.values() for status, moves in states.items() if not moves}
)


class Rate(NamedTuple):
    """A part of a whole; ``percent`` is None where the whole is nothing, never 0."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        """To one decimal."""
        if not self.whole:
            return None
        exact = Decimal(self.part) * 100 / self.whole
        return exact.quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Rates:
    """Of the opinions formed in a year: how many were submitted, answered, adopted (wholly or in
    part), resolved; and how many wait longer than 30 days for a reply."""

    formed: int = 0
    submitted: int = 0
    answered: int = 0
    adopted: int = 0
    resolved: int = 0
    unanswered_30: int = 0

    @property
    def adoption(self) -> Rate:
        """Adopted ÷ answered."""
        return Rate(self.adopted, self.answered)

    @property
    def resolution(self) -> Rate:
        """Resolved ÷ formed."""
        return Rate(self.resolved, self.formed)


def detail_of(case: Case) -> Detail:
    """What the case's kind knows of it. One query."""
    model: Any = DETAIL_MODELS[case.kind]
    return model.objects.get(case=case)


def people_of(case: Case, detail: Detail) -> int | None:
    """How many people the case's work reached; None where nobody counted. Those on the list of who
    came, where the kind has one and no head count was given."""
    for field in ("headcount", "people", "audience_count", "party_count"):
        if (count := getattr(detail, field, None)) is not None:
            return count
    if case.kind not in ATTENDED:
        return None
    return case.attendances.aggregate(people=Sum("people"))["people"]


def open_cases(user: User) -> "QuerySet[Case]":
    """Cases that something is still to be done in, those to be followed up soonest first."""
    waiting = Case.objects.visible_to(user).exclude(status__in=AT_REST)
    return waiting.order_by("follow_up_on", "opened_on", "id")


def due(user: User, on: date) -> "QuerySet[Case]":
    """Open cases whose follow-up day has come."""
    return open_cases(user).filter(follow_up_on__lte=on)


def to_remind(on: date) -> "QuerySet[Case]":
    """Open cases of every center whose follow-up day has come, with whom to tell."""
    waiting = Case.objects.exclude(status__in=AT_REST).filter(follow_up_on__lte=on)
    return waiting.select_related("center__division", "responsible").order_by("id")


def opinion_rates(centers: "QuerySet[Center]", year: int, on: date) -> Rates:
    """Of the opinions that the centers formed in a year, as of a day. One query."""
    formed = OpinionDetail.objects.filter(
        case__center__in=centers,
        case__records__function=casework.COUNTED["opinion"].function,
        case__records__voided_at=None,
        case__records__happened_on__year=year,
        case__records__happened_on__lte=on,
    ).order_by()
    answered = Q(replied_on__lte=on)
    adopted = (OpinionDetail.Adopted.YES, OpinionDetail.Adopted.PARTLY)
    late = Q(submitted_on__lt=on - timedelta(days=REPLY_DAYS)) & ~answered
    return Rates(
        **formed.aggregate(
            formed=Count("pk"),
            submitted=Count("pk", filter=Q(submitted_on__lte=on)),
            answered=Count("pk", filter=answered),
            adopted=Count("pk", filter=answered & Q(adopted__in=adopted)),
            resolved=Count("pk", filter=Q(resolved_on__lte=on)),
            unanswered_30=Count("pk", filter=late),
        )
    )


def heads_trained(division: Division, on: date, years: int = 5) -> Rate:
    """Registered community organizations of the division whose head came to a training within the
    last ``years`` years, of all of them. Two queries."""
    community = Organization.objects.within(division).filter(
        status=Organization.Status.NORMAL, community_kind__isnull=False
    )
    community = community.exclude(community_kind=Organization.CommunityKind.NONE)
    came = Attendance.objects.filter(
        organization=OuterRef("pk"),
        is_head=True,
        case__kind=Case.Kind.TRAINING,
        case__status="done",
        case__closed_on__gt=years_before(on, years),
        case__closed_on__lte=on,
    )
    return Rate(community.filter(Exists(came)).count(), community.count())


def years_before(on: date, years: int) -> date:
    """The same day of an earlier year; 28 February for the 29th."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


class Line(NamedTuple):
    """One fact of a case: its name, and what it says in words."""

    label: Any
    text: Any

    @property
    def is_list(self) -> bool:
        """Whether ``text`` is several words."""
        return isinstance(self.text, list)


def lines_of(detail: Detail) -> list[Line]:
    """What the detail knows, in the order of its table; sealed columns and blanks left out."""
    found = []
    for field in detail._meta.fields:
        if field.primary_key or isinstance(field, BinaryField):
            continue
        if getattr(detail, field.name) not in (None, "", []):
            found.append(Line(field.verbose_name, words_of(detail, field)))
    return found


def words_of(detail: Detail, field: Any) -> Any:
    """What a column says: in words where it is a choice, otherwise its value."""
    value = getattr(detail, field.name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        labels = dict(field.base_field.choices or ())
        return [labels.get(each, each) for each in value]
    shown = getattr(detail, f"get_{field.name}_display", None)
    return shown() if shown else value


def open_by_kind(center: Center) -> dict[str, int]:
    """Kind → open cases of the center; kinds without any are left out. One query."""
    waiting = center.cases.exclude(status__in=AT_REST).order_by()
    return dict(waiting.values_list("kind").annotate(count=Count("pk")))


def sealed_of(detail: Detail) -> list[tuple[str, Any, str]]:
    """(sealed field, label, masked value) of what is known of a person."""
    return [
        (field, personal.LABELS[field], personal.masked(detail, field))
        for field in getattr(detail, "SEALED", {})
        if getattr(detail, f"{field}_sealed") is not None
    ]
