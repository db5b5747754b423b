"""The work calendar in the bureau's admin."""

import pytest

from portal.workdays.models import WorkYear
from tests.factories.portal import RoleAssignmentFactory, UserFactory, WorkYearFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/workdays/workyear/"
TYPED = {
    "year": "2027",
    "document": "国办发明电〔2026〕7号",
    "off_days": "2027-1-1、2027年5月1日\n2027.10.1",
    "working_days": "2027-02-14",
}


@pytest.fixture
def chief_client(client_for, haitang):
    user = UserFactory(username="chief", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_admin", division=haitang)
    return in_english(client_for(user))


def test_the_chief_enters_a_year(chief_client):
    response = chief_client.post(f"{LIST}enter/", TYPED, follow=True)
    entered = WorkYear.objects.get()
    assert [day.isoformat() for day in entered.off_days] == [
        "2027-01-01",
        "2027-05-01",
        "2027-10-01",
    ]
    page = words(response)
    assert "The working days of 2027 are entered." in page
    assert "2027-02-14" in page


def test_every_bad_day_is_named_and_nothing_typed_is_lost(chief_client):
    typed = TYPED | {"off_days": "2027-02-30、27.5.1\n2027-10-01"}
    response = chief_client.post(f"{LIST}enter/", typed)
    page = words(response)
    assert "“2027-02-30”: The calendar has no such day." in page
    assert "“27.5.1”: Type the year with four digits." in page
    assert "27.5.1\n2027-10-01" in response.content.decode()
    assert not WorkYear.objects.exists()


def test_a_refusal_of_the_service_keeps_the_form(chief_client):
    response = chief_client.post(f"{LIST}enter/", TYPED | {"off_days": "2027-05-01"})
    assert "these are missing: 2027-01-01, 2027-10-01" in words(response)
    assert "国办发明电〔2026〕7号" in response.content.decode()


def test_correcting_starts_from_what_stands_and_refuses_the_second(chief_client):
    entered = WorkYearFactory(year=2027)
    url = f"{LIST}{entered.pk}/correct/"
    assert "2027-05-01" in chief_client.get(url).content.decode()
    typed = {**TYPED, "version": "1"}
    assert chief_client.post(url, typed).status_code == 302
    assert "somebody else changed this" in words(chief_client.post(url, typed))


def test_officers_see_the_calendar_and_cannot_enter(alice_client):
    entered = WorkYearFactory(year=2027)
    assert alice_client.get(LIST).status_code == 200
    assert alice_client.get(f"{LIST}enter/").status_code == 403
    assert alice_client.post(f"{LIST}{entered.pk}/correct/", TYPED).status_code == 403
