"""The work pages of the desk: what they show to whom, and what may be done on them."""

from datetime import date

import pytest

from organizations.models import WorkRecord
from tests.factories.organizations import WorkRecordFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
TYPED = {
    "function": "FN-13",
    "happened_on": "2026-02-10",
    "title": "能力培训",
    "served": "邻里社",
    "participant_count": "30",
    "support_kind": "",
    "note": "",
}


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


def test_home_leads_to_the_own_center(desk, center):
    assert desk.get("/desk/work/").url == f"/desk/centers/{center.code}/work/"


def test_director_enters_work_and_finds_it_in_its_year(desk, center):
    answer = desk.post(f"/desk/centers/{center.code}/work/enter/", TYPED)
    assert answer.url == f"/desk/centers/{center.code}/work/?year=2026#FN-13"
    page = words(desk.get(answer.url))
    assert "FN-13 Training sessions 二(一)-1c 1 not filed 1 record 2026-02-10 能力培训" in page
    assert "1 of 22 functions have records, 0 more have only a filed figure." in page


def test_what_was_typed_stays_when_it_is_refused(desk, center):
    typed = {**TYPED, "function": "FN-24", "happened_on": "2026-02-30"}
    page = desk.post(f"/desk/centers/{center.code}/work/enter/", typed)
    said = words(page)
    assert "Say which kind of support service it was." in said
    assert "Enter a valid date." in said
    assert 'value="能力培训"' in page.content.decode()
    assert not WorkRecord.objects.exists()


def test_function_is_chosen_by_the_link_that_led_here(desk, center):
    page = desk.get(f"/desk/centers/{center.code}/work/enter/?function=FN-31").content.decode()
    assert '<option value="FN-31" selected>' in page


def test_a_month_without_a_warning_is_closed_in_one_place(desk, center):
    page = desk.get(f"/desk/centers/{center.code}/work/enter/?function=FN-18").content.decode()
    assert f'href="/desk/centers/{center.code}/warnings/#months"' in page
    assert "is_zero_report" not in page
    typed = {**TYPED, "function": "FN-18", "is_zero_report": "on"}
    desk.post(f"/desk/centers/{center.code}/work/enter/", typed)
    assert WorkRecord.objects.get().is_zero_report is False
    warned = desk.get(f"/desk/centers/{center.code}/warnings/").content.decode()
    assert 'id="months"' in warned


def test_director_voids_a_record_with_a_reason(desk, center):
    record = WorkRecordFactory(center=center)
    assert "Not saved" in words(desk.post(f"/desk/work/{record.pk}/void/", {}))
    assert WorkRecord.objects.get().voided_at is None
    desk.post(f"/desk/work/{record.pk}/void/", {"reason": "重复登记"})
    page = words(desk.get(f"/desk/centers/{center.code}/work/?year=2026"))
    assert "no records not filed 1 record" in page
    assert "重复登记" in page


def test_voided_meanwhile_is_told(desk, center, alice, at):
    record = WorkRecordFactory(center=center)
    WorkRecord.objects.filter(pk=record.pk).update(
        voided_by=alice, voided_at=at, void_reason="重复"
    )
    page = words(desk.post(f"/desk/work/{record.pk}/void/", {"reason": "再次"}))
    assert f"{alice.full_name} already voided this record." in page


def test_bureau_looks_and_cannot_enter(alice_client, center):
    WorkRecordFactory(center=center)
    page = words(in_english(alice_client).get(f"/desk/centers/{center.code}/work/?year=2026"))
    assert "能力培训" in page
    assert "Record work" not in page
    assert alice_client.post(f"/desk/centers/{center.code}/work/enter/", TYPED).status_code == 403
    assert WorkRecord.objects.count() == 1


@pytest.mark.parametrize("typed", ["0", "99999", "abc"])
def test_a_year_that_is_none_is_said_and_this_year_shown(desk, center, typed):
    page = words(desk.get(f"/desk/centers/{center.code}/work/", {"year": typed}))
    assert f"Work records {date.today().year}" in page  # noqa: DTZ011
    assert f"“{typed}” cannot be shown: choose a year from 2000 to 2100." in page
