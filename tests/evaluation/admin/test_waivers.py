"""Waivers in the bureau's admin."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from evaluation.models import Waiver
from evaluation.services import waivers
from tests.factories.centers import CenterFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluation/waiver/"
REQUEST = f"{LIST}request/"


@pytest.fixture
def asked(center, pack):
    return {
        "center": center.pk,
        "rule": "ST-03",
        "reason": "理事长担任法定代表人",
        "basis": "理事会决议",
        "starts_on": localdate(),
        "ends_on": localdate() + timedelta(days=90),
    }


@pytest.fixture
def waiver(center, pack, alice, at):
    ends_on = localdate() + timedelta(days=90)
    return waivers.request(
        basis="理事会决议",
        center=center, rule="ST-03", reason="理事长担任法定代表人", ends_on=ends_on, by=alice, at=at
    )


def approve(client, waiver):
    return client.post(f"{LIST}{waiver.pk}/approve/", follow=True)


def test_request_waits_for_somebody_else(desk, asked, alice):
    page = words(desk.post(REQUEST, asked, follow=True))
    waiver = Waiver.objects.get()
    assert (waiver.requested_by, waiver.approved_at) == (alice, None)
    assert "waiting for approval" in page


def test_request_is_filled_from_the_finding_it_is_for(desk, asked):
    page = desk.get(f"{REQUEST}?center={asked['center']}&rule=ST-03").content.decode()
    assert f'<option value="{asked["center"]}" selected>' in page
    assert '<option value="ST-03" selected>' in page


@pytest.mark.parametrize(
    ("field", "value"), [("reason", " "), ("rule", "ST-99"), ("ends_on", "2020-01-01")]
)
def test_request_that_makes_no_sense_is_refused(desk, asked, field, value):
    response = desk.post(REQUEST, asked | {field: value})
    assert list(response.context["form"].errors) == [field]
    assert not Waiver.objects.exists()


def test_request_for_a_center_of_another_district_is_refused(desk, asked, huangpu):
    other = CenterFactory(division=huangpu)
    response = desk.post(REQUEST, asked | {"center": other.pk})
    assert list(response.context["form"].errors) == ["center"]


@pytest.mark.parametrize("role", ["township_reviewer", "district_leader"])
def test_request_is_closed_to_who_may_not_ask(client_as, role):
    assert client_as(role).get(REQUEST).status_code == 403


def test_approve_is_the_leaders(client_for, leader, waiver):
    page = words(approve(in_english(client_for(leader)), waiver))
    waiver.refresh_from_db()
    assert waiver.approved_by == leader
    assert "Approved. The center is evaluated again." in page


def test_approve_is_refused_to_who_asked(client_as, client_for, waiver):
    chief = client_as("district_admin")
    own = waivers.request(
        basis="理事会决议",
        center=waiver.center,
        rule="ST-04",
        reason="编制待批",
        ends_on=waiver.ends_on,
        by=_user_of(chief),
        at=waiver.requested_at,
    )
    page = words(approve(chief, own))
    own.refresh_from_db()
    assert own.approved_at is None
    assert "somebody else has to decide on it" in page


def _user_of(client):
    return client.get("/admin/").wsgi_request.user


def test_approve_twice_is_told(client_as, client_for, leader, waiver):
    approve(client_for(leader), waiver)
    page = words(approve(client_as("district_leader"), waiver))
    assert "meanwhile this became “approved”" in page


@pytest.mark.parametrize(("who", "status"), [("alice_client", 403), ("bob_client", 404)])
def test_approve_is_closed_to_officers_and_strangers(request, waiver, who, status):
    response = approve(request.getfixturevalue(who), waiver)
    waiver.refresh_from_db()
    assert (response.status_code, waiver.approved_at) == (status, None)


def test_list_tells_what_waits(desk, client_for, leader, waiver):
    assert len(desk.get(f"{LIST}?status=requested").context["cl"].result_list) == 1
    approve(client_for(leader), waiver)
    assert len(desk.get(f"{LIST}?status=requested").context["cl"].result_list) == 0
    assert len(desk.get(f"{LIST}?status=approved").context["cl"].result_list) == 1


def test_list_and_page_are_not_there_for_another_district(bob_client, waiver):
    assert list(bob_client.get(LIST).context["cl"].result_list) == []
    assert bob_client.get(f"{LIST}{waiver.pk}/change/").status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, pack, wutong, alice, at, django_assert_num_queries):
    for _ in range(item_count):
        waivers.request(
            basis="理事会决议",
            center=CenterFactory(division=wutong),
            rule="ST-03",
            reason="x",
            ends_on=localdate(),
            by=alice,
            at=at,
        )
    with django_assert_num_queries(7):
        desk.get(LIST)


def test_a_refusal_that_comes_too_late_keeps_its_reason(client_as, waiver):
    chief = in_english(client_as("district_admin"))
    chief.post(f"{LIST}{waiver.pk}/refuse/", {"reason": "材料不足"})
    answer = chief.post(f"{LIST}{waiver.pk}/refuse/", {"reason": "再说一次"})
    waiver.refresh_from_db()
    assert (answer.status_code, waiver.closing_reason) == (200, "材料不足")
    assert "再说一次" in answer.content.decode()


def test_chief_refuses_with_a_reason(client_as, waiver):
    chief = in_english(client_as("district_admin"))
    page = words(chief.post(f"{LIST}{waiver.pk}/refuse/", {"reason": "材料不足"}, follow=True))
    waiver.refresh_from_db()
    assert (waiver.status, waiver.closing_reason) == ("refused", "材料不足")
    assert "Refused. Whoever asked for it is told why." in page
    assert "材料不足" in page


def test_closing_without_a_reason_asks_for_one(client_as, waiver):
    chief = client_as("district_admin")
    response = chief.post(f"{LIST}{waiver.pk}/refuse/", {"reason": " "})
    assert list(response.context["form"].errors) == ["reason"]
    waiver.refresh_from_db()
    assert waiver.status == "requested"


def test_leader_revokes_what_was_approved(client_for, leader, waiver):
    client = in_english(client_for(leader))
    approve(client, waiver)
    page = words(client.post(f"{LIST}{waiver.pk}/revoke/", {"reason": "已换届"}, follow=True))
    waiver.refresh_from_db()
    assert (waiver.status, waiver.revoked_on) == ("revoked", localdate())
    assert "Revoked. The center is evaluated again." in page


def test_request_needs_a_document_or_a_file(desk, asked):
    response = desk.post(REQUEST, asked | {"basis": ""})
    assert list(response.context["form"].errors) == ["basis"]


def test_request_twice_is_told_and_kept_as_typed(desk, asked):
    desk.post(REQUEST, asked)
    response = desk.post(REQUEST, asked | {"reason": "第二次"})
    assert "was requested already" in words(response)
    assert "第二次" in response.content.decode()
    assert Waiver.objects.count() == 1


def test_only_rules_that_weigh_are_offered(desk, pack):
    offered = dict(desk.get(REQUEST).context["form"].fields["rule"].choices)
    assert "ST-03" in offered
    assert "ST-05" not in offered


def test_start_page_tells_who_decides_what_waits(client_for, leader, desk, waiver):
    said = "1 request for an exception waits for your decision"
    assert said in words(in_english(client_for(leader)).get("/admin/"))
    assert said not in words(desk.get("/admin/"))
