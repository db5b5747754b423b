"""Welfare-lottery applications and sources of money in the bureau's admin."""

from decimal import Decimal

import pytest

from projects.models import FundingSource, LotteryApplication
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import FundingSourceFactory, LotteryApplicationFactory
from tests.factories.projects import ProjectFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LOTTERIES = "/admin/projects/lotteryapplication/"
SOURCES = "/admin/projects/fundingsource/"


@pytest.fixture
def desk(alice_client):
    return in_english(alice_client)


@pytest.fixture
def township(client_for, wutong):
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return in_english(client_for(user))


@pytest.fixture
def project(wutong):
    return ProjectFactory(division=wutong, budget_yuan=Decimal("200000.00"), name="助餐项目")


def test_the_way_of_an_application(desk, township, project, center):
    desk.post(
        f"{LOTTERIES}apply/",
        {
            "project": project.pk,
            "center": center.pk,
            "year": 2026,
            "purpose": "elderly",
            "amount_yuan": "100000",
        },
    )
    application = LotteryApplication.objects.get()
    place = f"{LOTTERIES}{application.pk}/"
    assert desk.get(f"{place}recommend/").status_code == 403
    assert township.get(f"{place}grant/").status_code == 403
    township.post(f"{place}recommend/", {"version": 1})
    desk.post(f"{place}screen/", {"version": 2})
    desk.post(f"{place}review/", {"version": 3})
    refused = desk.post(f"{place}grant/", {"version": 4, "granted_yuan": "100000.01"})
    assert "at most 100000.00 yuan" in words(refused)
    desk.post(f"{place}grant/", {"version": 4, "granted_yuan": "80000", "reason": "沪民发1号"})
    desk.post(f"{place}pay/", {"version": 5, "paid_yuan": "80000"})
    application.refresh_from_db()
    assert (application.status, application.paid_yuan) == ("paid", Decimal("80000.00"))


def test_an_old_page_takes_no_step(desk, project, center):
    application = LotteryApplicationFactory(project=project, center=center)
    place = f"{LOTTERIES}{application.pk}/refuse/"
    LotteryApplication.objects.update(version=2)
    answer = desk.post(place, {"version": 1, "reason": "不予立项"})
    assert "Nothing was saved" in words(answer)
    application.refresh_from_db()
    assert application.status == "draft"


def test_applications_are_the_own_districts(desk, bob_client, project, center):
    application = LotteryApplicationFactory(project=project, center=center)
    assert "助餐项目" in words(desk.get(LOTTERIES))
    assert "助餐项目" not in words(bob_client.get(LOTTERIES))
    assert bob_client.get(f"{LOTTERIES}{application.pk}/refuse/").status_code == 404


def test_sources_are_entered_split_and_removed(desk, project):
    for kind, amount in (("fiscal_township", "150000"), ("donation", "30000")):
        desk.post(
            f"{SOURCES}enter/", {"project": project.pk, "kind": kind, "amount_yuan": amount}
        )
    first, second = FundingSource.objects.order_by("id")
    page = words(desk.get(f"{SOURCES}{first.pk}/change/"))
    assert "83.33" in page
    assert "20000.00 missing to the budget" in page
    desk.post(f"{SOURCES}{second.pk}/remove/", {"reason": "未到账"})
    second.refresh_from_db()
    assert second.void_reason == "未到账"
    assert "未到账" in words(desk.get(f"{SOURCES}{second.pk}/change/"))


def test_sources_are_the_own_districts(desk, bob_client, project):
    source = FundingSourceFactory(project=project)
    assert desk.get(f"{SOURCES}{source.pk}/change/").status_code == 200
    assert bob_client.get(f"{SOURCES}{source.pk}/change/").status_code == 404
    assert bob_client.get(f"{SOURCES}{source.pk}/remove/").status_code == 404
