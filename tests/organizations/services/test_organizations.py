"""Entering, correcting and moving organizations."""

from datetime import date
from functools import partial

import pytest

from organizations.models import Organization
from organizations.services import organizations, teams
from organizations.services.organizations import CreditCodeRefused, DayRefused
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.factories.organizations import OrganizationFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
CODE = "52310199MJF1000166"
INSTITUTION = "social_service_institution"


@pytest.fixture
def stamp(alice, at):
    return {"by": alice, "at": at}


def register(division, stamp, **fields):
    fields = {"name": "银龄互助服务中心", "org_type": INSTITUTION, "uscc": CODE, **fields}
    return organizations.register(division=division, **fields, **stamp)


def test_register_normalises_the_code_and_tells_the_trail(wutong, stamp, alice):
    organization = register(wutong, stamp, uscc=" 52310199mjf1000166 ")
    assert (organization.uscc, organization.status) == (CODE, "normal")
    event = AuditEvent.objects.get(action="organizations.organization.register")
    assert (event.actor_id, event.division_path) == (alice.pk, wutong.path)


@pytest.mark.parametrize(
    ("uscc", "org_type"),
    [
        ("52310199MJF1000167", INSTITUTION),
        ("52310199MJF10001O6", INSTITUTION),
        ("5231019MJF10001660", INSTITUTION),
        (CODE, "association"),
        ("91350100M000100Y43", INSTITUTION),
    ],
)
def test_register_refuses_a_code_that_is_wrong_or_of_another_type(wutong, stamp, uscc, org_type):
    with pytest.raises(CreditCodeRefused):
        register(wutong, stamp, uscc=uscc, org_type=org_type)
    assert not Organization.objects.exists()


def test_register_refuses_a_code_that_is_taken(wutong, stamp):
    register(wutong, stamp)
    with pytest.raises(CreditCodeRefused):
        register(wutong, stamp, name="另一家")
    assert Organization.objects.count() == 1


@pytest.mark.parametrize(
    "days",
    [
        {"registered_on": date(2026, 3, 3)},
        {"registered_on": date(2099, 1, 1)},
        {"registered_on": date(2020, 1, 1), "certificate_ends_on": date(2019, 12, 31)},
    ],
)
def test_days_of_the_registration_that_cannot_be_are_refused(wutong, stamp, days):
    with pytest.raises(DayRefused):
        register(wutong, stamp, **days)
    organization = register(wutong, stamp)
    with pytest.raises(DayRefused):
        organizations.update(organization=organization, version=1, **days, **stamp)
    assert Organization.objects.get().registered_on is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_a_code_at_once_the_second_is_told(wutong, stamp):
    calls = [partial(register, wutong, stamp, name=name) for name in ("甲社", "乙社")]
    outcomes = at_once(calls)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "CreditCodeRefused",
        "Organization",
    ]


def test_update_writes_what_changed_with_before_and_after(wutong, stamp):
    organization = register(wutong, stamp)
    organizations.update(
        organization=organization, version=1, name="新名", org_type=INSTITUTION, uscc=CODE, **stamp
    )
    event = AuditEvent.objects.get(action="organizations.organization.update")
    assert event.changes == {"name": ["银龄互助服务中心", "新名"]}
    assert Organization.objects.get().version == 2


def test_update_with_the_same_writes_nothing(wutong, stamp):
    organization = register(wutong, stamp)
    organizations.update(organization=organization, version=1, name=organization.name, **stamp)
    assert Organization.objects.get().version == 1
    assert not AuditEvent.objects.filter(action="organizations.organization.update").exists()


def test_update_on_a_stale_version_is_refused(wutong, stamp):
    organization = register(wutong, stamp)
    organizations.update(organization=organization, version=1, name="甲", **stamp)
    with pytest.raises(Conflict):
        organizations.update(organization=organization, version=1, name="乙", **stamp)
    assert Organization.objects.get().name == "甲"


def test_update_refuses_a_type_that_contradicts_the_code(wutong, stamp):
    organization = register(wutong, stamp)
    with pytest.raises(CreditCodeRefused):
        organizations.update(organization=organization, version=1, org_type="association", **stamp)


def test_change_status_needs_a_reason(wutong, stamp):
    organization = OrganizationFactory(division=wutong)
    with pytest.raises(ReasonMissing):
        organizations.change_status(
            organization=organization, to="revoked", version=1, reason=" ", **stamp
        )
    assert Organization.objects.get().status == "normal"


@pytest.mark.parametrize(
    ("before", "to", "allowed"),
    [
        ("normal", "deregistering", True),
        ("normal", "revoked", True),
        ("deregistering", "deregistered", True),
        ("deregistered", "normal", False),
        ("withdrawn", "normal", False),
        ("normal", "normal", False),
    ],
)
def test_change_status_follows_the_table(wutong, stamp, before, to, allowed):
    organization = OrganizationFactory(division=wutong, status=before)
    move = {"organization": organization, "to": to, "version": 1, "reason": "沪民〔2026〕1号"}
    if allowed:
        organizations.change_status(**move, **stamp)
    else:
        with pytest.raises(Conflict):
            organizations.change_status(**move, **stamp)
    assert Organization.objects.get().status == (to if allowed else before)


def test_team_is_filed_with_its_trail(wutong, stamp):
    team = teams.file(
        name="晚霞舞蹈队", division=wutong, neighborhood="东弄居委会", kind="culture_sport", **stamp
    )
    assert AuditEvent.objects.get(action="organizations.team.file").target_id == str(team.pk)
