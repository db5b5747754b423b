"""People on one procurement, one budget item and one challenge at the same moment."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest

from portal.errors import Conflict, DomainError
from projects.models import Announcement, Challenge, Procurement, Question
from projects.services import challenges, procurements, questions
from projects.services.procurements import NotAsTheRouteAsks, ProcurementUnderWay
from tests.factories.notices import AT, bidder, ready
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    QuestionFactory,
    announced,
    awarded,
)
from tests.factories.projects import ProjectFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]


def officers(haitang, count=2):
    return [
        RoleAssignmentFactory(user=UserFactory(), role="district_officer", division=haitang).user
        for _each in range(count)
    ]


def test_of_two_who_announce_one_does(wutong, haitang):
    procurement = ready(wutong)
    results = at_once(
        [
            partial(
                procurements.announce,
                procurement=Procurement.objects.get(pk=procurement.pk),
                version=1,
                by=officer,
                at=AT,
            )
            for officer in officers(haitang)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["Announcement", "Conflict"]
    assert Announcement.objects.get().kind == "notice"


def test_two_purchases_that_are_too_much_together_are_not_both_announced(wutong, haitang):
    """Each is below the tender threshold alone; both are above."""
    both = [
        ready(wutong, route="welfare_tender", budget_yuan=Decimal("2500000.00"))
        for _each in range(2)
    ]
    results = at_once(
        [
            partial(procurements.announce, procurement=each, version=1, by=officer, at=AT)
            for each, officer in zip(both, officers(haitang), strict=True)
        ]
    )
    [refusal] = [result for result in results if isinstance(result, NotAsTheRouteAsks)]
    assert [found.code for found in refusal.refusals] == ["split"]
    assert Procurement.objects.filter(status="announced").count() == 1


def test_one_project_is_prepared_by_one(wutong, haitang):
    project = ProjectFactory(division=wutong)
    results = at_once(
        [
            partial(
                procurements.draft,
                project=project,
                route="grant",
                category="资助",
                fiscal_year=2026,
                title="资助",
                budget_yuan=Decimal("1000.00"),
                by=officer,
                at=AT,
            )
            for officer in officers(haitang, 4)
        ]
    )
    assert sum(isinstance(result, ProcurementUnderWay) for result in results) == 3
    assert Procurement.objects.get().procurement_no == "310199-CG-2026-00001"


def test_numbers_of_many_projects_are_given_out_once(wutong, haitang):
    projects = [ProjectFactory(division=wutong) for _each in range(4)]
    results = at_once(
        [
            partial(
                procurements.draft,
                project=project,
                route="grant",
                category="资助",
                fiscal_year=2026,
                title="资助",
                budget_yuan=Decimal("1000.00"),
                by=officer,
                at=AT,
            )
            for project, officer in zip(projects, officers(haitang, 4), strict=True)
        ]
    )
    numbers = {result.procurement_no for result in results}
    assert numbers == {f"310199-CG-2026-{n:05d}" for n in range(1, 5)}


def test_a_question_is_answered_by_one(wutong, haitang):
    procurement = announced(project__division=wutong)
    question = QuestionFactory(procurement=procurement, organization=bidder(wutong).organization)
    results = at_once(
        [
            partial(
                questions.answer,
                question=Question.objects.get(pk=question.pk),
                answer="按实际上门时间",
                by=officer,
                at=AT,
            )
            for officer in officers(haitang)
        ]
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert Announcement.objects.get().kind == "answers"


def test_two_suppliers_who_challenge_hold_the_procurement_once(wutong, haitang):
    accounts = [bidder(wutong) for _each in range(2)]
    award = awarded(
        project__division=wutong, bidders=[account.organization for account in accounts]
    )
    told = datetime(2026, 3, 2, tzinfo=UTC)
    AnnouncementFactory(procurement=award.procurement, kind="result", published_at=told)
    filed = at_once(
        [
            partial(
                challenges.file,
                procurement=award.procurement,
                organization=account.organization,
                about="result",
                facts="评分计算有误",
                request="重新评审",
                by=account.user,
                at=AT,
            )
            for account in accounts
        ]
    )
    assert not [result for result in filed if isinstance(result, Exception)]
    procurement = Procurement.objects.get()
    assert (procurement.status, procurement.resumes) == ("challenged", "awarded")
    answered = at_once(
        [
            partial(
                challenges.answer,
                challenge=challenge,
                verdict="rejected",
                answer="评分无误",
                version=1,
                by=officer,
                at=AT,
            )
            for challenge, officer in zip(Challenge.objects.all(), officers(haitang), strict=True)
        ]
    )
    assert not [result for result in answered if isinstance(result, DomainError)]
    procurement.refresh_from_db()
    assert procurement.status == "awarded"
