"""Cases in the bureau's admin: sifted and read, never worked on; the rates of the district."""

from datetime import date

import pytest
from openpyxl import load_workbook

from organizations.models import Case
from organizations.resources import cases as workbook
from organizations.services import cases
from portal.audit.models import AuditEvent
from tests.factories.centers import CenterFactory
from tests.factories.organizations import ActivityTeamFactory, CaseFactory, OrganizationFactory
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


def test_the_cases_of_a_year_are_taken_out_with_what_their_kind_knows(
    desk, center, huangpu, tmp_path
):
    CaseFactory(
        center=center,
        kind="brand",
        status="selected",
        title="推荐银龄互助",
        detail__subject="project",
        detail__award="区级品牌项目",
        detail__vote_count=312,
    )
    CaseFactory(
        center=center,
        title="咨询设立协会",
        organization=OrganizationFactory(division=center.division, name="海棠区书法协会"),
        detail__consent_given=True,
        detail__enquirer_name_sealed=b"sealed",
    )
    CaseFactory(center=center, opened_on=date(2025, 12, 31), title="去年的事")
    CaseFactory(center=CenterFactory(division=huangpu), title="别区的事")
    answer = desk.get(f"{LIST}export/310199/?year=2026")
    path = tmp_path / "cases.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    book = load_workbook(path)
    found = {
        sheet.title: [
            dict(zip([cell.value for cell in sheet[1]], row, strict=True))
            for row in sheet.iter_rows(min_row=2, values_only=True)
        ]
        for sheet in book
    }
    assert len(found) == 2
    (consultation,), (brand,) = found.values()
    assert (consultation["事项"], consultation["服务对象"]) == ("咨询设立协会", "海棠区书法协会")
    assert "sealed" not in str(consultation)
    assert brand["事项"] == "推荐银龄互助"
    assert {"区级品牌项目", 312} <= set(brand.values())
    event = AuditEvent.objects.get(action="organizations.case.export")
    assert event.changes == {"year": [None, 2026], "cases": [None, 2]}


@pytest.mark.parametrize("item_count", [1, 3])
def test_taking_cases_out_costs_the_same_however_many(
    center, item_count, tmp_path, django_assert_num_queries
):
    for _number in range(item_count):
        CaseFactory(center=center, team=ActivityTeamFactory(division=center.division))
    with django_assert_num_queries(2):
        assert workbook.export(Case.objects.all(), tmp_path / "cases.xlsx") == item_count


def test_cases_of_another_district_are_not_taken_out(bob_client, center):
    CaseFactory(center=center)
    assert bob_client.get(f"{LIST}export/310199/?year=2026").status_code == 404
    assert not AuditEvent.objects.filter(action="organizations.case.export").exists()
