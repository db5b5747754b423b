"""Annual inspections on the desk: who sees which, and what a center may note."""

from datetime import date

import pytest

from organizations.models import Inspection, InspectionHelp, WorkRecord
from tests.factories.organizations import InspectionFactory, InspectionHelpFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
TYPED = {"kind": "remind", "happened_on": "2025-03-03", "text": "电话提醒", "is_complete": ""}


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture
def inspection(wutong):
    return InspectionFactory(organization__division=wutong, organization__name="银龄互助中心")


def test_a_township_sees_its_organizations_with_days_and_coverage(desk, center, inspection, wutong):
    helped = InspectionFactory(organization__division=wutong)
    InspectionHelpFactory(inspection=helped, center=center)
    InspectionFactory(organization__division=wutong, status="exempt", exempt_reason="six_months")
    page = words(desk.get(f"/desk/centers/{center.code}/inspections/?year=2024"))
    assert "Helped: 1 of 2 organizations due, 50.0%." in page
    assert "银龄互助中心" in page
    assert "not begun yet overdue 2025-03-31 2025-05-31 not yet" in page
    assert "registered for not more than six months" in page


def test_where_none_is_due_there_is_no_rate(desk, center):
    page = words(desk.get(f"/desk/centers/{center.code}/inspections/?year=2024"))
    assert "None is due: there is no rate of help." in page
    assert "Nobody is listed for 2024 yet" in page


def test_the_list_is_narrowed_by_what_the_dates_say(desk, center, inspection, wutong):
    InspectionFactory(
        organization__division=wutong,
        organization__name="已报中心",
        status="with_authority",
        filed_on=date(2025, 5, 2),
    )
    for standing in ("overdue", "unfiled"):
        page = words(
            desk.get(f"/desk/centers/{center.code}/inspections/?year=2024&standing={standing}")
        )
        assert "银龄互助中心" in page
        assert "已报中心" not in page


def test_help_is_recorded_and_counts_once(desk, inspection):
    path = f"/desk/inspections/{inspection.pk}/"
    assert desk.post(f"{path}help/", TYPED).url == path
    desk.post(f"{path}help/", {**TYPED, "kind": "precheck", "is_complete": "no"})
    page = words(desk.get(path))
    assert "2025-03-03 reminded 电话提醒" in page
    assert "papers not complete" in page
    assert page.count("counts for FN-12") == 1
    assert WorkRecord.objects.get().function == "FN-12"


def test_what_was_typed_stays_when_it_is_refused(desk, inspection):
    path = f"/desk/inspections/{inspection.pk}/help/"
    page = desk.post(path, {**TYPED, "kind": "precheck", "happened_on": "2025-02-30"})
    said = words(page)
    assert "Say whether the papers are complete." in said
    assert "Enter a valid date." in said
    assert "电话提醒" in page.content.decode()
    page = words(desk.post(path, {**TYPED, "happened_on": "2024-12-31"}))
    assert "2024 is inspected after its end: 2024-12-31 lies before it." in page
    assert not InspectionHelp.objects.exists()


def test_the_center_notes_what_the_organization_tells_and_no_more(desk, inspection):
    path = f"/desk/inspections/{inspection.pk}/move/"
    page = desk.get(path).content.decode()
    assert 'value="filling"' in page
    assert 'value="with_authority"' not in page
    typed = {"on": "2025-03-03", "version": inspection.version}
    assert desk.post(path, {**typed, "to": "with_authority"}).status_code == 200
    assert Inspection.objects.get(pk=inspection.pk).status == "not_started"
    desk.post(path, {**typed, "to": "with_unit"})
    assert Inspection.objects.get(pk=inspection.pk).to_unit_on == date(2025, 3, 3)


def test_moved_meanwhile_is_told(desk, inspection):
    path = f"/desk/inspections/{inspection.pk}/move/"
    typed = {"on": "2025-03-03", "version": inspection.version, "to": "filling"}
    desk.post(path, typed)
    page = words(desk.post(path, {**typed, "to": "with_unit"}))
    assert "meanwhile this became “being filled in”" in page


def test_papers_are_noted(desk, inspection):
    path = f"/desk/inspections/{inspection.pk}/"
    typed = {"statements_state": "missing", "statements_note": "缺审计报告"}
    assert desk.post(f"{path}materials/", typed).url == path
    assert "financial statements: paper missing 缺审计报告" in words(desk.get(path))
    page = words(desk.post(f"{path}materials/", {"other_note": "不知道"}))
    assert "Say whether it is there." in page


def test_the_bureau_looks_and_does_not_help(alice_client, inspection, center):
    client = in_english(alice_client)
    assert "银龄互助中心" in words(client.get(f"/desk/inspections/{inspection.pk}/"))
    assert "Record help" not in words(client.get(f"/desk/inspections/{inspection.pk}/"))
    for door in ("help", "move", "materials"):
        assert client.post(f"/desk/inspections/{inspection.pk}/{door}/", TYPED).status_code == 403


def test_a_stranger_learns_nothing(bob_client, charlie_client, inspection, center):
    for client in (bob_client, charlie_client):
        assert client.get(f"/desk/inspections/{inspection.pk}/").status_code == 404
        assert client.get(f"/desk/centers/{center.code}/inspections/").status_code == 404


def test_another_townships_inspection_is_not_seen(desk, haitang):
    elsewhere = InspectionFactory(organization__division=haitang)
    assert desk.get(f"/desk/inspections/{elsewhere.pk}/").status_code == 404


def test_the_years_work_shows_the_coverage_beside_its_figure(desk, center, inspection, wutong):
    helped = InspectionFactory(organization__division=wutong)
    InspectionHelpFactory(inspection=helped, center=center)
    page = words(desk.get(f"/desk/centers/{center.code}/work/?year=2025"))
    assert "FN-12 Annual inspections assisted 1 of 2 due helped, 50.0%" in page
    page = words(desk.get(f"/desk/centers/{center.code}/work/?year=2024"))
    assert "FN-12 Annual inspections assisted no organization due" in page


def test_help_is_taken_back_with_a_reason_by_the_center_that_gave_it(
    desk, center, inspection, alice_client
):
    path = f"/desk/inspections/{inspection.pk}/"
    desk.post(f"{path}help/", TYPED)
    given = InspectionHelp.objects.get()
    link = f"/desk/inspection-helps/{given.pk}/void/"
    assert link in desk.get(path).content.decode()
    assert link not in alice_client.get(path).content.decode()
    assert "Not saved" in words(desk.post(link, {"reason": " "}))
    assert WorkRecord.objects.valid().count() == 1
    assert desk.post(link, {"reason": "记错了单位"}).url == path
    page = words(desk.get(path))
    assert "taken back by" in page
    assert "记错了单位" in page
    assert link not in desk.get(path).content.decode()
    assert not WorkRecord.objects.valid().exists()
    assert "already voided" in words(desk.post(link, {"reason": "再次"}))
