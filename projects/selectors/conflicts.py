"""Who has an interest in the bidders of a procurement, as far as the portal can tell."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from centers.models import Center, Membership
from organizations.models import Organization
from portal.cells.text import match_key
from portal.users.models import User
from projects.models import Bidder, Expert, Plan, Procurement, Tie
from projects.rules.conflicts import Interest, found
from projects.selectors import planners, thresholds
from projects.selectors.announced import LANGUAGE

PLANNED = "planned"


@dataclass(frozen=True)
class Parties:
    """Whom a member of the panel may have no interest in: subject → name, the subjects by the form
    in which names are compared, the day of the opening, and who wrote the plan."""

    subjects: dict[str, str]
    by_name: dict[str, str]
    opened_on: date
    years: int
    planned_by: int | None


def bidders_of(procurement: Procurement) -> list[Organization]:
    """The organizations whose bids were opened, by name; none before the opening."""
    opened = Organization.objects.filter(bids__opened__opening__procurement=procurement)
    return list(opened.distinct().order_by("name"))


def parties_of(procurement: Procurement) -> Parties:
    """The bidders of a procurement that was opened, and the center that planned its project."""
    plan = Plan.objects.select_related("author_center").filter(project=procurement.project).first()
    subjects: dict[str, str] = {}
    for organization in bidders_of(procurement):
        subjects[of_organization(organization.pk)] = organization.name
        if organization.center_id is not None:
            subjects[of_center(organization.center_id)] = organization.name
    by_name = {match_key(name): subject for subject, name in subjects.items()}
    if plan is not None and plan.author_center is not None:
        _add_planner(plan.author_center, subjects, by_name)
    on = localdate(procurement.opening.opened_at)
    values = thresholds.for_division(procurement.project.division, on)
    planned_by = plan.submitted_by_id if plan else None
    return Parties(subjects, by_name, on, int(values["conflict_years"]), planned_by)


def _add_planner(center: Center, subjects: dict[str, str], by_name: dict[str, str]) -> None:
    own = of_center(center.pk)
    subjects[own] = center.name
    names = {center.name, *planners.operators_of(center)}
    by_name |= {match_key(name): own for name in names}
    for organization in Organization.objects.filter(name__in=names):
        subjects[of_organization(organization.pk)] = organization.name
    for organization in Organization.objects.filter(center=center):
        subjects[of_organization(organization.pk)] = organization.name


def of_organization(pk: int) -> str:
    """How an organization is named as a subject."""
    return f"organization:{pk}"


def of_center(pk: int) -> str:
    """How a center is named as a subject."""
    return f"center:{pk}"


def known(users: Iterable[User], parties: Parties) -> dict[int, list[Interest]]:
    """User id → the interests that count of those that the portal knows: ties that were entered,
    the employer as typed, accounts of centers and bidders, the plan. Four queries, however many
    users there are."""
    pks = [user.pk for user in users]
    interests: dict[int, list[Interest]] = defaultdict(list)
    _add_ties(pks, interests)
    _add_accounts(pks, interests)
    for pk, employer in Expert.objects.filter(user__in=pks).values_list("user", "employer"):
        if subject := parties.by_name.get(match_key(employer)):
            interests[pk].append(Interest("employment", subject))
    if parties.planned_by in pks:
        interests[parties.planned_by].append(Interest(PLANNED, PLANNED))
    return {pk: counted(interests[pk], parties) for pk in pks}


def counted(interests: Iterable[Interest], parties: Parties) -> list[Interest]:
    """Those of ``interests`` that keep somebody off the panel, each once."""
    subjects = {*parties.subjects, PLANNED}
    return list(dict.fromkeys(found(interests, subjects, parties.opened_on, parties.years)))


def _add_ties(pks: list[int], interests: dict[int, list[Interest]]) -> None:
    ties = Tie.objects.valid().filter(expert__user__in=pks).select_related("expert")
    for tie in ties:
        interests[tie.expert.user_id].append(interest_of(tie))


def interest_of(tie: Tie) -> Interest:
    """A tie as the rules take it."""
    if tie.organization_id is not None:
        return Interest(tie.kind, of_organization(tie.organization_id), tie.to_on)
    return Interest(tie.kind, of_center(tie.center_id or 0), tie.to_on)


def _add_accounts(pks: list[int], interests: dict[int, list[Interest]]) -> None:
    for user, center in Membership.objects.filter(user__in=pks).values_list("user", "center"):
        interests[user].append(Interest("employment", of_center(center)))
    bidders = Bidder.objects.filter(user__in=pks)
    for user, organization, closed_at in bidders.values_list("user", "organization", "closed_at"):
        until = None if closed_at is None else localdate(closed_at)
        interests[user].append(Interest("employment", of_organization(organization), until))


def said(interests: Iterable[Interest], parties: Parties) -> str:
    """What keeps somebody off the panel, in the portal's first language: it is kept."""
    with override(LANGUAGE):
        return _("; ").join(_sentence(each, parties) for each in interests)


def _sentence(interest: Interest, parties: Parties) -> str:
    if interest.kind == PLANNED:
        return _("handed in the plan of the project")
    values: dict[str, Any] = {
        "name": parties.subjects[interest.subject],
        "kind": Tie.Kind(interest.kind).label,
        "until": interest.to_on,
    }
    if interest.to_on is None:
        return _("%(name)s: %(kind)s") % values
    return _("%(name)s: %(kind)s until %(until)s") % values
