"""Reads of annual inspections: what is due by when, how far a district is, and what help did."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from centers.models import Center, Membership
from organizations.models import (
    Campaign,
    Inspection,
    InspectionCalendar,
    InspectionHelp,
    Organization,
)
from organizations.rules import inspections as rules
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability, roles_with

Status = Inspection.Status
TENTH = Decimal("0.1")
# Neither filed nor excused. What was sent back after it was filed was filed.
UNFILED = Q(
    filed_on=None,
    status__in=[
        *(Status.NOT_STARTED, Status.FILLING, Status.WITH_UNIT, Status.RETURNED, Status.MISSED)
    ],
)


def percent(part: int, whole: int) -> Decimal | None:
    """Per cent to one place; None of nothing, which is no 0 %."""
    return (Decimal(100 * part) / whole).quantize(TENTH) if whole else None


def days_of(*, year: int, kind: str, division: Division) -> rules.Days:
    """By when is filed: the district's notice, else the municipality's, else the statute."""
    noted = InspectionCalendar.objects.of(year=year, kind=kind, path=Value(division.path)).first()
    if noted is None:
        return rules.statutory_days(kind, year)
    return rules.Days(noted.unit_due_on, noted.authority_due_on)


def with_state(queryset: "QuerySet[Inspection]", on: date) -> "QuerySet[Any]":
    """Annotate ``unit_due_on`` (date or None) and ``authority_due_on`` as ``days_of`` tells them,
    ``is_overdue`` (neither filed nor excused although the authority's day has passed) and
    ``is_helped``. None of it is stored: what is late is what the dates say.
    """
    noted = InspectionCalendar.objects.of(
        year=OuterRef("year"), kind=OuterRef("kind"), path=OuterRef("organization__division__path")
    )
    helps = InspectionHelp.objects.valid().filter(inspection=OuterRef("pk"))
    dated = _with_days(queryset, noted)
    overdue = When(UNFILED & Q(authority_due_on__lt=on), then=True)
    return dated.annotate(is_overdue=Case(overdue, default=False), is_helped=Exists(helps))


def with_days(campaigns: "QuerySet[Campaign]") -> "QuerySet[Any]":
    """Annotate ``unit_due_on`` (or None) and ``authority_due_on`` as ``days_of`` tells them."""
    noted = InspectionCalendar.objects.of(
        year=OuterRef("year"), kind=OuterRef("kind"), path=OuterRef("district__path")
    )
    return _with_days(campaigns, noted)


def _with_days(
    queryset: "QuerySet[Any]", noted: "QuerySet[InspectionCalendar]"
) -> "QuerySet[Any]":
    by_unit = dict.fromkeys(rules.BY_UNIT_FIRST, rules.UNIT_DUE)
    return queryset.alias(
        noted_due_on=Subquery(noted.values("authority_due_on")[:1]),
        noted_unit_due_on=Subquery(noted.values("unit_due_on")[:1]),
    ).annotate(
        authority_due_on=_noted_or("noted_due_on", rules.AUTHORITY_DUE),
        unit_due_on=_noted_or("noted_unit_due_on", by_unit),
    )


def _noted_or(noted: str, statutory: Mapping[str, tuple[int, int]]) -> Case:
    """The day of a notice where there is one, else of each kind its day of the next year."""
    return Case(
        When(noted_due_on__isnull=False, then=F(noted)),
        *(
            When(
                kind=kind,
                then=Func(
                    F("year") + 1, month, day, function="make_date", output_field=DateField()
                ),
            )
            for kind, (month, day) in statutory.items()
        ),
        output_field=DateField(),
    )


@dataclass
class Line:
    """How far one street is: organizations by status, of which so many overdue and helped.

    ``due`` are all but the exempt: the denominator of every rate here.
    """

    division: Division | None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Status.values, 0))
    due: int = 0
    filed: int = 0
    helped: int = 0
    overdue: int = 0

    @property
    def exempt(self) -> int:
        """Organizations of which nothing is asked."""
        return self.counts[Status.EXEMPT]

    @property
    def filed_percent(self) -> Decimal | None:
        """Filed of due."""
        return percent(self.filed, self.due)

    @property
    def helped_percent(self) -> Decimal | None:
        """Helped of due."""
        return percent(self.helped, self.due)

    def add(self, other: "Line") -> None:
        """Take another's figures in."""
        for status, count in other.counts.items():
            self.counts[status] += count
        self.due += other.due
        self.filed += other.filed
        self.helped += other.helped
        self.overdue += other.overdue


def progress(inspections: "QuerySet[Inspection]", on: date) -> tuple[list[Line], Line]:
    """Streets in the order of the divisions, and their sum. Two queries."""
    grouped = with_state(inspections, on).order_by().values("organization__division", "status")
    counted = grouped.annotate(
        all=Count("pk"),
        filed=Count("pk", filter=Q(filed_on__isnull=False) | Q(status=Status.CONCLUDED)),
        helped=Count("pk", filter=Q(is_helped=True)),
        overdue=Count("pk", filter=Q(is_overdue=True)),
    )
    lines: dict[int, Line] = defaultdict(lambda: Line(None))
    for row in counted:
        line = lines[row["organization__division"]]
        line.counts[row["status"]] = row["all"]
        if row["status"] != Status.EXEMPT:
            line.due += row["all"]
            line.filed += row["filed"]
            line.helped += row["helped"]
            line.overdue += row["overdue"]
    found, total = [], Line(None)
    for division in Division.objects.filter(pk__in=list(lines)).order_by("path"):
        lines[division.pk].division = division
        found.append(lines[division.pk])
        total.add(lines[division.pk])
    return found, total


class Coverage(NamedTuple):
    """Of the organizations due those that a center helped; ``percent`` is None where none is."""

    due: int
    assisted: int

    @property
    def percent(self) -> Decimal | None:
        """To one place."""
        return percent(self.assisted, self.due)


def coverage(divisions: Iterable[int], year: int, on: date) -> dict[int, Coverage]:
    """Division id → how many of the organizations due there were helped by ``on`` in the work of
    ``year``, which is for the year before; (0, 0) where none is due. Help whose record was voided
    was none. One query."""
    helps = InspectionHelp.objects.valid().filter(
        inspection=OuterRef("pk"), happened_on__lte=on
    )
    ids = list(divisions)
    due = Inspection.objects.filter(year=year - 1, organization__division__in=ids)
    counted = (
        due.exclude(status=Status.EXEMPT)
        .order_by()
        .annotate(is_assisted=Exists(helps))
        .values_list("organization__division")
        .annotate(due=Count("pk"), assisted=Count("pk", filter=Q(is_assisted=True)))
    )
    found = {division: Coverage(due, assisted) for division, due, assisted in counted}
    return {division: found.get(division, Coverage(0, 0)) for division in ids}


# Whoever is being deregistered still accounts for the year.
STANDING = (Organization.Status.NORMAL, Organization.Status.DEREGISTERING)


def is_opened(division: Division, year: int) -> bool:
    """Whether the division's district opened a campaign for ``year``. One query."""
    found = Campaign.objects.filter(year=year).alias(at=Value(division.path))
    return found.filter(at__startswith=F("district__path")).exists()


def where_nobody_is_due(division: Division, year: int) -> set[int]:
    """Ids of the divisions of centers in ``division`` where nobody is due for ``year``: neither
    written down nor to be written down, whichever kinds of campaign were opened. One query."""
    here = {"division": OuterRef("division")}
    noted = Inspection.objects.filter(
        year=year, organization__division=OuterRef("division")
    ).exclude(status=Status.EXEMPT)
    excused = Inspection.objects.filter(
        organization=OuterRef("pk"), year=year, status=Status.EXEMPT
    )
    to_come = Organization.objects.filter(_is_due(year), **here).exclude(Exists(excused))
    idle = Center.objects.within(division).exclude(Exists(noted)).exclude(Exists(to_come))
    return set(idle.order_by().values_list("division", flat=True))


def _is_due(year: int) -> Q:
    """What ``rules.inspections`` says of the register of a district, as a condition."""
    last_day = rules.last_inspected_on(rules.CHARITY_REPORT, year)
    last_institution = rules.last_inspected_on(rules.INSTITUTION, year)
    is_institution = Q(org_type=Organization.OrgType.INSTITUTION)
    excusable = is_institution & (Q(is_charity=None) | Q(is_charity=False))
    level = Organization.AuthorityLevel.DISTRICT
    return (
        Q(status__in=STANDING)
        & (Q(authority_level=None) | Q(authority_level=level))
        & (
            Q(registered_on=None)
            | Q(registered_on__lte=last_institution)
            | (Q(registered_on__lte=last_day) & ~excusable)
        )
    )


@dataclass(frozen=True)
class Result:
    """What became of the inspections that were filed: with a check beforehand, or without."""

    filed: int
    returned: int
    concluded: int
    qualified: int

    @property
    def returned_percent(self) -> Decimal | None:
        """Sent back at least once, of filed."""
        return percent(self.returned, self.filed)

    @property
    def qualified_percent(self) -> Decimal | None:
        """Qualified, of concluded."""
        return percent(self.qualified, self.concluded)


def results_by_help(inspections: "QuerySet[Inspection]") -> tuple[Result, Result]:
    """Of inspections filed: those checked by a center by the day they were filed, and the others.
    One query."""
    checks = InspectionHelp.objects.valid().filter(
        inspection=OuterRef("pk"),
        kind=InspectionHelp.Kind.PRECHECK,
        happened_on__lte=OuterRef("filed_on"),
    )
    counted = (
        inspections.filter(filed_on__isnull=False)
        .order_by()
        .annotate(is_prechecked=Exists(checks))
        .values_list("is_prechecked")
        .annotate(
            filed=Count("pk"),
            returned=Count("pk", filter=Q(return_count__gte=1)),
            concluded=Count("pk", filter=Q(status=Status.CONCLUDED)),
            qualified=Count("pk", filter=Q(conclusion=Inspection.Conclusion.QUALIFIED)),
        )
    )
    found = {is_prechecked: Result(*figures) for is_prechecked, *figures in counted}
    nothing = Result(0, 0, 0, 0)
    return found.get(True, nothing), found.get(False, nothing)


def of_center(center: Center, year: int, on: date) -> "QuerySet[Any]":
    """The inspections for ``year`` in the center's township, the overdue first."""
    found = Inspection.objects.filter(year=year, organization__division=center.division)
    dated = with_state(found, on).select_related("organization__division", "center")
    return dated.order_by("-is_overdue", "authority_due_on", "organization__name", "pk")


def years_of(division: Division, on: date) -> list[int]:
    """Years inspected in a township, and always the last; newest first."""
    known = Inspection.objects.filter(organization__division=division).order_by()
    return sorted({*known.values_list("year", flat=True).distinct(), on.year - 1}, reverse=True)


def helping_center(user: User, inspection: Inspection) -> Center | None:
    """The center of the organization's township whose work ``user`` keeps, if there is one."""
    keeps = Membership.objects.filter(user=user, role__in=roles_with(Capability.WORK_RECORD))
    found = Center.objects.filter(
        division=inspection.organization.division_id, pk__in=keeps.values("center")
    )
    return found.select_related("division").order_by("code").first()


class Unfiled(NamedTuple):
    """Organizations of a campaign in one division: not with the unit yet, not filed yet."""

    unit: int
    authority: int


def unfiled(campaign: Campaign) -> dict[int, Unfiled]:
    """Division id → what is still to come there, where anything is. One query."""
    counted = (
        campaign.inspections.filter(UNFILED)
        .exclude(status=Status.MISSED)
        .order_by()
        .values_list("organization__division")
        .annotate(unit=Count("pk", filter=Q(to_unit_on=None)), authority=Count("pk"))
    )
    return {division: Unfiled(unit, authority) for division, unit, authority in counted}
