"""Cases in the bureau's admin: sifted and read, never worked on; the rates of the district."""

from datetime import date

import pytest

from organizations.services import cases
from tests.factories.organizations import CaseFactory, OrganizationFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
LIST = "/admin/organizations/case/"


@pytest.fixture
def desk(alice_client):
    return in_english(alice_client)


def test_the_list_is_sifted_by_what_is_to_be_done(desk, center):
    CaseFactory(center=center, title="甲事", follow_up_on=date(2026, 1, 5))
    CaseFactory(center=center, title="乙事")
    CaseFactory(center=center, title="丙事", status="closed", follow_up_on=date(2026, 1, 5))
    titles = ("甲事", "乙事", "丙事")
    shown = {
        part: {title for title in titles if title in words(desk.get(f"{LIST}?waiting={part}"))}
        for part in ("open", "due", "rest")
    }
    assert shown == {"open": {"甲事", "乙事"}, "due": {"甲事"}, "rest": {"丙事"}}


def test_a_case_is_read_with_its_steps_and_what_it_counts_as(desk, center, diane, at):
    case = cases.open_case(
        center=center,
        kind="dispute",
        title="楼道纠纷",
        opened_on=date(2026, 2, 10),
        organization=OrganizationFactory(division=center.division),
        by=diane,
        at=at,
    )
    day = date(2026, 2, 11)
    cases.note(case=case, text="上门走访", happened_on=day, by=diane, at=at)
    page = words(desk.get(f"{LIST}{case.pk}/change/"))
    assert "FN-31 · 2026-02-10" in page
    assert "2026-02-11 · note · 王主任 上门走访" in page
    assert desk.post(f"{LIST}{case.pk}/change/", {"title": "另一件"}).status_code == 200
    case.refresh_from_db()
    assert case.title == "楼道纠纷"


def test_rates_are_of_the_own_district_and_its_year(desk, center, diane, at):
    case = cases.open_case(
        center=center,
        kind="opinion",
        title="加装电梯",
        opened_on=date(2026, 1, 5),
        details={"led_by": "街道党工委"},
        by=diane,
        at=at,
    )
    for to in ("chosen", "consulting", "formed"):
        details = {"opinion": "分担"} if to == "formed" else {}
        known = {"happened_on": date(2026, 1, 6), "details": details, "by": diane, "at": at}
        cases.move(case=case, to=to, version=case.version, **known)
    page = words(desk.get(f"{LIST}rates/?year=2026"))
    assert "海棠区 2026" in page
    assert "Opinions formed in 2026 1 Adopted" in page
    assert "Resolved, of those formed 0 of 1 (0.0 %)" in page
    assert "Opinions formed in 2025 0 Adopted" in words(desk.get(f"{LIST}rates/?year=2025"))
