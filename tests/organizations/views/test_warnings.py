"""Warnings at the desk of a center."""

from datetime import date

import pytest

from organizations.models import EarlyWarning, WorkRecord
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.organizations import (
    ActivityTeamFactory,
    EarlyWarningFactory,
    OrganizationFactory,
)
from tests.factories.portal import UserFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]

LIST = "/desk/centers/C90/warnings/"


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong, name="梧桐路银龄中心")


def test_the_list_shows_what_is_open_in_the_township(
    diane_client, organization, center, wutong, haitang, alice, at
):
    EarlyWarningFactory(organization=organization)
    EarlyWarningFactory(
        organization=OrganizationFactory(division=wutong, name="已办结的中心"),
        status="unfounded",
        closed_on=date(2026, 3, 2),
        acknowledged_by=alice,
        acknowledged_at=at,
    )
    EarlyWarningFactory(organization=OrganizationFactory(division=haitang, name="别处的中心"))
    page = words(diane_client.get(LIST))
    assert "梧桐路银龄中心" in page
    assert "已办结的中心" not in page
    whole = words(diane_client.get(LIST + "?show=all"))
    assert "已办结的中心" in whole
    assert "别处的中心" not in page + whole


def test_a_report_leads_to_its_page_and_counts(diane_client, organization, center):
    answer = diane_client.post(
        LIST + "report/",
        {
            "subject": f"O{organization.pk}",
            "code": "W-14",
            "happened_on": "2026-02-10",
            "text": "居民反映收费不退",
        },
        follow=True,
    )
    warning = EarlyWarning.objects.get()
    assert answer.redirect_chain == [(f"/desk/warnings/{warning.pk}/", 302)]
    assert "居民反映收费不退" in words(answer)
    assert WorkRecord.objects.get().function == "FN-18"


def test_what_is_refused_keeps_what_was_typed(diane_client, organization, center):
    answer = diane_client.post(
        LIST + "report/",
        {"subject": "", "code": "W-14", "happened_on": "2099-01-01", "text": "居民反映"},
    )
    assert answer.status_code == 200
    assert "居民反映" in answer.content.decode()
    later = diane_client.post(
        LIST + "report/",
        {
            "subject": f"O{organization.pk}",
            "code": "W-14",
            "happened_on": "2099-01-01",
            "text": "居民反映",
        },
    )
    assert "2099-01-01" in words(later)
    assert not EarlyWarning.objects.exists()


def test_only_what_lies_in_the_township_can_be_chosen(
    diane_client, organization, center, wutong, haitang
):
    team = ActivityTeamFactory(division=wutong)
    other = OrganizationFactory(division=haitang)
    page = diane_client.get(LIST + "report/").content.decode()
    assert f'value="O{organization.pk}"' in page
    assert f'value="T{team.pk}"' in page
    assert f'value="O{other.pk}"' not in page


def test_a_month_is_closed_from_the_list(diane_client, center):
    answer = diane_client.post(LIST + "zero/", {"month": "2026-02"}, follow=True)
    record = WorkRecord.objects.get()
    assert (record.is_zero_report, record.happened_on) == (True, date(2026, 2, 28))
    again = diane_client.post(LIST + "zero/", {"month": "2026-02"}, follow=True)
    assert "2026-02" in words(again)
    assert WorkRecord.objects.count() == 1
    assert answer.status_code == 200
    assert diane_client.post(LIST + "zero/", {"month": "2026-13"}).status_code == 404


def test_staff_add_what_they_learn(diane_client, organization, center):
    warning = EarlyWarningFactory(organization=organization)
    path = f"/desk/warnings/{warning.pk}/"
    assert "2026-02-11" in words(diane_client.get(path))
    answer = diane_client.post(path, {"text": "已上门，大门紧锁"}, follow=True)
    assert "已上门，大门紧锁" in words(answer)
    assert warning.steps.count() == 1


def test_another_centers_staff_do_not_see_it(client_for, organization, haitang):
    warning = EarlyWarningFactory(organization=organization)
    user = UserFactory()
    MembershipFactory(user=user, center=CenterFactory(division=haitang))
    client = client_for(user)
    assert client.get(f"/desk/warnings/{warning.pk}/").status_code == 404


def test_the_pages_are_whole_in_english(diane_client, organization, center):
    warning = EarlyWarningFactory(organization=organization)
    client = in_english(diane_client)
    assert "term of the council over, none elected" in words(client.get(LIST))
    page = words(client.get(f"/desk/warnings/{warning.pk}/"))
    assert "Nobody has noted anything yet." in page
    assert "Report a sign of risk" in words(client.get(LIST + "report/"))
