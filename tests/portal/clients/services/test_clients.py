"""Clients: opened within reach, changed by version, suspended with a reason."""

import pytest
from django.db import IntegrityError, InternalError, transaction

from portal.audit.models import AuditEvent
from portal.clients.models import Client
from portal.clients.services import clients
from portal.errors import Conflict, ReasonMissing
from portal.users.models import User
from tests.factories.clients import ClientFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db


def open_client(by, at, divisions, **values):
    given = {"username": "x", "title": "平台", "divisions": divisions, "by": by, "at": at}
    return clients.open_client(**given | values)


def test_opening_gives_an_account_that_reads_the_divisions_and_no_token(platform, haitang):
    account = platform.user
    assert (account.is_service, account.has_usable_password()) == (True, False)
    assert list(account.assignments.values_list("role", "division__code")) == [
        ("api_client", "310199")
    ]
    assert account.auth_token_set.count() == 0


def test_opening_beyond_ones_reach_is_refused_and_leaves_nothing(chief, haitang, huangpu, at):
    with pytest.raises(clients.DivisionOutOfReach, match="黄浦区"):
        open_client(chief, at, [haitang, huangpu])
    assert not User.objects.filter(username="x").exists()
    assert not Client.objects.exists()


def test_opening_needs_a_division(chief, at):
    with pytest.raises(clients.NoDivision):
        open_client(chief, at, [])


def test_a_persons_name_is_not_a_clients(chief, alice, haitang, at):
    with pytest.raises(clients.AccountTaken, match="alice"):
        open_client(chief, at, [haitang], username="alice")


@pytest.mark.parametrize("text", ["10.1.2.3/24", "10.1.2", "example.cn", "0x0a000001", "10.0.0.0/"])
def test_what_is_no_network_is_refused_by_name(text, chief, haitang, at):
    with pytest.raises(clients.NetworkMalformed, match="10"):
        open_client(chief, at, [haitang], networks=["10.0.0.0/8", text])


def test_networks_are_kept_as_networks_each_once(chief, haitang, at):
    given = [" 10.0.0.1 ", "10.0.0.1/32", "", "2001:db8::/32"]
    assert open_client(chief, at, [haitang], networks=given).networks == [
        "10.0.0.1/32",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize(
    "limit", [{"requests_per_minute": 0}, {"requests_per_minute": 6001}, {"stream_limit": 0}]
)
def test_a_limit_out_of_range_is_refused_by_service_and_database(limit, chief, platform, at):
    with pytest.raises(clients.LimitOutOfRange):
        open_client(chief, at, [platform.user.assignments.get().division], **limit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=platform.pk).update(**limit)


def test_change_moves_limits_and_divisions_at_once(platform, chief, haitang, wutong, at):
    clients.change_client(
        client=platform,
        version=platform.version,
        divisions=[wutong],
        requests_per_minute=30,
        by=chief,
        at=at,
    )
    found = Client.objects.get(pk=platform.pk)
    assert found.requests_per_minute == 30
    assert [a.division for a in found.user.assignments.all()] == [wutong]
    event = AuditEvent.objects.get(action="clients.client.change")
    assert event.changes == {
        "requests_per_minute": [120, 30],
        "divisions": [["310199"], ["310199001"]],
    }


def test_of_two_who_change_at_once_the_second_is_told(platform, chief, haitang, at):
    seen = platform.version
    given = {"client": platform, "divisions": [haitang], "by": chief, "at": at}
    clients.change_client(version=seen, title="甲", **given)
    with pytest.raises(Conflict), transaction.atomic():
        clients.change_client(version=seen, title="乙", **given)
    assert Client.objects.get(pk=platform.pk).title == "甲"


def test_suspended_says_why_and_resumes(platform, chief, at):
    with pytest.raises(ReasonMissing):
        clients.suspend(client=platform, reason="  ", by=chief, at=at)
    clients.suspend(client=platform, reason="令牌外泄", by=chief, at=at)
    assert (platform.status, platform.suspend_reason) == ("suspended", "令牌外泄")
    with pytest.raises(Conflict), transaction.atomic():
        clients.suspend(client=platform, reason="再次", by=chief, at=at)
    clients.resume(client=platform, by=chief, at=at)
    assert (platform.status, platform.suspend_reason) == ("active", "")


def test_only_a_service_account_is_a_clients(platform):
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientFactory(user=UserFactory())
    with pytest.raises(InternalError), transaction.atomic():
        User.objects.filter(pk=platform.user_id).update(is_service=False)


def test_the_database_keeps_clients_and_asks_why_one_is_suspended(platform):
    with pytest.raises(InternalError), transaction.atomic():
        Client.objects.filter(pk=platform.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=platform.pk).update(status="suspended")


def test_every_verb_is_told_once_under_its_district(platform, chief, haitang, at):
    clients.suspend(client=platform, reason="检修", by=chief, at=at)
    clients.resume(client=platform, by=chief, at=at)
    told = AuditEvent.objects.filter(action__startswith="clients.").order_by("pk")
    assert [event.action for event in told] == [
        "clients.client.open",
        "clients.client.suspend",
        "clients.client.resume",
    ]
    assert {event.division_path for event in told} == {haitang.path}
    assert "63210000" not in str(list(told.values()))
