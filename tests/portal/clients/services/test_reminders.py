"""Tokens that run out: told to whoever manages them, once a month before and once a week before."""

from datetime import timedelta

import pytest

from portal.clients.services import clients, reminders, tokens
from portal.inbox.models import Notice
from portal.users.models import ApiToken
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def told(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("key", flat=True))


def test_told_once_thirty_and_once_seven_days_before(issue, token_of, chief, alice, at):
    key = token_of(issue(expires_at=at + 60 * DAY)).token_key
    for days in (0, 29):
        reminders.remind(at=at + days * DAY)
    assert told(chief) == []
    for days in (30, 31, 45):
        reminders.remind(at=at + days * DAY)
    assert told(chief) == [f"token-{key}-30"]
    for days in (53, 54, 59):
        reminders.remind(at=at + days * DAY)
    assert told(chief) == [f"token-{key}-30", f"token-{key}-7"]
    reminders.remind(at=at + 61 * DAY)
    assert len(told(chief)) == 2
    assert told(alice) == []
    assert "2026-05-01" in Notice.objects.first().sentence


def test_what_is_replaced_or_revoked_ends_in_silence(issue, token_of, chief, at):
    replaced = token_of(issue(expires_at=at + 20 * DAY))
    tokens.rotate(
        token=replaced, overlap=5 * DAY, expires_at=at + 300 * DAY, by=chief, at=at
    )
    revoked = token_of(issue(expires_at=at + 20 * DAY))
    tokens.revoke(token=revoked, reason="x", by=chief, at=at)
    reminders.remind(at=at + DAY)
    assert ApiToken.scoped.count() == 3
    assert told(chief) == []


def test_of_a_client_of_two_districts_those_are_told_who_manage_both(
    chief, haitang, huangpu, shanghai, at
):
    over_both, root = UserFactory(), UserFactory(is_superuser=True)
    RoleAssignmentFactory(user=over_both, role="district_admin", division=shanghai)
    client = clients.open_client(
        username="both", title="两区平台", divisions=[haitang, huangpu], by=None, at=at
    )
    assert list(reminders.managers(client)) == [over_both]
    over_both.assignments.all().delete()
    assert list(reminders.managers(client)) == [root]
