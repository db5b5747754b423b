"""Reads over procurements: what their route asks of them, which days count, who can be told."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.cells.text import match_key
from portal.users.models import User
from portal.workdays import selectors as workdays
from portal.workdays.selectors import Calendar
from projects.models import Bid, Bidder, Contract, Opening, Plan, Procurement
from projects.models.procurement import BY_INVITATION, BY_PRICE
from projects.rules import periods, routes, splitting
from projects.rules.routes import Facts, Publicity, Refusal, Shape
from projects.selectors import planners, thresholds

CONTRACTED = (Contract.Status.SIGNED, Contract.Status.ACCEPTED, Contract.Status.SETTLED)


def refusals(procurement: Procurement, at: datetime) -> list[Refusal]:
    """What stands against announcing the procurement at that moment. Raises ``YearUnknown`` when
    its days reach into a year without a calendar."""
    values = thresholds.for_division(procurement.project.division, localdate(at))
    return routes.check(procurement.route, facts_of(procurement, at), values)


def decision_refusals(procurement: Procurement, at: datetime) -> list[Refusal]:
    """What stands against deciding without bids at that moment. Raises ``YearUnknown``."""
    values = thresholds.for_division(procurement.project.division, localdate(at))
    return routes.check_decision(procurement.route, facts_of(procurement, at), values)


def shape_of(procurement: Procurement) -> Shape:
    """What has to fit the route, whatever else is known."""
    return Shape(
        is_goods=procurement.is_goods,
        choice=procurement.choice,
        ground=procurement.ground,
        ground_text=procurement.ground_text,
    )


def facts_of(procurement: Procurement, at: datetime) -> Facts:
    """What the rules of its route ask about, as of the moment. Eight queries."""
    on, project = localdate(at), procurement.project
    invitees = list(procurement.invitees.select_related("organization"))
    return Facts(
        on=on,
        shape=shape_of(procurement),
        budget_yuan=procurement.budget_yuan,
        has_requirement=bool(procurement.requirement.strip()),
        is_plan_approved=Plan.objects.filter(project=project, status="approved").exists(),
        project_budget_yuan=project.budget_yuan,
        bought_yuan=bought_yuan(procurement),
        weights=tuple(procurement.criteria.values_list("kind", "weight")),
        key_total=procurement.key_total,
        keys=procurement.key_holders.count(),
        invited=tuple(named(each.organization) for each in invitees),
        drawn=sum(each.is_drawn for each in invitees),
        publicity=publicity_of(procurement),
        continued_yuan=_continued_yuan(procurement, [each.organization_id for each in invitees]),
        documents_until=procurement.documents_until,
        questions_until=procurement.questions_until,
        **_days(procurement, on, at),
    )


def named(organization: Organization) -> tuple[str, str]:
    """Name and credit code, as announcements name a supplier."""
    return organization.name, organization.uscc or ""


def _days(procurement: Procurement, on: date, at: datetime) -> dict[str, Any]:
    """How long it would stand open, announced on the day."""
    calendar = workdays.load()
    found: dict[str, Any] = {}
    if procurement.deadline_at is not None:
        deadline_on = localdate(procurement.deadline_at)
        found |= {
            "is_deadline_ahead": procurement.deadline_at > at,
            "deadline_on": deadline_on,
            "open_days": periods.days_open(on, deadline_on),
        }
        if procurement.route in BY_PRICE:
            found["open_workdays"] = calendar.working_days_between(on, deadline_on)
    if procurement.documents_from is not None and procurement.documents_until is not None:
        first = max(procurement.documents_from, on)
        found["documents_workdays"] = max(
            calendar.working_days_between(first, procurement.documents_until), 0
        )
    return found


def bought_yuan(procurement: Procurement) -> Decimal:
    """What the purchaser bought besides under the budget item in the fiscal year without a
    tender, in yuan. Both are typed: they are the same in whatever width, spaces and brackets."""
    others = Procurement.objects.filter(
        fiscal_year=procurement.fiscal_year,
        project__division__path__startswith=_district_path(procurement),
    ).exclude(pk=procurement.pk)
    own = match_key(procurement.purchaser), match_key(procurement.category)
    rows = others.values_list("purchaser", "category", "budget_yuan", "route", "status")
    return splitting.total_of(
        splitting.Bought(budget_yuan, route, status)
        for purchaser, category, budget_yuan, route, status in rows.iterator()
        if (match_key(purchaser), match_key(category)) == own
    )


def _district_path(procurement: Procurement) -> str:
    """The path of the district: purchasers of the same name elsewhere are others."""
    division = procurement.project.division
    code = division.district_code
    return division.path[: division.path.index(code) + len(code)] + "/"


def publicity_of(procurement: Procurement) -> Publicity | None:
    """The last announcement of the single source for comment."""
    last = procurement.announcements.filter(kind="single_source").order_by("-number").first()
    if last is None or last.publicity_until is None:
        return None
    return Publicity(
        ground=(last.content["ground"], last.content["ground_text"]),
        supplier=(last.content["supplier"]["name"], last.content["supplier"]["uscc"]),
        until=last.publicity_until,
    )


def _continued_yuan(procurement: Procurement, suppliers: list[int]) -> Decimal | None:
    """The highest price of a contract of the purchaser with the one supplier, in yuan."""
    if procurement.ground != Procurement.Ground.CONTINUITY or len(suppliers) != 1:
        return None
    contracts = Contract.objects.filter(
        supplier=suppliers[0],
        procurement__purchaser=procurement.purchaser,
        status__in=CONTRACTED,
    )
    highest: Decimal | None = contracts.aggregate(highest=Max("price_yuan"))["highest"]
    return highest


def standing(procurement: Procurement, at: datetime) -> str:
    """The state in words. One that is announced takes bids until its deadline, and from then on
    waits for the opening."""
    if is_closed(procurement, at):
        return _("bids closed, to be opened")
    return str(procurement.get_status_display())


def is_closed(procurement: Procurement, at: datetime) -> bool:
    """Whether its bids are in and wait for the opening."""
    deadline = procurement.deadline_at
    is_announced = procurement.status == Procurement.Status.ANNOUNCED
    return is_announced and deadline is not None and deadline <= at


def is_opened(procurement: Procurement) -> bool:
    """Whether the bids were opened: before that nobody reads who may be bidding."""
    return Opening.objects.filter(procurement=procurement).exists()


def announced_thresholds(procurement: Procurement) -> Mapping[str, Any]:
    """What held on the day of the notice: what is set afterwards, when bids and prices may be
    known, decides on none of them. The procurement was announced."""
    announced_at = procurement.announced_at
    if announced_at is None:
        raise ValueError(f"not announced: {procurement.procurement_no}")
    return thresholds.for_division(procurement.project.division, localdate(announced_at))


def bidders_needed(procurement: Procurement) -> int:
    """How many valid bids there have to be, or the procurement failed."""
    return routes.bidders_needed(procurement.route, announced_thresholds(procurement))


def result_publicity_until(procurement: Procurement, published_on: date) -> date | None:
    """Until which day the result is open for comment; None where the route asks for none. Raises
    ``YearUnknown``."""
    values = thresholds.for_division(procurement.project.division, published_on)
    days = routes.result_publicity_days(procurement.route, values)
    return None if days is None else periods.last_day(published_on, days, workdays.load())


def challenge_until(procurement: Procurement, about: str, calendar: Calendar) -> date | None:
    """The last day on which the notice, the procedure or the result can be challenged; None while
    there is nothing to challenge yet. Raises ``YearUnknown``."""
    since = challengeable_since(procurement, about)
    if since is None:
        return None
    start = localdate(since)
    if about == "notice" and procurement.documents_until is not None:
        start = procurement.documents_until
    return challenge_end(procurement, start, calendar, _publicity_of_result(procurement, about))


def challenge_end(
    procurement: Procurement, start: date, calendar: Calendar, publicity_until: date | None = None
) -> date:
    """The last day for a challenge of what happened on ``start``; never before a result stops
    being open for comment. Raises ``YearUnknown``."""
    values = thresholds.for_division(procurement.project.division, start)
    last = periods.last_workday(start, int(values["challenge_workdays"]), calendar)
    return last if publicity_until is None else max(last, publicity_until)


def _publicity_of_result(procurement: Procurement, about: str) -> date | None:
    if about != "result":
        return None
    told = procurement.announcements.filter(kind="result").order_by("-number")
    return told.values_list("publicity_until", flat=True).first()


def challengeable_since(procurement: Procurement, about: str) -> datetime | None:
    """From which moment it can be challenged: the notice, the opening and each later step, the
    result that was published last; None while there is nothing to challenge yet."""
    if procurement.announced_at is None or about == "notice":
        return procurement.announced_at
    kinds = ["result"] if about == "result" else ["opening", "failure", "result"]
    told = procurement.announcements.filter(kind__in=kinds)
    last: datetime | None = told.aggregate(last=Max("published_at"))["last"]
    return last


def possible_bidders(procurement: Procurement) -> QuerySet[User]:
    """Whoever is told of it for an organization: those invited, or, where everybody may answer, the
    organizations of the district. Never who did answer, until the bids are open."""
    accounts = Bidder.objects.filter(closed_at=None, user__is_active=True)
    if procurement.route in BY_INVITATION:
        accounts = accounts.filter(organization__in=procurement.invitees.values("organization"))
    else:
        opened = Bid.objects.filter(procurement=procurement, procurement__opening__isnull=False)
        accounts = accounts.filter(
            Q(organization__division__path__startswith=_district_path(procurement))
            | Q(organization__in=opened.values("organization"))
        )
    return User.objects.filter(pk__in=accounts.values("user"))


def out_of_reach(procurement: Procurement) -> list[Organization]:
    """Invited organizations without an account to bid by: they neither read nor answer it."""
    accounts = Bidder.objects.filter(closed_at=None, user__is_active=True)
    invited = Organization.objects.filter(pk__in=procurement.invitees.values("organization"))
    return list(invited.exclude(pk__in=accounts.values("organization")).order_by("name"))


def drawn_from(procurement: Procurement) -> list[Organization]:
    """The organizations of the district that can be drawn: in good standing, with an account to
    bid by, not invited yet, and not who wrote the plan or operates the center that did."""
    known = Organization.objects.filter(
        division__path__startswith=_district_path(procurement),
        status=Organization.Status.NORMAL,
        pk__in=Bidder.objects.filter(closed_at=None).values("organization"),
    )
    invited = procurement.invitees.values("organization")
    is_planner = planners.planned_by(procurement.project)
    return [each for each in known.exclude(pk__in=invited).order_by("pk") if not is_planner(each)]
