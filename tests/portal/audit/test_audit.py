"""The audit trail: what it says, who reads it, and that nothing changes it."""

import pytest
from django.db import DatabaseError, connection, transaction

from centers.models import Center
from portal.audit import services as audit
from portal.audit.models import AuditEvent
from tests.factories.centers import CenterFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(center, alice, at):
    return audit.record(
        action="centers.filing.submit",
        by=alice,
        at=at,
        target=center,
        division_path=center.division.path,
        changes={"status": ["draft", "submitted"]},
        reason="年度更新",
    )


def test_record_says_who_what_when_and_why(event, alice, center, at):
    event.refresh_from_db()
    assert (event.at, event.actor_id, event.actor_name) == (at, alice.pk, "林经办")
    assert (event.target_type, event.target_id) == ("centers.center", str(center.pk))
    assert (event.target_label, event.division_path) == (center.name, center.division.path)
    assert event.changes == {"status": ["draft", "submitted"]}
    assert (event.reason, event.request_id) == ("年度更新", "")


def test_record_without_a_person_is_the_portals(center, at):
    event = audit.record(action="x.y.z", by=None, at=at, target=center)
    assert (event.actor_id, event.actor_name) == (None, "portal")


@pytest.mark.parametrize("count", [1, 3])
def test_what_happens_to_many_is_told_of_each_in_one_statement(
    wutong, alice, at, count, django_assert_num_queries
):
    trail = audit.Trail[Center]("centers.center", lambda center: center.division.path)
    centers = [CenterFactory(division=wutong) for _number in range(count)]
    changes = [(center, {"name": ["旧名", center.name]}) for center in centers]
    with django_assert_num_queries(1):
        trail.of_each(iter(changes), "rename", by=alice, at=at, reason="更名批复")
    told = AuditEvent.objects.filter(action="centers.center.rename").order_by("pk")
    assert [(event.target_id, event.changes) for event in told] == [
        (str(center.pk), changed) for center, changed in changes
    ]
    assert {(event.actor_id, event.division_path, event.reason) for event in told} == {
        (alice.pk, wutong.path, "更名批复")
    }


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET reason = 'x'",
        "UPDATE audit_auditevent SET at = now()",
        "DELETE FROM audit_auditevent",
    ],
)
def test_trail_is_append_only(event, sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.get().reason == "年度更新"


def test_trail_survives_what_it_speaks_of(event, center, alice):
    center.delete()
    assert AuditEvent.objects.get() == event


def test_trail_has_no_keys_that_could_take_rows_along():
    assert not [field for field in AuditEvent._meta.get_fields() if field.is_relation]


def test_trail_is_read_by_the_districts_auditor_only(event, haitang, huangpu, alice, bob, charlie):
    auditor, stranger = UserFactory(), UserFactory()
    RoleAssignmentFactory(user=auditor, role="district_auditor", division=haitang)
    RoleAssignmentFactory(user=stranger, role="district_auditor", division=huangpu)

    def seen(user):
        return list(AuditEvent.objects.visible_to(user))

    assert seen(auditor) == [event]
    assert [seen(user) for user in (stranger, alice, bob, charlie)] == [[]] * 4


def test_events_of_no_division_are_the_superusers(center, haitang, at):
    event = audit.record(action="x.y.z", by=None, at=at, target=center)
    auditor = UserFactory()
    RoleAssignmentFactory(user=auditor, role="district_auditor", division=haitang)
    assert not AuditEvent.objects.visible_to(auditor).exists()
    assert list(AuditEvent.objects.visible_to(UserFactory(is_superuser=True))) == [event]


def test_newest_event_comes_first(event, center, at):
    later = audit.record(action="x.y.z", by=None, at=at, target=center)
    assert list(AuditEvent.objects.all()) == [later, event]
